"""The same on a hosted service, which knows no persons and does not tell of each memory where it is.

The owner has looked at everything before, so that all caches hold it.
"""

from datetime import date, timedelta

import pytest

from memories import curating
from memories.addresses import to_key
from memoryweb.accounts import bucketroles
from memoryweb.accounts.models import Role, User
from memoryweb.history import current
from memoryweb.history.models import Batch
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.errors import NotAllowed
from memoryweb.tests.reading import read
from memoryweb.tests.test_access_table import PAGES, Things, address, browser_of, form, undone
from memoryweb.tests.test_closed_buckets import GONE, KINDS, NAMING, assert_no_canary, crawl, make, masked

pytestmark = pytest.mark.django_db

CLOSED, OPEN = "900065", "66"


@pytest.fixture
def account(hosted, owner, signed_in, monkeypatch):
    """The stand-in, with what is hidden; its owner has seen it all. No thread renews the list, however slow the machine is."""
    monkeypatch.setattr("buckets.services.FRESH", timedelta(hours=1))
    hosted.buckets = {64: "General", int(CLOSED): "Zanzibar", int(OPEN): "Personal"}
    texts = [hosted.add(f"2025-03-04 - A quokka ate {n}.", bucket=int(CLOSED), id=f"hidden-{n}").id for n in range(3)]
    picture = hosted.add_image("A quokka on a picture.", bucket=int(CLOSED)).id
    hosted.add("2025-03-04 - Bread is open.", bucket=int(OPEN), id="open-1")
    Batch.objects.create(pk=800_000, account="none", operation=Batch.Operation.EDIT).delete()  # a number that stands nowhere else
    client = connect(owner)
    zanzibar = next(bucket for bucket in client.list_buckets() if bucket.id == CLOSED)
    written = curating.create(client, owner, "Written: quokka", date(2025, 3, 4), zanzibar)
    curating.move(client, owner, list(current.memories(client, ["open-1"]).values()), zanzibar)
    personal = next(bucket for bucket in client.list_buckets() if bucket.id == OPEN)
    curating.move(client, owner, list(current.memories(client, ["open-1"]).values()), personal)
    hidden = Things(texts[0], "feedfacefeedface", texts[1], picture, texts[2], CLOSED, written.progress.batch.pk, 987654, 987654)
    for path in ("/", f"/?bucket={CLOSED}", "/?q=quokka", "/?type=image", "/history/", "/assistant/"):
        assert signed_in.get(path).status_code == 200
    for things in (texts[0], picture):
        assert signed_in.get(f"/memories/{to_key(things)}/").status_code == 200
    assert signed_in.get(f"/memories/{to_key(picture)}/image").status_code == 200
    return hosted, hidden


@pytest.fixture
def people(account, owner) -> dict[tuple[str, str], User]:
    return make(connect(owner).service, CLOSED, OPEN)


def test_without_a_bucket_one_is_asked_for_one(account, people):
    for person in people.values():
        page = read(browser_of(person).get("/?q=quokka"))
        assert "Choose a bucket" in page.text
        assert page.has_link("Personal")
        assert not page.articles


def test_who_sees_no_bucket_of_this_service_gets_the_page_of_who_sees_none_anywhere(account, people, owner):
    person = User.objects.create(username="elsewhere", role=Role.NONE)
    bucketroles.change(person, "another service", {"1": Role.VIEWER})
    answers = [browser_of(who).get("/") for who in (person, User.objects.create(username="nowhere", role=Role.NONE))]
    pages = [(answer.status_code, read(answer).one("main").text.replace("elsewhere", "nowhere")) for answer in answers]
    assert pages[0] == pages[1]
    assert (pages[0][0], "No bucket is open to you yet" in pages[0][1]) == (403, True)


def test_an_open_bucket_shows_what_is_in_it(account, people):
    for person in people.values():
        page = read(browser_of(person).get(f"/?bucket={OPEN}"))
        assert page.texts == ["Bread is open."]


def test_what_is_hidden_is_as_what_is_missing(account, people):
    _, hidden = account
    wrong = []
    paths = [f"/?bucket={{}}{rest}" for rest in ("", "&q=bread", "&type=image")] + [
        "/assistant/?bucket={}",
        "/memories/new/?bucket={}",
    ]
    for who, person in people.items():
        browser = browser_of(person)
        for things in (hidden, GONE):
            for path in paths:
                answer = browser.get(path.format(things.bucket))
                wrong.append((who, "GET", path, answer.status_code, masked(answer.text, things), things is hidden))
            for route in NAMING:
                for method in ("GET", "POST"):
                    with undone():
                        place, sent = address(route, things), form(route, things, OPEN)
                        answer = browser.get(place) if method == "GET" else browser.post(place, sent)
                    said = masked(answer.get("Location", "") + answer.text, things)
                    wrong.append((who, method, route, answer.status_code, said, things is hidden))
    of_hidden, of_missing = ({each[:3]: each[3:5] for each in wrong if each[5] is is_hidden} for is_hidden in (True, False))
    different = [(key, of_hidden[key][0], of_missing[key][0]) for key in of_hidden if of_hidden[key] != of_missing[key]]
    assert not different, "\n".join(map(str, different))


def test_no_page_holds_a_canary(account, people):
    _, hidden = account
    for kind in KINDS:
        browser = browser_of(people[Role.EDITOR, kind])
        begin = [address(route, hidden) for route in PAGES] + [f"/?bucket={OPEN}", f"/assistant/?bucket={OPEN}&q=bread"]
        for path, text in crawl(browser, begin, 200):
            assert_no_canary(path, text)


def test_an_export_holds_what_is_open_alone(account, people):
    _, hidden = account
    for person in people.values():
        answer = browser_of(person).post(
            "/memories/selection/export/", {"ids": f"{to_key(hidden.text)} {to_key('open-1')}", "number": "2"}
        )
        assert [memory["id"] for memory in answer.json()] == ["open-1"]
        everything = browser_of(person).post("/memories/selection/export/", {"every": "on", "filters": "?", "number": "9"})
        assert everything.status_code == 422


def test_an_image_that_is_kept_is_not_served_to_whom_its_bucket_is_closed(account, people):
    _, hidden = account
    for person in people.values():
        assert browser_of(person).get(f"/memories/{to_key(hidden.image)}/image?w=320").status_code == 404


def test_writes_ask_for_the_role_in_the_bucket(account, people, owner):
    """The service itself would let anybody do it."""
    hosted, hidden = account
    bucket = {bucket.id: bucket for bucket in connect(owner).list_buckets()}
    for (role, kind), person in people.items():
        client = connect(person)
        with pytest.raises(NotAllowed):
            curating.create(client, person, "Into a closed one", date(2025, 3, 4), bucket[CLOSED])
        with pytest.raises(NotAllowed):
            curating.create(client, person, "Into any", date(2025, 3, 4), None)
        memory = current.memories(connect(owner), [hidden.text])[hidden.text]
        with pytest.raises(NotAllowed):
            curating.delete(client, person, [memory])
        if role != Role.VIEWER:
            assert curating.create(client, person, f"Into an open one {role} {kind}", date(2025, 3, 4), bucket[OPEN]).memory_id
    assert any(item.id == hidden.text for item in hosted.items)


def test_another_token_of_the_service_opens_nothing(account, people, settings, hosted):
    person = people[Role.VIEWER, KINDS[0]]
    settings.MEMORYPLUGIN_TOKEN = hosted.token = "another-token-of-this-account"  # noqa: S105
    assert "Zanzibar" not in browser_of(person).get("/").text


def test_another_service_has_buckets_of_its_own(settings, owner):
    person = User.objects.create(username="ann", role=Role.VIEWER)
    bucketroles.change(person, "another service", {connect(owner).list_buckets()[0].id: Role.NONE})
    assert connect(person).list_buckets() == connect(owner).list_buckets()
