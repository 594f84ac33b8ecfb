"""A bucket that somebody may not see appears nowhere: what lies in it answers as what is not there, and nothing tells of it.

Whoever is asked about is a viewer, contributor or editor to whom one bucket is closed, or to whom only one is open.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from datetime import date
from html import unescape
from itertools import product
from urllib.parse import quote, urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from buckets import curating as bucket_curating
from memories import curating, editing
from memories.addresses import to_key
from memoryweb.accounts import bucketroles, tokens
from memoryweb.accounts.models import Role, User
from memoryweb.history import current
from memoryweb.history.models import Batch
from memoryweb.localapi.models import Bucket
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.tests.hosted import picture
from memoryweb.tests.reading import read
from memoryweb.tests.test_access_table import API, PAGES, Things, address, body, browser_of, form, undone, without_secrets

pytestmark = pytest.mark.django_db

KINDS = ("all but one", "only one")
LESSER = (Role.VIEWER, Role.CONTRIBUTOR, Role.EDITOR)
GONE = Things(bucket="987653", state="0123456789abcdef")
NAMING = [route for route in PAGES if "<" in route or route.startswith(("memories/", "trash/restore/"))]
CANARIES = ("zanzibar", "quokka", "okapi", "numbat")  # in names of buckets, texts, names of files, and texts of long ago
SEARCH = "quokka bread"


@dataclass
class World:
    """Who is there, what lies in the closed bucket, and the open one."""

    owner: MemoryPluginClient
    people: dict[tuple[str, str], User]
    hidden: Things
    open_bucket: str
    open_text: str


def make(service: str, closed: str, opened: str) -> dict[tuple[str, str], User]:
    """Somebody of each lesser role, by role and by how the bucket is closed to them."""
    people = {}
    for kind, role in product(KINDS, LESSER):
        everywhere, own = (role, {closed: Role.NONE}) if kind == KINDS[0] else (Role.NONE, {opened: role})
        person = User.objects.create(username=f"{role} {kind}".replace(" ", "-"), role=everywhere, password=make_password(None))
        bucketroles.change(person, service, own)
        people[role, kind] = person
    return people


@pytest.fixture
def world(owner) -> World:
    """The embedded server with a closed bucket, in which all has been done that leaves a trace."""
    client = connect(owner)
    general = client.list_buckets()[0]
    Bucket.objects.create(id=900_000, name="Far", key="far").delete()  # so that the closed one's id stands nowhere by chance
    Batch.objects.create(pk=800_000, account="none", operation=Batch.Operation.EDIT).delete()
    closed = bucket_curating.created(bucket_curating.create(client, owner, "Zanzibar", "A zanzibar of quokkas"))

    def add(text: str, bucket) -> str:
        return curating.create(client, owner, f"2025-03-04 - {text}", date(2025, 3, 4), bucket).memory_id

    opened = add("Bread for everyone", general)
    texts = [add(f"A quokka ate bread {number}", closed) for number in range(4)]
    read = lambda *ids: list(current.memories(client, ids).values())  # noqa: E731
    image = curating.create_image(client, owner, "A quokka", date(2025, 3, 4), closed, picture(), file_name="okapi.png").memory_id
    curating.create_image(client, owner, "Open bread", date(2025, 3, 4), general, picture(colour="navy"), file_name="loaf.png")
    batch = curating.create(client, owner, "2025-03-04 - quokka batch", date(2025, 3, 4), closed).progress.batch.pk
    curating.delete(client, owner, read(texts[2]))
    moved_in = add("It was open: quokka", general)
    curating.move(client, owner, read(moved_in), closed)
    moved_out = add("It was closed: numbat", closed)
    curating.edit(client, owner, read(moved_out)[0], "2025-03-04 - Bread, moved out.", None)
    curating.move(client, owner, read(moved_out), general)
    by_script = add("Moved by a script: quokka", general)
    client.update_or_move_memories([by_script], bucket_id=closed.id)
    empty = bucket_curating.created(bucket_curating.create(client, owner, "Harbour"))
    bucket_curating.merge(client, owner, empty, closed)
    state = editing.digest(read(texts[0])[0])
    hidden = Things(texts[0], state, texts[1], image, texts[2], closed.id, batch, person=987654, token=987654)
    return World(client, make("embedded", closed.id, general.id), hidden, general.id, opened)


def masked(text: str, things: Things) -> str:
    """An answer without what was asked for, secrets of forms, and times."""
    for index, part in enumerate(astuple(things)):
        for spelled in {str(part), to_key(str(part)), quote(str(part), safe="")} if part else ():
            text = text.replace(spelled, f"<{index}>")
    text = re.sub(r"[\d,]+ ms", "a moment", text)
    return re.sub(r'(datetime="[^"]*T[^"]*"|\d\d:\d\d:\d\d)', "at some time", without_secrets(text))


def test_on_every_page_what_is_hidden_is_as_what_is_missing(world):
    wrong = []
    for who, person in world.people.items():
        browser = browser_of(person)
        for route, method in product(NAMING, ("GET", "POST")):
            answers = []
            for things in (world.hidden, GONE):
                path = address(route, things)
                with undone():
                    sent = {} if method == "GET" else form(route, things, world.open_bucket)
                    answer = browser.get(path) if method == "GET" else browser.post(path, sent)
                answers.append((answer.status_code, masked(answer.get("Location", "") + answer.text, things)))
            if answers[0] != answers[1]:
                wrong.append((*who, method, route, answers[0][0], answers[1][0]))
    assert not wrong, "\n".join(map(str, wrong))


def test_by_every_operation_of_the_api_what_is_hidden_is_as_what_is_missing(world):
    wrong = []
    for who, person in world.people.items():
        call = caller(person)
        for method, route in API:
            answers = []
            for things in (world.hidden, GONE):
                with undone():
                    answer = call(method, address(route, things), body(route, things))
                answers.append((answer.status_code, masked(answer.text, things)))
            if answers[0] != answers[1] and answers[0][0] != 200 or world.hidden.text in answers[0][1]:
                wrong.append((*who, method, route, *answers))
    assert not wrong, "\n".join(map(str, wrong))


# Where a bucket is named in what is asked, not in the address: by {0}. {1} is a memory that is open.
NAMED_IN_PAGES = [
    ("GET", "/?bucket={0}", {}),
    ("GET", "/?bucket={0}&q=bread", {}),
    ("GET", "/assistant/?bucket={0}", {}),
    ("GET", "/memories/new/?bucket={0}", {}),
    ("POST", "/memories/new/", {"text": "New.", "date": "2025-03-04", "bucket": "{0}"}),
    ("POST", "/memories/selection/move/", {"ids": "{2}", "number": "1", "bucket": "{0}"}),
    ("POST", "/memories/selection/export/", {"every": "on", "filters": "?bucket={0}"}),
    ("POST", "/memories/{2}/edit/", {"text": "New.", "date": "2025-03-04", "bucket": "{0}", "base": "{3}"}),
]
NAMED_IN_API = [
    ("GET", "/api/v2/memory?bucketId={0}&includeIds=true", {}),
    ("GET", "/api/v2/memory?bucketId={0}&query=bread", {}),
    ("POST", "/api/memory", {"text": "New.", "bucketId": "{0}"}),
    ("POST", "/api/v2/memory/update", {"memoryId": "{1}", "bucketId": "{0}"}),
    ("POST", "/api/v2/memory/update", {"memoryIds": ["{1}"], "bucketId": "{0}"}),
]


def test_a_hidden_bucket_that_is_named_is_as_a_missing_one(world):
    state = editing.digest(current.memories(world.owner, [world.open_text])[world.open_text])
    wrong = []
    for who, person in world.people.items():
        browser, call = browser_of(person), caller(person)
        for is_page, (method, path, sent) in [(True, each) for each in NAMED_IN_PAGES] + [(False, each) for each in NAMED_IN_API]:
            answers = []
            for things in (world.hidden, GONE):
                fill = lambda text: text.format(things.bucket, world.open_text, to_key(world.open_text), state)  # noqa: B023, E731
                with undone():
                    if is_page:
                        filled = {name: fill(value) for name, value in sent.items()}
                        answer = browser.get(fill(path)) if method == "GET" else browser.post(fill(path), filled)
                    else:
                        answer = call(method, fill(path), json.loads(fill_all(sent, fill)))
                answers.append((answer.status_code, masked(answer.get("Location", "") + answer.text, things)))
            if answers[0] != answers[1]:
                wrong.append((*who, method, path, *answers))
    assert not wrong, "\n".join(map(str, wrong))


def fill_all(sent: dict[str, object], fill: Callable[[str], str]) -> str:
    return re.sub(r"\{\d\}", lambda part: fill(part[0]), json.dumps(sent))


def test_a_hidden_bucket_takes_nothing_by_name_or_by_default(world):
    call = caller(world.people[Role.EDITOR, KINDS[0]])
    bucketroles.change(world.people[Role.EDITOR, KINDS[0]], "embedded", {world.open_bucket: Role.NONE})
    by_default = call("POST", "/api/memory", {"text": "Where General is closed."})
    assert by_default.status_code == 400
    assert "there is no such bucket" in by_default.json()["error"]
    moved = [
        call("POST", "/api/v2/memory/update", {"memoryId": world.hidden.text, "bucketName": name})
        for name in ("General", "Nowhere")
    ]
    assert [answer.status_code for answer in moved] == [404, 404]
    assert moved[0].json() == moved[1].json()


def test_names_of_closed_buckets_cannot_be_guessed(world):
    for kind in KINDS:
        call = caller(world.people[Role.EDITOR, kind])
        answers = [call("POST", "/api/buckets", {"name": name}) for name in ("Zanzibar", "Nowhere")]
        assert [answer.status_code for answer in answers] == [403, 403]
        renamed = [call("PATCH", f"/api/buckets/{world.open_bucket}", {"name": name}) for name in ("Zanzibar", "Nowhere")]
        assert renamed[0].json() == renamed[1].json()
        assert renamed[0].status_code == 403


def test_counts_are_of_what_is_seen(world):
    everything = caller(world.owner.person)("GET", "/api/status", {}).json()
    for person in world.people.values():
        call = caller(person)
        listed = call("GET", "/api/v2/memory?count=100&includeIds=true", {}).json()
        seen = len(listed["memories"])
        assert 0 < seen < everything["memories"]
        assert listed["total"] == seen == sum(bucket["memoryCount"] for bucket in listed["buckets"])
        assert call("GET", "/api/memory", {}).json()["total"] == seen
        status = call("GET", "/api/status", {}).json()
        assert (status["memories"], status["buckets"]) == (seen, len(listed["buckets"]))
        found = call("GET", "/api/v2/memory?query=quokka+bread&includeIds=true&count=100", {}).json()
        assert found["found"] == len(found["memories"]) == 3
        assert call("GET", "/api/trash", {}).json()["total"] == 0


def test_a_score_does_not_tell_which_words_are_in_closed_buckets(world):
    call = caller(world.people[Role.VIEWER, KINDS[0]])
    known, unknown = (
        [memory["score"] for memory in call("GET", f"/api/v2/memory?query={word}+bread&includeIds=true", {}).json()["memories"]]
        for word in ("quokka", "nonsense")
    )
    assert known == unknown


def test_no_answer_of_the_api_holds_a_canary(world):
    for person in world.people.values():
        call = caller(person)
        paths = [address(route, world.hidden) for method, route in API if method == "GET"]
        paths += [f"/api/memory?query={SEARCH}", "/api/memory?all=true", "/api/memory?v=1&all=true"]
        for sort, explain in product(("", "newest", "oldest"), ("", "true")):
            paths.append(f"/api/v2/memory?query={SEARCH}&includeIds=true&sort={sort}&explain={explain}&count=100")
        paths += [f"/api/v2/memory?all=true&includeIds=true&contentType={kind}" for kind in ("", "text", "image")]
        paths += ["/api/v2/memory?phrase=quokka", "/api/v2/memory?exclude=loaf&all=true", "/api/v2/memory?memorySource=memoryweb"]
        memories = call("GET", "/api/v2/memory?all=true&includeIds=true", {}).json()["memories"]
        for memory in memories:
            paths += [f"/api/memories/{memory['id']}{rest}" for rest in ("", "/versions", "/similar", f"?query={SEARCH}")]
        for path in paths:
            assert_no_canary(path, call("GET", path, {}).text)


def test_no_page_holds_a_canary(world):
    for kind in KINDS:
        browser = browser_of(world.people[Role.EDITOR, kind])
        visited = dict(crawl(browser, [address(route, world.hidden) for route in PAGES]))
        assert len(visited) > 60
        assert any(path.startswith("/history/") and path != "/history/" for path in visited)
        for path, text in visited.items():
            assert_no_canary(path, text)


def test_an_export_holds_no_canary(world):
    for person in world.people.values():
        sent = {"ids": " ".join(map(to_key, [world.open_text, world.hidden.text, world.hidden.image])), "number": "3"}
        answer = browser_of(person).post("/memories/selection/export/", sent)
        assert [memory["id"] for memory in answer.json()] == [world.open_text]
        answer = browser_of(person).post("/memories/selection/export/", {"every": "on", "filters": "?", "number": "9"})
        assert answer.status_code == 200
        assert_no_canary("export", answer.text)


def test_what_one_sees_can_be_written_to_as_far_as_the_role_there_goes(world):
    statuses = {}
    for (role, kind), person in world.people.items():
        call = caller(person)
        with undone():
            added = call("POST", "/api/memory", {"text": "Mine", "bucketId": world.open_bucket})
            changed = call("POST", "/api/v2/memory/update", {"memoryId": world.open_text, "text": "Changed"})
            statuses[role, kind] = added.status_code, changed.status_code
    expected = {Role.VIEWER: (403, 403), Role.CONTRIBUTOR: (200, 403), Role.EDITOR: (200, 200)}
    assert statuses == {(role, kind): expected[role] for role in LESSER for kind in KINDS}


def test_who_is_no_viewer_anywhere_sees_nothing_but_their_own_account():
    person = User.objects.create(username="newcomer", role=Role.NONE, password=make_password(None))
    browser = browser_of(person)
    assert browser.get("/").status_code == 403
    for path in ("/", "/history/", "/trash/", "/memories/new/"):
        page = read(browser.get(path))
        assert "No bucket is open to you yet You are signed in as newcomer. Ask " in page.text
        assert page.has_link("Look again")
        assert not page.has_link("All memories")
        assert not page.has_link("History")
    assert browser.get("/account/factors/").status_code == 200
    assert caller(person)("GET", "/api/buckets", {}).status_code == 403


def test_an_owner_is_restricted_by_nothing(world):
    person = world.people[Role.EDITOR, KINDS[0]]
    person.role = Role.OWNER
    person.save()
    assert caller(person)("GET", f"/api/memories/{world.hidden.text}", {}).status_code == 200


def test_an_image_is_served_again_only_to_those_who_see_it(world):
    client = world.owner
    memory = client.get_memory(world.hidden.image)
    path = f"/memories/{to_key(memory.id)}/image?v={memory.image_digest[:12]}"
    owner, viewer = browser_of(client.person), browser_of(world.people[Role.VIEWER, KINDS[0]])
    opened = next(m for m in client.get_memories_and_buckets(content_type="image").memories if m.id != memory.id)
    assert viewer.get(f"/memories/{to_key(opened.id)}/image?v={opened.image_digest[:12]}").status_code == 200
    assert [owner.get(path).status_code for _ in range(2)] == [200, 200]
    assert viewer.get(path).status_code == 404


def test_what_is_closed_is_closed_to_the_next_request(world):
    memory = next(m for m in world.owner.get_memories_and_buckets(content_type="image").memories if m.id != world.hidden.image)
    path = f"/memories/{to_key(memory.id)}/image?v={memory.image_digest[:12]}"
    person = User.objects.create(username="ann", role=Role.VIEWER, password=make_password(None))
    browser = browser_of(person)
    assert [browser.get(path).status_code for _ in range(2)] == [200, 200]
    bucketroles.change(person, "embedded", {world.open_bucket: Role.NONE})
    assert browser.get(path).status_code == 404


def caller(person: User) -> Callable[..., object]:
    """Calls of the API as this person."""
    secret = tokens.make(person, f"script {tokens.valid().count()}")

    def call(method: str, path: str, sent: dict[str, object]):
        said = json.dumps(sent) if method in ("POST", "PATCH") else ""
        headers = {"authorization": f"Bearer {secret}"}
        return Client(headers=headers).generic(method, quote(path, safe="/?&=+%"), said, content_type="application/json")

    return call


def crawl(browser: Client, begin: list[str], most: int = 400) -> Iterator[tuple[str, str]]:
    """Every page that links lead to from these, with what it says; also as htmx asks for it."""
    waiting, known = list(begin), set(begin)
    while waiting and len(known) < most:
        path = waiting.pop(0)
        for headers in ({}, {"HX-Request": "true"}):
            answer = browser.get(path, headers=headers)
            if answer.get("Content-Type", "").startswith(("text/", "application/json")):
                yield f"{path} {headers}", answer.content.decode()
                found = re.findall(r'(?:href|src|hx-get|action|data-url)="([^"]+)"', answer.content.decode())
                for link in map(unescape, found):
                    inner = link.partition("#")[0]
                    is_ours = (
                        inner.startswith(("/", "?"))
                        and not urlsplit(inner).netloc
                        and not inner.startswith(("/static/", "/signout"))
                    )
                    if is_ours and (inner := inner if inner.startswith("/") else urlsplit(path).path + inner) not in known:
                        known.add(inner)
                        waiting.append(inner)


def assert_no_canary(path: str, text: str) -> None:
    """What was asked for may be said again: that is no leak."""
    said = re.sub(r"quokka[ +]bread|quokka%20bread", "", text.casefold())
    assert not [canary for canary in CANARIES if canary in said], path
