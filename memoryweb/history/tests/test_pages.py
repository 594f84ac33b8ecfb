"""The pages of the journal: every write with who, when, what and how many; what was before and after; and the buttons that fit."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from memories import curating
from memoryweb.history import shown, undo
from memoryweb.history.models import Batch, Entry
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db
DAY = date(2025, 3, 4)


def batches(answer):
    """The batches on the page, newest first."""
    return read(answer).articles


def buttons(part) -> list[str]:
    """What stands on its buttons."""
    return [button.text for button in part.all("button")]


def index(signed_in, query: str = ""):
    return batches(signed_in.get(f"/history/{query}"))


def parts(part, tag: str) -> list[str]:
    """What is marked as removed (del) or added (ins), without the words for those who cannot see that."""
    return [node.raw_text.partition(": ")[2].removesuffix(", ") for node in part.all(tag)]


@pytest.fixture
def moved(embedded_desk):
    """Three memories moved to Office."""
    memories = [embedded_desk.add(f"2025-03-04 - Note {n}.", "Kitchen") for n in range(3)]
    return embedded_desk.move(memories, embedded_desk.bucket("Office")).batch


def settle(batch, *outcomes: str, reason: str = "") -> None:
    """Let the batch's first entries have come out like this."""
    for entry, outcome in zip(batch.entries.order_by("id"), outcomes, strict=False):
        entry.outcome, entry.reason = outcome, reason
        entry.save()


# What was written


def test_an_empty_history_says_what_will_stand_there(signed_in, embedded):
    page = read(signed_in.get("/history/"))
    assert "Nothing has been written yet" in page.one("main").text
    assert page.articles == []


def test_the_navigation_leads_here(signed_in, embedded):
    assert read(signed_in.get("/")).link("History") == "/history/"


def test_each_write_says_who_when_and_what(signed_in, owner, moved):
    (article,) = index(signed_in)
    assert "Moved 3 memories to Office" in article.text
    assert f"{timezone.localtime(moved.begun_at):%H:%M}, {owner.username}" in article.text
    assert article.link("Moved 3 memories to Office") == f"/history/{moved.pk}/"


def test_the_newest_comes_first_under_its_day(signed_in, embedded_desk):
    for text in ("One.", "Two."):
        embedded_desk.create(text, DAY, None)
    Batch.objects.filter(pk=Batch.objects.earliest("id").pk).update(begun_at=timezone.now() - timedelta(days=400))
    page = read(signed_in.get("/history/"))
    today = timezone.localdate()
    assert [day for day, _ in page.days] == [today.isoformat(), (timezone.now() - timedelta(days=400)).date().isoformat()]
    assert ["Two." in page.articles[0].text, "One." in page.articles[1].text] == [True, True]


def test_an_edit_is_shown_word_by_word(signed_in, embedded_desk):
    memory = embedded_desk.add("2025-03-04 - Tea at four.", "Kitchen")
    embedded_desk.edit(memory, "2025-03-04 - Tea at five.", None)
    (article,) = index(signed_in)
    assert (parts(article, "del"), parts(article, "ins")) == (["four"], ["five"])


def test_what_was_removed_and_added_is_said_without_colour(signed_in, embedded_desk):
    memory = embedded_desk.add("2025-03-04 - Tea at four.", "Kitchen")
    embedded_desk.edit(memory, "2025-03-04 - Tea at five.", None)
    assert "removed: four, added: five" in index(signed_in)[0].text


def test_a_move_names_both_buckets(signed_in, moved):
    assert "Kitchen to Office" in index(signed_in)[0].text


def test_texts_are_escaped(signed_in, embedded_desk):
    embedded_desk.create("<script>alert(1)</script> & more", DAY, None)
    assert "&lt;script&gt;" in signed_in.get("/history/").content.decode()


def test_of_many_the_first_few_are_shown_and_the_rest_has_a_page(signed_in, embedded_desk):
    memories = [embedded_desk.add(f"2025-03-04 - Note {n}.", "Kitchen") for n in range(45)]
    number = embedded_desk.move(memories, embedded_desk.bucket("Office")).batch.pk
    (article,) = index(signed_in)
    assert len(article.one("ul").all("li")) == shown.FIRST_ENTRIES
    assert article.link("and 42 more") == f"/history/{number}/"
    whole = read(signed_in.get(f"/history/{number}/"))
    assert len(whole.one("ol", aria_label="What became of each").all("li")) == 30
    whole = read(signed_in.get(whole.link("Show 30 more")))
    assert len(whole.one("ol", aria_label="What became of each").all("li")) == 45
    assert not whole.has_link("Show 30 more")


def test_more_batches_than_a_page_holds_follow(signed_in, embedded_desk):
    for number in range(32):
        embedded_desk.create(f"Note {number}.", DAY, None)
    page = read(signed_in.get("/history/"))
    assert len(page.articles) == 30
    assert len(read(signed_in.get(page.link("Show 30 more"))).articles) == 32


@pytest.mark.parametrize("query", ["?rows=0", "?rows=301", "?skip=-1", "?rows=many"])
def test_an_address_that_cannot_be_read_says_so(signed_in, moved, query):
    for path in ("/history/", f"/history/{moved.pk}/"):
        answer = signed_in.get(path + query)
        assert answer.status_code == 400
        assert "This address cannot be read" in answer.content.decode()


def test_beyond_the_last_batch_there_is_nothing(signed_in, moved):
    assert "There is nothing this far back" in signed_in.get("/history/?skip=30").content.decode()


def test_a_long_text_is_cut_in_the_list_and_whole_on_its_page(signed_in, embedded_desk):
    text = "2025-03-04 - " + "Word by word. " * 200
    number = embedded_desk.create(text, DAY, None).progress.batch.pk
    assert len(index(signed_in)[0].text) < 600
    assert text.strip() in read(signed_in.get(f"/history/{number}/")).text


def test_of_a_long_text_the_changed_words_are_shown(signed_in, embedded_desk):
    text = f"2025-03-04 - {' '.join(f'word{n}' for n in range(200))} CHANGED {' '.join(f'more{n}' for n in range(200))}"
    embedded_desk.edit(embedded_desk.add(text), text.replace("CHANGED", "DIFFERENT"), None)
    (article,) = index(signed_in)
    assert (parts(article, "del"), parts(article, "ins")) == (["CHANGED"], ["DIFFERENT"])
    assert len(article.text) < 900


@pytest.mark.parametrize(
    "pieces",
    [
        [("same", "a b " * 200)],
        [
            ("same", "a b " * 200),
            ("gone", "c " * 400),
            ("new", "d" * 900),
            ("same", "e f " * 200),
            ("new", "g"),
            ("same", " h" * 300),
        ],
        [("gone", "x" * 1000)],
    ],
)
def test_an_excerpt_keeps_every_change_in_its_order_and_is_short(pieces):
    short = shown.excerpt(pieces)
    assert [kind for kind, _ in short] == [kind for kind, _ in pieces]
    assert all(text for _, text in short)
    assert sum(len(text) for _, text in short) <= 300 * len(pieces)


def test_every_operation_has_its_sentence(signed_in, embedded_desk):
    from buckets import curating as buckets

    desk, client, person = embedded_desk, embedded_desk.client, embedded_desk.person
    tea, ink, rye = (desk.read(desk.create(text, DAY, desk.bucket("Kitchen")).memory_id) for text in ("Tea.", "Ink.", "Rye."))
    desk.edit(tea, "2025-03-04 - Green tea.", None)
    desk.merge([desk.read(tea.id), ink], "2025-03-04 - Green tea and ink.", None)
    desk.delete([rye])
    desk.restore(client.get_trash(count=10).memories[:1])
    shed = buckets.created(buckets.create(client, person, "Shed", ""))
    buckets.change(client, person, shed, "Barn", "")
    barn = next(bucket for bucket in client.list_buckets() if bucket.name == "Barn")
    buckets.merge(client, person, barn, desk.bucket("Kitchen"))
    kitchen = next(bucket for bucket in client.list_buckets() if bucket.name == "Kitchen")
    buckets.delete(client, person, kitchen, desk.bucket("General"))
    undone = undo.undo_last(client, person)
    undo.undo(client, person, undone.batch)
    said = [article.all("h3")[0].text for article in index(signed_in)]
    assert said == [
        "Did again: deleted the bucket Kitchen and moved its memory to General",
        "Undid: deleted the bucket Kitchen and moved its memory to General",
        "Deleted the bucket Kitchen and moved its memory to General",
        "Merged the bucket Barn into Kitchen",
        "Changed the bucket Shed",
        "Created the bucket Shed",
        "Restored a memory from the trash",
        "Deleted a memory",
        "Merged 2 memories into one",
        "Edited a memory",
        *["Added a memory"] * 3,
    ]


def test_examples_are_counted_without_their_buckets(signed_in, embedded):
    signed_in.post("/memories/examples/load/")
    (article,) = index(signed_in)
    assert article.all("h3")[0].text == "Loaded 41 memories"


def test_the_history_can_be_read_when_the_service_does_not_answer(signed_in, hosted_desk):
    hosted_desk.create("Tea.", DAY, None)
    hosted_desk.hosted.fail("refused")
    answer = signed_in.get("/history/")
    assert answer.status_code == 200
    assert "Tea." in answer.content.decode()


# What becomes of it


def test_undo_takes_back_and_is_done_again(signed_in, embedded_desk, moved):
    before = embedded_desk.texts()
    signed_in.post(f"/history/{moved.pk}/undo/")
    taken_back, first = index(signed_in)
    assert "Undid: moved 3 memories to Office" in taken_back.text
    assert "Undone" in first.text
    assert buttons(first) == buttons(taken_back) == ["Redo"]
    assert {bucket for _, bucket in embedded_desk.texts()} == {"Kitchen"}
    redo = first.one("button")["formaction"]
    signed_in.post(redo)
    assert embedded_desk.texts() == before
    assert buttons(index(signed_in)[2]) == ["Undo"]


def test_redo_is_offered_again_after_the_redo_was_undone(signed_in, embedded_desk, moved):
    for _ in range(5):
        article = next(part for part in index(signed_in) if part["id"] == f"batch-{moved.pk}")
        signed_in.post(article.one("button")["formaction"])
    assert {bucket for _, bucket in embedded_desk.texts()} == {"Kitchen"}


def test_undoing_twice_is_said_and_does_nothing(signed_in, embedded_desk, moved):
    signed_in.post(f"/history/{moved.pk}/undo/")
    answer = signed_in.post(f"/history/{moved.pk}/undo/", follow=True)
    assert "taken back already" in read(answer).text
    assert Batch.objects.count() == 2


def test_what_changed_since_is_left_alone_and_can_be_undone_anyway(signed_in, embedded_desk, moved):
    entry = moved.entries.order_by("id")[0]
    embedded_desk.edit(embedded_desk.read(entry.subject_id), "2025-03-04 - Written over.", None)
    signed_in.post(f"/history/{moved.pk}/undo/")
    article = index(signed_in)[0]
    assert "2 done, 1 left alone" in article.text
    assert "Left alone. It has changed since." in article.text
    assert buttons(article) == ["Undo these anyway", "Redo"]
    force = article.all("button")[0]
    signed_in.post(force["formaction"], {force["name"]: force["value"]})
    assert embedded_desk.read(entry.subject_id).text == "2025-03-04 - Note 0."


def test_what_failed_is_named_first_with_its_reason_and_can_be_tried_again(signed_in, moved):
    settle(moved, "done", "done", "failed", reason="The service did not like it.")
    (article,) = index(signed_in)
    first = article.all("ul")[0].all("li")[0]
    assert "Note 2." in first.text
    assert "Not done. The service did not like it." in first.text
    assert "2 done, 1 failed" in article.text
    assert buttons(article) == ["Try again", "Undo"]
    signed_in.post(f"/history/{moved.pk}/retry/")
    assert buttons(index(signed_in)[0]) == ["Undo"]


def test_a_batch_of_which_nothing_came_does_not_claim_anything(signed_in, moved):
    settle(moved, *["failed"] * 3, reason="It is not there any more.")
    (article,) = index(signed_in)
    assert "Could not move 3 memories to Office" in article.text
    assert buttons(article) == ["Try again"]


def test_what_was_not_sent_yet_goes_on(signed_in, moved):
    settle(moved, "done", "planned", "planned")
    (article,) = index(signed_in)
    assert "1 done, 2 not done yet" in article.text
    assert buttons(article) == ["Continue", "Undo"]
    signed_in.post(f"/history/{moved.pk}/continue/")
    assert "not done yet" not in index(signed_in)[0].text


def test_what_is_unknown_is_checked_before_anything_else_is_offered(signed_in, moved):
    settle(moved, "unknown", "failed", "planned")
    (article,) = index(signed_in)
    assert "Unknown. The answer was lost." in article.text
    assert buttons(article) == ["Check"]
    signed_in.post(f"/history/{moved.pk}/check/")
    assert "unknown" not in index(signed_in)[0].text.lower()


def test_only_memories_that_are_there_have_a_link(signed_in, embedded_desk):
    embedded_desk.create("2025-03-04 - Tea.", DAY, None)
    assert signed_in.get("/history/").content.decode().count("Open memory") == 1
    signed_in.post("/history/undo/")
    assert "Open memory" not in signed_in.get("/history/").content.decode()


def test_what_is_gone_for_good_has_no_text_and_no_undo(signed_in, moved):
    moved.entries.update(outcome=Entry.Outcome.PURGED, before=None, after=None)
    (article,) = index(signed_in)
    assert "It was deleted for good, and its text with it." in article.text
    assert buttons(article) == []


@pytest.mark.parametrize("action", ["undo", "continue", "retry", "check"])
def test_a_batch_that_is_not_there_is_said_to_be_missing(signed_in, embedded, action):
    assert signed_in.get("/history/999/").status_code == 404
    assert signed_in.post(f"/history/999/{action}/").status_code == 404


def test_of_another_account_nothing_is_shown(signed_in, moved, hosted):
    assert index(signed_in) == []
    assert signed_in.get(f"/history/{moved.pk}/").status_code == 404
    assert signed_in.post(f"/history/{moved.pk}/undo/").status_code == 404


def test_undoing_the_last_says_when_there_is_nothing(signed_in, embedded):
    answer = signed_in.post("/history/undo/", follow=True)
    assert "You have done nothing here that could be taken back." in read(answer).text


def test_a_key_that_meets_a_load_asks_first_and_takes_nothing_back(signed_in, embedded_desk):
    loading = curating.Loading(embedded_desk.client, embedded_desk.person)
    loading.add("2025-03-04 - Tea.", embedded_desk.bucket("Kitchen"), None)
    said = toast(signed_in, "/history/undo/")
    assert "Take back what was done on" in said.text
    assert "Loaded a memory" in said.text
    assert buttons(said)[:1] == ["Undo"]
    assert embedded_desk.texts() == [("2025-03-04 - Tea.", "Kitchen")]
    assert signed_in.post("/history/undo/")["Location"] == f"/history/{Batch.objects.get().pk}/"
    assert embedded_desk.texts() == [("2025-03-04 - Tea.", "Kitchen")]


def test_a_form_leads_back_to_where_it_stood(signed_in, moved):
    answer = signed_in.post(f"/history/{moved.pk}/undo/", {"next": f"/history/{moved.pk}/"})
    assert answer["Location"] == f"/history/{moved.pk}/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_form_leads_nowhere_else(signed_in, moved, elsewhere):
    assert signed_in.post(f"/history/{moved.pk}/undo/", {"next": elsewhere})["Location"] == "/history/"


# The toast


def toast(signed_in, path: str):
    answer = signed_in.post(path, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/history/"})
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#toast", "innerHTML")
    return read(answer)


def test_a_toast_says_what_was_done_and_offers_the_way_back(signed_in, moved):
    said = toast(signed_in, f"/history/{moved.pk}/undo/")
    assert "Undid: moved 3 memories to Office" in said.one(role="status").text
    assert "Redo" in buttons(said)
    assert said.one("input", name="csrfmiddlewaretoken")["value"]


def test_a_toast_of_a_long_batch_goes_on_by_itself(signed_in, moved, monkeypatch):
    settle(moved, "done", "planned", "planned")
    monkeypatch.setattr("memoryweb.history.journal.AT_ONCE", 1)
    monkeypatch.setattr("memoryweb.history.run.SECONDS", 0)
    monkeypatch.setattr("memoryweb.history.background.go_on", lambda client, batch: None)  # its thread has a test of its own
    said = toast(signed_in, f"/history/{moved.pk}/continue/")
    progress = said.one("progress")
    assert (progress["value"], progress["max"]) == ("2", "3")
    form = said.one("form")
    assert (form["hx-post"], form["hx-trigger"]) == (f"/history/{moved.pk}/continue/", "load delay:700ms")
    assert not toast(signed_in, form["hx-post"]).all("progress")


def test_a_toast_of_what_failed_says_why_and_leads_to_it(signed_in, moved, embedded_desk):
    entry = moved.entries.order_by("id")[0]
    embedded_desk.edit(embedded_desk.read(entry.subject_id), "2025-03-04 - Written over.", None)
    said = toast(signed_in, f"/history/{moved.pk}/undo/")
    assert "It has changed since." in said.one(role="alert").text
    assert "Undo these anyway" in buttons(said)
    number = Batch.objects.latest("id").pk
    assert said.link("Show them") == f"/history/{number}/"


def test_a_toast_of_what_is_unknown_offers_to_check_and_nothing_else(signed_in, hosted_desk):
    memory = hosted_desk.add("2025-03-04 - Tea.")
    batch = hosted_desk.move([memory], hosted_desk.bucket("Work")).batch
    hosted_desk.hosted.fail("lost", "POST /api/v2/memory/update", after=True)
    said = toast(signed_in, f"/history/{batch.pk}/undo/")
    assert [name for name in buttons(said) if name] == ["Check"]
    assert "not known whether it happened" in said.one(role="alert").text


def test_a_service_that_fails_is_said_in_the_toast(signed_in, hosted_desk):
    memory = hosted_desk.add("2025-03-04 - Tea.")
    batch = hosted_desk.move([memory], hosted_desk.bucket("Work")).batch
    assert buttons(index(signed_in)[0]) == ["Undo"]
    hosted_desk.hosted.fail("refused")
    headers = {"HX-Request": "true", "HX-Target": "toast"}
    answer = signed_in.post(f"/history/{batch.pk}/undo/", headers=headers)
    said = read(answer)
    assert answer.status_code == 503
    assert "The memory service does not answer" in said.one("div", role="alert").text
    assert buttons(index(signed_in)[0]) == ["Undo"]


def test_without_htmx_the_message_offers_the_way_back(signed_in, moved):
    page = read(signed_in.post(f"/history/{moved.pk}/undo/", follow=True))
    notice = page.one(id="notice")
    number = Batch.objects.latest("id").pk
    assert notice.link("Show it in the history") == f"/history/{number}/"
    assert (notice.one("form")["action"], buttons(notice)) == (f"/history/{number}/undo/", ["Redo"])


# On a hosted service


def test_a_hosted_history_says_what_an_undo_cannot_keep(signed_in, hosted_desk):
    hosted_desk.delete([hosted_desk.add("2025-03-04 - Tea.")])
    page = read(signed_in.get("/history/"))
    assert "gets a new id and a new creation time" in page.one("main").text
    assert shown.ANEW in page.articles[0].text


def test_the_embedded_history_has_nothing_to_warn_of(signed_in, embedded_desk):
    embedded_desk.delete([embedded_desk.add("2025-03-04 - Tea.")])
    assert "new id" not in read(signed_in.get("/history/")).one("main").text


def test_a_bucket_created_on_a_hosted_service_cannot_be_taken_back_and_the_page_says_so(signed_in, hosted):
    signed_in.post("/buckets/new/", {"name": "Garden"})
    (article,) = index(signed_in)
    assert buttons(article) == []
    assert "There is no Undo for this." in article.text


def test_what_the_service_cannot_do_is_not_offered_to_be_undone(signed_in, hosted_desk):
    hosted_desk.hosted.lacks = {"delete"}
    hosted_desk.create("2025-03-04 - Tea.", DAY, None)
    (article,) = index(signed_in)
    assert buttons(article) == []
    assert "does not let memoryweb delete memories" in article.text


def test_a_hosted_navigation_has_a_history_and_no_trash(signed_in, hosted):
    page = read(signed_in.get("/history/"))
    assert page.has_link("History")
    assert not page.has_link("Trash")
