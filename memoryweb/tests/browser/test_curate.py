"""Curating: editing in place, selecting, moving, deleting, merging and taking back, by mouse and by keys alone."""

import json
import re
import signal

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import (
    WIDTHS,
    Held,
    buckets,
    come_in,
    count_of,
    dialog,
    fill,
    memories,
    no_reload,
    open_panel,
    panel,
    row,
    rows,
    says,
    scroll_on,
    search_box,
    text_field,
    violations,
    warns,
)
from memoryweb.tests.hosted import picture
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser
NOTES = 70


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def api(server):
    """Someone else's requests."""
    return server.api()


@pytest.fixture(autouse=True)
def notes(server, api):
    """Seventy notes and two empty buckets, whatever the test before has left."""
    while found := api.get(f"{server.url}/api/memory", params={"v": 2, "count": 100}, timeout=10).json()["data"]:
        api.post(
            f"{server.url}/api/memories/bulk-delete", json={"memoryIds": [one["id"] for one in found]}, timeout=10
        ).raise_for_status()
    for bucket in api.get(f"{server.url}/api/buckets", params={"v": 2}, timeout=10).json():
        if bucket["name"] != "General":
            api.delete(f"{server.url}/api/buckets/{bucket['id']}", timeout=10).raise_for_status()
    for name in ("Garden", "Kitchen"):
        api.post(f"{server.url}/api/buckets", json={"name": name}, timeout=10).raise_for_status()
    fill(server, NOTES, session=api)


@pytest.fixture
def page(request, window, signed_in):
    scheme, width = getattr(request, "param", ("light", 1280))
    return window(signed_in, scheme, width, reduced_motion="reduce")


def note(number):
    return re.compile(rf"Note {number} of the garden")


def select(page, number, **options):
    page.get_by_role("checkbox", name=note(number)).click(**options)


def bar(page):
    return page.get_by_role("toolbar", name="Selection")


def selected(page):
    return memories(page).get_by_role("checkbox", checked=True)


def editor(page):
    return memories(page).get_by_role("article", name="Edit memory")


def act(page, number, name):
    """Press one of the buttons of a row."""
    row(page, note(number)).hover()
    row(page, note(number)).get_by_role(re.search("Edit|Open", name) and "link" or "button", name=re.compile(f"^{name}")).click()


def agree(page, question, answer):
    asked = page.get_by_role("alertdialog", name=question)
    asked.get_by_role("button", name=answer, exact=True).click()


def change_elsewhere(server, api, before, after):
    """Someone else changes the text of the memory that has it."""
    found = api.get(f"{server.url}/api/v2/memory", params={"all": "true", "includeIds": "true"}, timeout=10).json()
    memory = next(one for one in found["memories"] if before in one["text"])
    body = {"memoryId": memory["id"], "text": memory["text"].replace(before, after)}
    api.post(f"{server.url}/api/v2/memory/update", json=body, timeout=10).raise_for_status()


def delete_elsewhere(server, api, text):
    """Someone else deletes the memory that has it."""
    found = api.get(f"{server.url}/api/v2/memory", params={"all": "true", "includeIds": "true"}, timeout=10).json()
    ids = [one["id"] for one in found["memories"] if text in one["text"]]
    api.post(f"{server.url}/api/memories/bulk-delete", json={"memoryIds": ids}, timeout=10).raise_for_status()


# Editing in place


@pytest.mark.parametrize("way", ["button", "key", "double click"])
def test_a_memory_turns_into_its_editor(page, way):
    page.goto("/")
    with no_reload(page):
        if way == "button":
            act(page, 2, "Edit")
        elif way == "key":
            page.keyboard.press("j")
            page.keyboard.press("j")
            page.keyboard.press("e")
        else:
            page.get_by_text("Note 2 of the garden.").dblclick()
        expect(text_field(page)).to_be_focused()
        expect(text_field(page)).to_have_value("Note 2 of the garden.")
    expect(panel(page)).to_be_hidden()
    expect(editor(page)).to_contain_text("begins with its date")


def test_ctrl_enter_saves_and_shows_the_row_again(page):
    page.goto("/")
    with no_reload(page):
        act(page, 2, "Edit")
        text_field(page).fill("Note 2 of the yard.")
        editor(page).get_by_role("combobox", name="Bucket").select_option("Kitchen")
        page.keyboard.press("Control+Enter")
        expect(rows(page).nth(1)).to_contain_text("Note 2 of the yard.")
        expect(rows(page).nth(1)).to_be_focused()
        expect(rows(page).nth(1).get_by_role("link", name="Kitchen")).to_be_visible()
        says(page, "Edited")
        expect(buckets(page).get_by_role("link", name="Kitchen")).to_have_accessible_name(re.compile("^Kitchen 1 ?$"))
        page.get_by_role("button", name="Undo").click()
        expect(rows(page).nth(1)).to_contain_text("Note 2 of the garden.")
    assert count_of(page, "Kitchen") == 0


def test_escape_leaves_and_asks_only_if_something_changed(page):
    page.goto("/")
    act(page, 2, "Edit")
    expect(text_field(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(editor(page)).to_be_hidden()
    expect(rows(page).nth(1)).to_be_focused()
    page.keyboard.press("e")
    expect(text_field(page)).to_be_focused()
    page.keyboard.type(" More")
    page.keyboard.press("Escape")
    agree(page, "Leave without saving?", "Go on writing")
    expect(text_field(page)).to_have_value("Note 2 of the garden. More")
    text_field(page).press("Escape")
    agree(page, "Leave without saving?", "Leave")
    expect(rows(page).nth(1)).to_contain_text("Note 2 of the garden.")


def test_save_and_next_walks_on_through_the_filtered_list(page):
    page.goto("/?type=text&rows=30")
    act(page, 30, "Edit")
    for number in (30, 31):
        expect(text_field(page)).to_have_value(f"Note {number} of the garden.")
        text_field(page).fill(f"Note {number} of the yard.")
        editor(page).get_by_role("button", name="Save and next").click()
    expect(text_field(page)).to_have_value("Note 32 of the garden.")
    expect(rows(page).filter(has_text="of the yard.")).to_have_count(2)


def test_two_who_edit_the_same_see_both_texts(page, server, api):
    page.goto("/")
    act(page, 2, "Edit")
    text_field(page).fill("Note 2 of the garden in June.")
    change_elsewhere(server, api, "Note 2 of the garden.", "Note 2 of the old garden.")
    page.keyboard.press("Control+Enter")
    warns(page, "Someone changed it meanwhile")
    pair = page.get_by_role("group", name="Their text and yours")
    expect(pair.get_by_role("region", name="Theirs")).to_contain_text("old garden")
    expect(pair.get_by_role("region", name="Yours").locator("ins")).to_have_text(re.compile("in June"))
    expect(text_field(page)).to_have_value("Note 2 of the garden in June.")
    editor(page).get_by_role("button", name="Save mine over it").click()
    expect(rows(page).nth(1)).to_contain_text("Note 2 of the garden in June.")


def test_a_habit_does_not_write_over_theirs(page, server, api):
    page.goto("/")
    act(page, 2, "Edit")
    text_field(page).fill("Note 2 of the garden in June.")
    change_elsewhere(server, api, "Note 2 of the garden.", "Note 2 of the old garden.")
    page.keyboard.press("Control+Enter")
    warns(page, "Someone changed it meanwhile")
    expect(editor(page)).not_to_contain_text("saves")
    expect(text_field(page)).to_be_focused()
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Shift+Enter")
    page.get_by_role("textbox", name="Date").press("Enter")
    page.get_by_role("textbox", name="Date").press("Control+Enter")
    warns(page, "Someone changed it meanwhile")
    texts = api.get(f"{server.url}/api/v2/memory", params={"all": "true"}, timeout=10).text
    assert "old garden" in texts
    assert "in June" not in texts


def test_what_was_deleted_meanwhile_is_saved_as_a_new_memory(page, server, api):
    page.goto("/")
    act(page, 2, "Edit")
    text_field(page).fill("Note 2 of the garden in June.")
    delete_elsewhere(server, api, "Note 2 of the garden.")
    page.keyboard.press("Control+Enter")
    warns(page, "Someone deleted it meanwhile")
    expect(editor(page).get_by_role("link", name="trash")).to_be_visible()
    with no_reload(page):
        editor(page).get_by_role("button", name="Save it as a new memory").click()
        expect(rows(page).nth(1)).to_contain_text("Note 2 of the garden in June.")
        says(page, "Added")


def test_a_long_text_leaves_the_rest_of_the_editor_in_reach(page, server, api):
    server.add("Walnut and pear. " * 1000, session=api)
    page.goto("/")
    rows(page).first.hover()
    rows(page).first.get_by_role("link", name=re.compile("^Edit")).click()
    expect(text_field(page)).to_be_focused()
    assert editor(page).bounding_box()["height"] < 900


def test_a_text_is_written_in_its_own_direction(page, server, api):
    server.add("חלב עם תה, every morning.", session=api)
    page.goto("/")
    direction = "box => getComputedStyle(box).direction"
    assert rows(page).first.get_by_text("חלב").locator("xpath=ancestor-or-self::div[@dir]").evaluate(direction) == "rtl"
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(text_field(page)).to_be_focused()
    assert text_field(page).evaluate(direction) == "rtl"


def test_a_memory_with_another_date_carries_that_day(page):
    page.goto("/")
    act(page, 2, "Edit")
    page.get_by_role("textbox", name="Date").fill("2020-01-01")
    page.keyboard.press("Control+Enter")
    expect(row(page, note(2)).get_by_text("1 January 2020")).to_be_visible()
    expect(row(page, note(2))).not_to_contain_text("2020-01-01")
    open_panel(page, "Note 2 of")
    expect(panel(page)).to_contain_text("January 2020")
    expect(panel(page).get_by_text("Note 2 of the garden.", exact=True)).to_be_visible()


def test_theirs_can_be_kept(page, server, api):
    page.goto("/")
    act(page, 2, "Edit")
    text_field(page).fill("Note 2 of the garden in June.")
    change_elsewhere(server, api, "Note 2 of the garden.", "Note 2 of the old garden.")
    page.keyboard.press("Control+Enter")
    editor(page).get_by_role("link", name="Keep theirs").click()
    expect(rows(page).nth(1)).to_contain_text("Note 2 of the old garden.")


def test_what_was_typed_outlives_a_server_that_is_gone(window, tmp_path):
    with running_server(tmp_path) as server:
        server.add("Note 2 of the garden.")
        page = window(at=server)
        come_in(page, server.sign_in_link())
        see_it_outlive(page, server)


def see_it_outlive(page, server):
    act(page, 2, "Edit")
    text_field(page).fill("Note 2, nearly lost.")
    server.process.send_signal(signal.SIGINT)
    server.process.wait(10)
    page.keyboard.press("Control+Enter")
    warns(editor(page), "memoryweb does not answer")
    expect(text_field(page)).to_have_value("Note 2, nearly lost.")


def test_what_was_typed_outlives_a_sign_out(page):
    page.goto("/")
    act(page, 2, "Edit")
    text_field(page).fill("Note 2, nearly lost.")
    page.context.clear_cookies()
    page.keyboard.press("Control+Enter")
    warns(editor(page), "You have been signed out")
    expect(text_field(page)).to_have_value("Note 2, nearly lost.")


def test_a_search_does_not_sweep_it_away(page):
    page.goto("/")
    act(page, 2, "Edit")
    text_field(page).fill("Note 2, nearly lost.")
    search_box(page).press_sequentially("yard")
    agree(page, "Leave without saving?", "Go on writing")
    expect(text_field(page)).to_have_value("Note 2, nearly lost.")


def test_a_new_memory_does_not_sweep_it_away_either(page):
    page.goto("/")
    act(page, 2, "Edit")
    text_field(page).fill("Note 2, nearly lost.")
    page.get_by_role("button", name="New memory").click()
    text_field(dialog(page)).fill("A new one meanwhile.")
    page.keyboard.press("Control+Enter")
    says(dialog(page), "Saved in General")
    page.keyboard.press("Escape")
    expect(text_field(page)).to_have_value("Note 2, nearly lost.")
    editor(page).get_by_role("button", name="Save", exact=True).click()
    expect(rows(page).first).to_contain_text("A new one meanwhile.")
    expect(row(page, "nearly lost")).to_be_visible()


def test_leaving_the_page_asks(page):
    page.goto("/")
    act(page, 2, "Edit")
    text_field(page).fill("Note 2, nearly lost.")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="memoryweb").click(no_wait_after=True)
    expect(text_field(page)).to_have_value("Note 2, nearly lost.")
    assert asked == ["beforeunload"]


# Selecting


def test_a_range_is_selected_with_shift(page):
    page.goto("/")
    select(page, 3)
    select(page, 7, modifiers=["Shift"])
    expect(selected(page)).to_have_count(5)
    says(bar(page), "5 selected")
    select(page, 5)
    says(bar(page), "4 selected")


def test_all_on_this_page_and_then_all_that_match(page):
    page.goto("/")
    select(page, 1)
    bar(page).get_by_role("button", name="All 30 on this page").click()
    says(bar(page), "30 selected")
    bar(page).get_by_role("button", name=f"All {NOTES} that match").click()
    says(bar(page), f"All {NOTES} that match")
    scroll_on(page)
    expect(memories(page).get_by_role("checkbox", checked=False)).to_have_count(0)
    bar(page).get_by_role("button", name="Move").click()
    page.get_by_role("combobox", name="Bucket").fill("kit")
    page.keyboard.press("Enter")
    says(page, f"Moved {NOTES} memories")
    expect(bar(page)).to_be_hidden()
    expect(buckets(page).get_by_role("link", name="Kitchen")).to_have_accessible_name(re.compile(f"^Kitchen {NOTES} ?$"))
    page.get_by_role("button", name="Undo").click()
    expect(buckets(page).get_by_role("link", name="Kitchen")).to_have_accessible_name(re.compile("^Kitchen 0 ?$"))


def test_all_that_match_is_not_offered_for_a_search(page):
    page.goto("/?q=garden")
    select(page, 1)
    bar(page).get_by_role("button", name="on this page").click()
    expect(bar(page).get_by_role("button", name="that match")).to_be_hidden()


def test_when_another_number_matches_now_it_asks_again(page, server, api):
    page.goto("/?type=text")
    select(page, 1)
    page.keyboard.press("Shift+X")
    page.keyboard.press("Shift+X")
    server.add("One more meanwhile.", session=api)
    bar(page).get_by_role("button", name="Delete").click()
    agree(page, f"Delete {NOTES} memories?", "Delete")
    question = page.get_by_role("alertdialog", name=f"Delete {NOTES + 1} memories?")
    expect(question).to_contain_text(f"not {NOTES}")
    assert count_of(page, "All memories") == NOTES
    question.get_by_role("button", name=f"Delete {NOTES + 1}").click()
    says(page, f"Deleted {NOTES + 1} memories")
    expect(rows(page)).to_have_count(0)


@pytest.mark.parametrize("by", ["the page", "the server"])
def test_ctrl_z_closes_a_question_and_takes_nothing_back(page, server, api, by):
    page.goto("/?type=text")
    act(page, 1, "Delete")
    agree(page, "Delete 1 memory?", "Delete")
    says(page, "Deleted")
    expect(row(page, note(1))).to_have_count(0)
    select(page, 2)
    if by == "the server":
        page.keyboard.press("Shift+X")
        page.keyboard.press("Shift+X")
        server.add("One more meanwhile.", session=api)
    page.keyboard.press("Delete")
    if by == "the server":
        page.keyboard.press("Enter")
    question = f"Delete {NOTES} memories?" if by == "the server" else "Delete 1 memory?"
    expect(page.get_by_role("alertdialog", name=question)).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    expect(row(page, note(1))).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(row(page, note(1))).to_be_visible()


def test_escape_cancels_a_question_and_nothing_is_deleted(page, server, api):
    asked_again(page, server, api)
    cancel = page.get_by_role("alertdialog").get_by_role("button", name="Cancel")
    expect(cancel).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    expect(rows(page).first).to_be_focused()
    says(bar(page), "that match")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(cancel).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    expect(rows(page)).not_to_have_count(0)


def test_all_but_one(page):
    page.goto("/?type=text")
    select(page, 1)
    page.keyboard.press("Shift+X")
    page.keyboard.press("Shift+X")
    select(page, 3)
    says(bar(page), f"All {NOTES} that match but 1")
    expect(page.get_by_role("checkbox", name=note(3))).not_to_be_checked()
    page.reload()
    says(bar(page), f"All {NOTES} that match but 1")
    bar(page).get_by_role("button", name="Delete").click()
    agree(page, f"Delete {NOTES - 1} memories?", "Delete")
    says(page, f"Deleted {NOTES - 1} memories")
    expect(rows(page)).to_have_count(1)
    expect(row(page, note(3))).to_be_visible()


def test_a_filter_names_its_number(page):
    page.goto("/?q=after:2020")
    select(page, 1)
    bar(page).get_by_role("button", name="on this page").click()
    bar(page).get_by_role("button", name=f"All {NOTES} that match").click()
    says(bar(page), f"All {NOTES} that match")


def test_a_merge_that_cannot_be_says_why(page):
    page.goto("/")
    select(page, 1)
    expect(bar(page).get_by_role("button", name="Merge")).to_be_disabled()
    expect(bar(page).get_by_role("button", name="Merge")).to_have_attribute("title", re.compile("Two to twenty"))
    page.keyboard.press("Shift+M")
    says(page, "Two to twenty")
    select(page, 2)
    expect(bar(page).get_by_role("button", name="Merge")).to_be_enabled()


def test_an_image_is_why_there_is_no_merge(page, server, api):
    picture_of_it = {"image": ("square.png", picture(), "image/png")}
    api.post(f"{server.url}/api/memory", data={"text": "A square."}, files=picture_of_it, timeout=10).raise_for_status()
    page.goto("/")
    rows(page).first.get_by_role("checkbox").click()
    select(page, 2)
    expect(bar(page).get_by_role("button", name="Merge")).to_have_attribute("title", re.compile("image"))
    rows(page).first.get_by_role("checkbox").click()
    select(page, 3)
    expect(bar(page).get_by_role("button", name="Merge")).to_be_enabled()


def test_the_selection_outlives_more_rows_and_the_next_page(page):
    page.goto("/")
    select(page, 2)
    scroll_on(page)
    select(page, 40)
    says(bar(page), "2 selected")
    page.goto("/?skip=35")
    says(bar(page), "2 selected")
    expect(page.get_by_role("checkbox", name=note(40))).to_be_checked()
    page.reload()
    says(bar(page), "2 selected")
    bar(page).get_by_role("button", name="Delete").click()
    agree(page, "Delete 2 memories?", "Delete")
    says(page, "Deleted 2 memories")
    page.goto("/")
    expect(row(page, note(2))).to_have_count(0)


@pytest.mark.parametrize("end", ["Escape", "button", "filter"])
def test_it_ends(page, end):
    page.goto("/")
    select(page, 2)
    if end == "Escape":
        page.keyboard.press("Escape")
    elif end == "button":
        bar(page).get_by_role("button", name="Clear the selection").click()
    else:
        page.goto("/?type=text")
        expect(rows(page).first).to_be_visible()
    expect(bar(page)).to_be_hidden()
    page.goto("/")
    expect(rows(page).first).to_be_visible()
    expect(bar(page)).to_be_hidden()


def test_the_export_is_what_was_selected(page):
    page.goto("/")
    select(page, 2)
    select(page, 4)
    with page.expect_download() as waiting:
        bar(page).get_by_role("button", name="Export").click()
    exported = json.loads(waiting.value.path().read_text(encoding="utf-8"))
    assert [memory["text"][-21:] for memory in exported] == ["Note 2 of the garden.", "Note 4 of the garden."]
    says(bar(page), "2 selected")


# When something is wrong


def test_signed_out_a_button_says_so_without_speaking_of_a_text(page):
    page.goto("/")
    page.context.clear_cookies()
    act(page, 2, "Delete")
    agree(page, "Delete 1 memory?", "Delete")
    warns(page, "You have been signed out")
    expect(page.get_by_role("alert")).not_to_contain_text("typed")
    expect(page.get_by_role("alert")).to_contain_text("then do it again")


def test_that_it_does_not_answer_is_taken_back_when_it_does(page):
    page.goto("/")
    page.route("**/selection/delete/", lambda route: route.abort())
    act(page, 2, "Delete")
    agree(page, "Delete 1 memory?", "Delete")
    warns(page, "memoryweb does not answer")
    page.unroute("**/selection/delete/")
    act(page, 2, "Delete")
    agree(page, "Delete 1 memory?", "Delete")
    says(page, "Deleted")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_answer_that_nobody_waits_for_any_more_is_no_error(page):
    page.goto("/")
    act(page, 2, "Delete")
    agree(page, "Delete 1 memory?", "Delete")
    says(page, "Deleted")
    held = Held(page, "/undo/$")
    page.get_by_role("button", name="Undo").click()
    held.wait()
    page.get_by_role("button", name="Close this message").click()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    held.release()
    act(page, 3, "Delete")
    agree(page, "Delete 1 memory?", "Delete")
    says(page, "Deleted")


# Moving and deleting


def test_a_memory_is_moved_to_a_new_bucket(page):
    page.goto("/")
    with no_reload(page):
        act(page, 2, "Move")
        page.get_by_role("combobox", name="Bucket").fill("Balcony")
        page.get_by_role("option", name="New bucket “Balcony”").click()
        says(page, "Balcony")
        expect(row(page, note(2)).get_by_role("link", name="Balcony")).to_be_visible()
    assert count_of(page, "Balcony") == 1


def test_a_new_bucket_of_digits_alone_says_why_it_cannot_be(page):
    page.goto("/")
    act(page, 2, "Move")
    page.get_by_role("combobox", name="Bucket").fill("2027")
    says(page.get_by_role("dialog"), "needs a letter")
    expect(page.get_by_role("option")).to_have_count(0)
    page.get_by_role("combobox", name="Bucket").fill("2027 plans")
    expect(page.get_by_role("option", name="New bucket “2027 plans”")).to_be_visible()
    expect(page.get_by_role("dialog")).not_to_contain_text("needs a letter")


def test_deleting_asks_names_the_number_and_can_be_taken_back(page):
    page.goto("/")
    with no_reload(page):
        act(page, 2, "Delete")
        agree(page, "Delete 1 memory?", "Cancel")
        act(page, 2, "Delete")
        agree(page, "Delete 1 memory?", "Delete")
        expect(row(page, note(2))).to_have_count(0)
        assert count_of(page, "All memories") == NOTES - 1
        page.get_by_role("button", name="Undo").click()
        expect(row(page, note(2))).to_be_visible()


def test_the_list_stays_where_it_is(page):
    page.goto("/?type=text")
    while rows(page).count() < NOTES:
        scroll_on(page)
    row(page, note(45)).scroll_into_view_if_needed()
    place = row(page, note(45)).bounding_box()["y"]
    act(page, 44, "Delete")
    agree(page, "Delete 1 memory?", "Delete")
    expect(row(page, note(44))).to_have_count(0)
    expect(rows(page)).to_have_count(NOTES - 1)
    assert abs(row(page, note(45)).bounding_box()["y"] - place) < 80
    assert "type=text" in page.url


def test_from_the_panel(page):
    page.goto("/")
    open_panel(page, "Note 2 of")
    panel(page).get_by_role("button", name="Delete").click()
    agree(page, "Delete 1 memory?", "Delete")
    expect(row(page, note(2))).to_have_count(0)
    expect(panel(page)).to_be_hidden()
    open_panel(page, "Note 3 of")
    panel(page).get_by_role("link", name="Edit").click()
    expect(panel(page)).to_be_hidden()
    text_field(page).fill("Note 3 of the yard.")
    page.keyboard.press("Control+Enter")
    open_panel(page, "Note 3 of the yard.")
    panel(page).get_by_text("Earlier versions").click()
    expect(panel(page).get_by_role("list", name="Earlier versions").locator("del")).to_have_text("garden")
    panel(page).get_by_role("button", name="Go back to before the change").click()
    says(page, "Edited a memory")
    expect(row(page, note(3))).to_be_visible()
    expect(panel(page)).to_contain_text(note(3))


# Merging


def merge_page(page, server, api):
    for text in (
        "2020-01-01 - Rye needs 10 minutes longer. https://example.org/rye",
        "2020-02-03 - Rye again: 500 g flour, ask @nora.",
    ):
        server.add(text, session=api, createdAt=f"{text[:10]}T12:00:00Z")
    page.goto("/?sort=oldest")
    for number in range(2):
        rows(page).nth(number).hover()
        rows(page).nth(number).get_by_role("checkbox").click()
    bar(page).get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", name="Merge 2 memories")).to_be_visible()


def test_a_merge_warns_of_a_dropped_date(page, server, api):
    merge_page(page, server, api)
    text_field(page).fill("Rye needs 10 minutes longer, 500 g flour, ask @nora. https://example.org/rye")
    says(page, "2020-02-03")
    page.keyboard.press("Control+Enter")
    warns(page, "Nothing was saved yet")
    expect(page.get_by_role("alert")).to_be_focused()
    text_field(page).press("Control+Enter")
    page.get_by_role("textbox", name="Date").press("Enter")
    page.get_by_role("button", name="Save without these").click()
    says(page, "Merged")
    expect(rows(page).filter(has_text="Rye")).to_have_count(0)
    expect(bar(page)).to_be_hidden()
    page.goto("/?sort=oldest")
    expect(rows(page).first).to_contain_text("ask @nora")
    page.keyboard.press("Control+z")
    expect(rows(page).nth(1)).to_contain_text("Rye again")


def test_a_warning_that_was_not_read_yet_stops_the_merge(page, server, api):
    merge_page(page, server, api)
    text_field(page).fill("Rye needs longer.")
    page.keyboard.press("Control+Enter")
    warns(page, "Nothing was saved yet")
    expect(text_field(page)).to_have_value("Rye needs longer.")
    text_field(page).press("Control+Enter")
    page.goto("/?sort=oldest")
    expect(rows(page).filter(has_text="Rye")).to_have_count(2)


# Keys


def test_the_question_mark_lists_the_keys_that_work_now(page):
    page.goto("/")
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Next memory")
    expect(keys).not_to_contain_text("Edit the memory")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("?")
    for says_so in ("Edit the memory", "Clear the selection", "Move", "Undo what you did last"):
        expect(keys).to_contain_text(says_so)


@pytest.mark.parametrize("field", ["Name", "Description"])
def test_ctrl_enter_saves_a_bucket_too(page, field):
    page.goto("/buckets/new/")
    page.get_by_role("textbox", name="Name").fill("Cellar")
    page.get_by_role("textbox", name=field).press("Control+Enter")
    expect(page.get_by_role("list", name="All buckets")).to_contain_text("Cellar")


def test_the_keys_are_shown_by_mouse_too(page):
    page.goto("/")
    page.get_by_label("your account").click()
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Next memory")


def test_keys_are_letters_where_one_writes(page):
    page.goto("/")
    search_box(page).press_sequentially("jxe#?")
    expect(search_box(page)).to_have_value("jxe#?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_ctrl_z_takes_back_the_last_thing_but_not_in_a_text(page):
    page.goto("/")
    act(page, 2, "Delete")
    agree(page, "Delete 1 memory?", "Delete")
    expect(row(page, note(2))).to_have_count(0)
    search_box(page).press("Control+z")
    says(page, "Deleted")
    page.keyboard.press("Escape")
    rows(page).first.get_by_role("checkbox").focus()
    page.keyboard.press("Control+z")
    expect(row(page, note(2))).to_be_visible()
    assert count_of(page, "All memories") == NOTES


def test_an_afternoon_by_keyboard_alone(page):
    page.goto("/")
    expect(rows(page).first).to_be_visible()
    press = page.keyboard.press
    press("j")
    press("ArrowDown")
    press("ArrowDown")
    press("k")
    expect(rows(page).nth(1)).to_be_focused()
    press("e")
    expect(text_field(page)).to_be_focused()
    page.keyboard.type(" By hand.")
    press("Control+Shift+Enter")
    expect(text_field(page)).to_have_value("Note 3 of the garden.")
    press("Escape")
    expect(rows(page).nth(2)).to_be_focused()
    press("x")
    press("j")
    press("x")
    says(bar(page), "2 selected")
    press("m")
    page.keyboard.type("gar")
    press("Enter")
    says(page, "Moved 2 memories")
    expect(buckets(page).get_by_role("link", name="Garden")).to_have_accessible_name(re.compile("^Garden 2 ?$"))
    expect(rows(page).nth(3)).to_be_focused()
    press("#")
    press("Enter")
    expect(row(page, note(4))).to_have_count(0)
    expect(rows(page).nth(3)).to_be_focused()
    press("Control+z")
    expect(row(page, note(4))).to_be_visible()
    press("Enter")
    expect(panel(page)).to_be_visible()
    press("Escape")
    expect(panel(page)).to_be_hidden()
    press("Shift+X")
    says(bar(page), "30 selected")
    press("Escape")
    expect(bar(page)).to_be_hidden()


# Everyone


def at_a_row(page, server, api):
    page.goto("/")
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("j")


def selecting(page, server, api):
    at_a_row(page, server, api)
    page.keyboard.press("x")


def asking(page, server, api):
    selecting(page, server, api)
    page.keyboard.press("Delete")


def asking_in_a_row(page, server, api):
    at_a_row(page, server, api)
    page.keyboard.press("Delete")


def moving(page, server, api):
    selecting(page, server, api)
    page.keyboard.press("m")
    page.keyboard.type("ar")


def editing(page, server, api):
    at_a_row(page, server, api)
    page.keyboard.press("e")
    expect(text_field(page)).to_be_focused()


def editing_on_a_page(page, server, api):
    at_a_row(page, server, api)
    page.goto(rows(page).first.get_by_role("link", name="Edit").get_attribute("href"))


def leaving(page, server, api):
    editing(page, server, api)
    page.keyboard.type("More")
    page.keyboard.press("Escape")


def in_conflict(page, server, api):
    editing(page, server, api)
    change_elsewhere(server, api, "Note 1 of the garden.", "Note 1 of the old garden.")
    page.keyboard.type(" More")
    page.keyboard.press("Control+Enter")
    warns(page, "Someone changed it meanwhile")


def deleted(page, server, api):
    asking_in_a_row(page, server, api)
    page.keyboard.press("Enter")
    says(page, "Deleted")


def gone(page, server, api):
    editing(page, server, api)
    delete_elsewhere(server, api, "Note 1 of the garden.")
    page.keyboard.type(" More")
    page.keyboard.press("Control+Enter")
    warns(page, "Someone deleted it meanwhile")


def asked_again(page, server, api):
    selecting(page, server, api)
    page.keyboard.press("Shift+X")
    page.keyboard.press("Shift+X")
    server.add("One more meanwhile.", session=api)
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alertdialog", name=f"Delete {NOTES + 1} memories?")).to_be_visible()


def merging(page, server, api):
    merge_page(page, server, api)
    text_field(page).fill("Rye.")
    page.keyboard.press("Control+Enter")
    warns(page, "Nothing was saved yet")


def keys(page, server, api):
    selecting(page, server, api)
    page.keyboard.press("?")


STATES = [
    at_a_row,
    selecting,
    asking,
    asking_in_a_row,
    moving,
    editing,
    editing_on_a_page,
    leaving,
    in_conflict,
    gone,
    deleted,
    asked_again,
    merging,
    keys,
]


@pytest.mark.parametrize("page", WIDTHS, indirect=True)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(page, server, api, state):
    state(page, server, api)
    assert violations(page) == ""


TOO_WIDE = """[...document.querySelectorAll("dialog[open] *, .ask, .ask *, .bulk > *, .toast *, #editor *, #merge *")]
  .filter((box) => box.getBoundingClientRect().right > 320.5 && !box.closest("pre")).map((box) => box.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("state", STATES)
def test_320_pixels_are_enough(window, signed_in, server, api, state):
    page = window(signed_in, width=320, reduced_motion="reduce")
    state(page, server, api)
    assert page.evaluate("document.scrollingElement.scrollWidth") == 320
    assert page.evaluate(TOO_WIDE) == []
