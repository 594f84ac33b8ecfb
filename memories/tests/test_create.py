"""Creating: the date rule, where it is filed, what is said afterwards, and that nothing typed is lost."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db
NEW = "/memories/new/"
CHECK = "/memories/check/"


@pytest.fixture
def save(signed_in):
    """`save(text=...)`: the form sent without htmx; `htmx=True` with it, over the page at `at`."""

    def post(path: str = NEW, htmx: bool = False, at: str = "/", **fields: str):
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{at}"} if htmx else {}
        return signed_in.post(path, fields, headers=headers)

    return post


def stored(client) -> list[str]:
    return [memory.text for memory in client.get_memories(all=True).memories]


def form(answer):
    return read(answer).one("form", id="memory-form")


def typed(answer) -> dict[str, str]:
    """What stands in the form."""
    fields = {field["name"]: field.attributes.get("value", "") for field in form(answer).all("input")}
    chosen = [option["value"] for option in form(answer).all("option") if "selected" in option.attributes]
    return {
        "text": form(answer).one("textarea").raw_text.removeprefix("\n"),
        "date": fields["date"],
        "bucket": chosen[0] if chosen else "",
        "new_bucket": fields["new_bucket"],
    }


# The date rule


def test_a_text_without_a_date_gets_the_one_shown(save, embedded):
    save(text="Tea", date="2025-03-04")
    assert stored(embedded) == ["2025-03-04 - Tea"]


def test_a_text_with_a_date_is_left_alone(save, embedded):
    save(text="2024-12-31 - Tea", date="2025-03-04")
    assert stored(embedded) == ["2024-12-31 - Tea"]


def test_without_a_date_it_is_today(save, embedded):
    save(text="Tea", date="")
    assert stored(embedded) == [f"{timezone.localdate()} - Tea"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_today_is_that_of_the_persons_own_zone(signed_in, save, embedded, zone, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2025, 3, 4, 10, 30, tzinfo=UTC))
    signed_in.cookies["time-zone"] = zone
    day = {"Pacific/Kiritimati": "2025-03-05", "Pacific/Pago_Pago": "2025-03-03"}[zone]
    assert typed(signed_in.get(NEW))["date"] == day
    save(text="Tea")
    assert stored(embedded) == [f"{day} - Tea"]


def test_a_memory_of_an_earlier_day_is_filed_on_that_day(save, signed_in):
    save(text="Tea", date="2025-03-04")
    assert read(signed_in.get("/")).days == [("2025-03-04", 1)]


def test_a_memory_of_a_day_to_come_can_be_kept(save, embedded):
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert save(text="Tea", date=str(tomorrow)).status_code == 302
    assert stored(embedded) == [f"{tomorrow} - Tea"]


def test_blanks_around_a_text_go(save, embedded):
    save(text="\n  Tea \n", date="2025-03-04")
    assert stored(embedded) == ["2025-03-04 - Tea"]


# Where it is filed


def test_the_bucket_of_the_list_is_preselected(signed_in, embedded):
    garden = embedded.create_bucket("Garden")
    link = read(signed_in.get(f"/?bucket={garden.id}")).one("a", id="new-memory")["href"]
    assert typed(signed_in.get(link))["bucket"] == garden.id


def test_it_is_filed_in_the_chosen_bucket(save, embedded):
    garden = embedded.create_bucket("Garden")
    save(text="Tea", bucket=garden.id)
    assert [memory.bucket_name for memory in embedded.get_memories().memories] == ["Garden"]


def test_without_a_choice_it_is_filed_in_general(save, embedded):
    save(text="Tea")
    assert [memory.bucket_name for memory in embedded.get_memories().memories] == ["General"]


def test_a_new_bucket_is_made_in_place(save, embedded):
    save(text="Tea", bucket="new", new_bucket="Garden")
    assert [memory.bucket_name for memory in embedded.get_memories().memories] == ["Garden"]


def test_a_new_bucket_that_exists_is_used(save, embedded):
    embedded.create_bucket("Garden")
    save(text="Tea", bucket="new", new_bucket=" gARDEN ")
    assert [memory.bucket_name for memory in embedded.get_memories().memories] == ["Garden"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": ""}, "Memory: "),
        ({"text": " \n "}, "Memory: "),
        ({"text": "a\0b"}, "Memory: "),
        ({"text": "a" * 20_001}, "Memory: "),
        ({"text": "a" * 19_990}, "Memory: "),  # with its date it is too long
        ({"text": "Tea", "date": "yesterday"}, "Date: "),
        ({"text": "Tea", "date": "2025-02-30"}, "Date: "),
        ({"text": "Tea", "bucket": "new"}, "New bucket: "),
        ({"text": "Tea", "bucket": "new", "new_bucket": "b" * 81}, "New bucket: "),
    ],
)
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_what_cannot_be_saved_is_said_beside_its_field(save, embedded, fields, field, htmx):
    answer = save(htmx=htmx, **fields)
    assert answer.status_code == 422
    assert [alert.startswith(field) for alert in read(answer).alerts] == [True]
    assert stored(embedded) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "Tea & <cake>\n\n  - 'x'", "date": "yesterday", "bucket": "1", "new_bucket": ""},
        {"text": "\nleading line", "date": "2025-02-30", "bucket": "1", "new_bucket": ""},
        {"text": "a" * 20_001, "date": "2025-03-04", "bucket": "new", "new_bucket": 'Gar"den'},
    ],
)
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_a_refused_form_keeps_every_character(save, fields, htmx):
    answer = save(htmx=htmx, **fields)
    assert answer.status_code == 422
    assert typed(answer) == fields


def test_a_bucket_name_that_the_service_refuses_is_said(save, embedded):
    answer = save(text="Tea", bucket="new", new_bucket="4711")
    assert answer.status_code == 422
    assert "digits" in " ".join(read(answer).alerts)
    assert typed(answer)["new_bucket"] == "4711"


def test_a_bucket_that_is_gone_is_said_and_nothing_is_filed_elsewhere(save, embedded):
    answer = save(text="Tea", bucket="4711")
    assert answer.status_code == 422
    assert "no such bucket" in " ".join(read(answer).alerts)
    assert typed(answer)["text"] == "Tea"
    assert stored(embedded) == []


# Afterwards


def test_saved_leads_to_the_list_and_to_the_memory(signed_in, save):
    answer = save(text="Tea", date="2025-03-04")
    assert answer["Location"] == "/"
    page = read(signed_in.get("/"))
    assert page.texts == ["Tea"]
    assert "Saved in General." in page.one(id="notice").text
    assert read(signed_in.get(page.one(id="notice").link("Open it"))).one("aside").body.text == "Tea"


def test_saved_in_the_dialog_nothing_reloads(save, many):
    texts = many(3)
    part = read(save(htmx=True, text="Tea", date="2026-01-01"))
    assert not part.all("html")
    assert "Saved in General." in part.one("form", id="memory-form").all(role="status")[0].text
    assert part.texts == ["Tea", *texts]
    assert part.status == "4 memories"
    assert "General4" in part.one("nav", aria_label="Buckets").text


def test_the_form_is_ready_for_the_next_of_the_same_day_and_bucket(save, embedded):
    garden = embedded.create_bucket("Garden")
    answer = save(htmx=True, text="Tea", date="2025-03-04", bucket=garden.id)
    assert typed(answer) == {"text": "", "date": "2025-03-04", "bucket": garden.id, "new_bucket": ""}


def test_the_list_behind_the_dialog_keeps_its_filters(save, embedded, many):
    many(3)
    garden = embedded.create_bucket("Garden")
    part = read(save(htmx=True, at=f"/?bucket={garden.id}", text="Tea", date="2025-03-04", bucket=garden.id))
    assert part.texts == ["Tea"]


def test_a_duplicate_is_said_and_linked(signed_in, save, remember):
    memory_id = remember("2025-03-04 - Tea")
    answer = save(htmx=True, text="Tea", date="2025-03-04")
    (alert,) = read(answer).all(role="alert")
    assert "Already remembered" in alert.text
    assert read(signed_in.get(alert.link("Open it"))).one("aside").one("code").text == memory_id
    assert typed(answer)["text"] == "Tea"


# When the answer is lost


@pytest.fixture
def lost(hosted):
    """The service stores, and its answer is lost."""
    hosted.fail("lost", on="POST /api/memory", after=True)
    return hosted


TYPED = {"text": "Tea at four", "date": "2025-03-04", "bucket": "65"}


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_a_lost_answer_offers_to_look(save, lost, htmx):
    answer = save(htmx=htmx, **TYPED)
    assert "Perhaps saved." in " ".join(read(answer).alerts)
    (look,) = [button for button in form(answer).all("button") if button.text == "Look for it"]
    assert look["formaction"] == CHECK
    assert typed(answer) | TYPED == typed(answer)


def test_looking_finds_what_was_saved(signed_in, save, lost):
    save(**TYPED)
    answer = save(CHECK, **TYPED)
    assert answer["Location"] == "/"
    page = read(signed_in.get("/"))
    assert "Saved in Work." in page.one(id="notice").text
    assert [item.text for item in lost.items] == ["2025-03-04 - Tea at four"]


def test_looking_in_the_dialog_finds_it_too(save, lost):
    save(htmx=True, **TYPED)
    part = read(save(CHECK, htmx=True, **TYPED))
    assert "Saved in Work." in part.one("form", id="memory-form").all(role="status")[0].text


def test_looking_says_when_it_is_not_there(save, hosted):
    answer = save(CHECK, htmx=True, **TYPED)
    assert "It was not saved." in " ".join(read(answer).alerts)
    assert typed(answer) | TYPED == typed(answer)


def test_the_same_text_in_another_bucket_is_not_taken_for_it(save, hosted):
    hosted.add("2025-03-04 - Tea at four", bucket=66)
    assert "It was not saved." in " ".join(read(save(CHECK, **TYPED)).alerts)


def test_looking_writes_nothing(signed_in, save, hosted):
    hosted.fail("lost", on="POST /api/memory")
    save(**TYPED)
    hosted.recover()
    hosted.calls.clear()
    save(CHECK, **TYPED)
    assert {call.method for call in hosted.calls} == {"GET"}


def test_a_new_bucket_that_was_made_is_chosen_when_its_memory_failed(save, hosted):
    hosted.fail("500", on="POST /api/memory")
    answer = save(**TYPED | {"bucket": "new", "new_bucket": "Garden"})
    assert (typed(answer)["bucket"], typed(answer)["new_bucket"]) == ("67", "")


def test_saved_is_said_even_when_the_list_cannot_be_read_again(save, hosted):
    save(**TYPED)
    hosted.fail("500", on="GET /api/memory")
    part = read(save(htmx=True, text="Another", date="2025-03-04"))
    assert "Saved in" in part.one("form", id="memory-form").all(role="status")[0].text
    assert "The list could not be renewed" in " ".join(part.alerts)


def test_every_form_carries_its_secret(signed_in):
    page = read(signed_in.get("/"))
    posting = [node for node in page.all("form") if node.attributes.get("method") == "post"]
    assert posting
    assert all(re.fullmatch(r"\w{64}", node.one("input", name="csrfmiddlewaretoken")["value"]) for node in posting)


@pytest.mark.parametrize("fields", [{"text": "2024-05-06"}, {"text": "2024-05-06 - "}])
def test_a_date_alone_is_no_memory(signed_in, fields):
    answer = signed_in.post("/memories/new/", {"bucket": "", **fields})
    assert answer.status_code == 422
    assert "Write what should be remembered." in answer.content.decode()


def test_a_bucket_named_with_digits_is_refused_at_its_field(signed_in):
    answer = signed_in.post("/memories/new/", {"text": "Tea", "bucket": "new", "new_bucket": "123"})
    assert answer.status_code == 422
    assert "New bucket: Add a letter" in answer.content.decode()


def test_a_memory_that_the_filter_leaves_out_is_said_to_be_out_of_sight(signed_in):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/?q=zeppelin"}
    answer = signed_in.post("/memories/new/", {"text": "Tea", "bucket": ""}, headers=headers)
    assert "not among what the page shows" in answer.content.decode()
    here = signed_in.post("/memories/new/", {"text": "A zeppelin", "bucket": ""}, headers=headers)
    assert "not among what the page shows" not in here.content.decode()
