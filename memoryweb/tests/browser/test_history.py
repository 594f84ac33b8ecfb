"""History, trash and buckets as a person uses them: taking back, restoring, renaming, deleting, merging; for everyone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from memoryweb.tests.browser.steps import WIDTHS, buckets, count_of, no_reload, open_dialog, says, too_wide, violations, write
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser
LONG_BUCKET = "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichen"
# A history with everything that can stand in it, as a crash and someone else's edit would leave it.
SEED = f"""
from datetime import date
from buckets import curating as buckets
from memories import curating
from memoryweb.accounts import services
from memoryweb.history import undo
from memoryweb.history.models import Entry
from memoryweb.memoryplugin import connect

owner = services.owner()
client = connect(owner)

def bucket(name, description=""):
    return buckets.created(buckets.create(client, owner, name, description))

def add(*texts, where):
    ids = [curating.create(client, owner, text, date(2025, 3, 4), where).memory_id for text in texts]
    return client.get_memories_by_id(ids)

def settle(batch, *outcomes):
    for entry, outcome in zip(batch.entries.order_by("id"), outcomes):
        entry.outcome, entry.reason = outcome, "The service did not like it." if outcome == "failed" else ""
        entry.save()

kitchen, office, attic = bucket("Kitchen", "What is cooked"), bucket("Office"), bucket("Attic")
bucket("{LONG_BUCKET}", "{"Rindfleisch" * 20}")
(tea,) = add("Tea at four, {"Rindfleisch" * 20}.", where=kitchen)
curating.edit(client, owner, tea, "2025-03-04 - Tea at five, {"Rindfleisch" * 20}.", None)
for outcomes in (["failed"], ["unknown", "failed", "planned"], ["planned", "planned"]):
    settle(curating.move(client, owner, add("One " + outcomes[0], "Two", "Three", where=kitchen), office).batch, *outcomes)
moved = curating.move(client, owner, add("Stays", "Changes", where=kitchen), office).batch
changed = client.get_memories_by_id([moved.entries.last().subject_id])[0]
curating.edit(client, owner, changed, "2025-03-04 - Changed.", None)
undo.undo(client, owner, moved)
add("In the attic one.", "In the attic two.", "{"Long and longer. " * 100}", where=attic)
curating.delete(client, owner, add("Thrown away.", "{"Rindfleisch" * 27}", where=kitchen))
"""


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("data")) as running:
        running.manage("shell", "-c", SEED)
        yield running


@pytest.fixture
def page(request, window, signed_in) -> Page:
    """With little motion: axe would measure the colours of what is still fading in."""
    scheme, width = getattr(request, "param", ("light", 1280))
    return window(signed_in, scheme, width, reduced_motion="reduce")


def batch(page: Page, sentence: str) -> Locator:
    """The newest batch that says this."""
    batches = page.get_by_role("list", name="History").get_by_role("article")
    return batches.filter(has=page.get_by_role("heading", name=sentence)).first


def toast(page: Page) -> Locator:
    return page.locator("#toast")


def new_bucket(page: Page, name: str) -> None:
    page.goto("/buckets/new/")
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("button", name="Create the bucket").click()
    says(page, f"Created the bucket {name}")


def add(page: Page, name: str, *texts: str) -> None:
    """Write memories into a bucket, with its form."""
    page.goto(buckets(page).get_by_role("link", name=name).get_attribute("href"))
    for text in texts:
        form = open_dialog(page)
        write(page, text)
        says(form, f"Saved in {name}")
        page.keyboard.press("Escape")


# History


def test_what_was_just_written_is_taken_back_from_the_history_and_done_again(page):
    page.goto("/")
    form = open_dialog(page)
    write(page, "To be taken back.")
    says(form, "Saved in General")
    page.keyboard.press("Escape")
    page.get_by_role("navigation", name="History and trash").get_by_role("link", name="History").click()
    expect(batch(page, "Added a memory")).to_contain_text("To be taken back.")
    with no_reload(page):
        batch(page, "Added a memory").get_by_role("button", name="Undo").click()
        says(toast(page), "Undid: added a memory")
        expect(batch(page, "Undid: added a memory")).to_contain_text("To be taken back.")
        expect(batch(page, re.compile("^Added a memory"))).to_contain_text("Undone")
        toast(page).get_by_role("button", name="Redo").click()
        says(toast(page), "Did again: added a memory")
        expect(batch(page, "Did again: added a memory")).to_contain_text("To be taken back.")


def test_the_focus_stays_where_one_was(page):
    page.goto("/history/")
    undo = page.get_by_role("button", name="Undo: Deleted 2 memories")
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Redo: Deleted 2 memories")).to_be_focused()


def test_what_is_unknown_is_checked_and_then_tried_again(page):
    page.goto("/history/")
    unsure = page.get_by_role("article").filter(has_text="1 unknown")
    expect(unsure.get_by_role("button")).to_have_text(["Check"])
    unsure.get_by_role("button", name="Check").click()
    expect(toast(page)).to_contain_text("moved 3 memories to Office", ignore_case=True)
    expect(page.get_by_text("1 unknown")).to_have_count(0)


def test_what_was_interrupted_goes_on(page):
    page.goto("/history/")
    page.get_by_role("button", name=re.compile("^Continue")).last.click()
    says(toast(page), "Moved 3 memories to Office")
    expect(page.get_by_text("2 not done yet")).to_have_count(0)


def test_what_changed_since_is_undone_only_when_that_is_asked_for(page):
    page.goto("/history/")
    left = page.get_by_role("article").filter(has_text="It has changed since.").first
    left.get_by_role("button", name="Undo these anyway").click()
    says(toast(page), "Undid: moved 2 memories to Office")
    expect(page.get_by_text("It has changed since.")).to_have_count(0)


def test_a_batch_has_a_page_of_its_own(page):
    page.goto("/history/")
    batch(page, "Edited a memory").get_by_role("heading").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Edited a memory")
    page.get_by_role("main").get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("History")


def test_without_javascript_all_of_it_works(window, signed_in):
    page = window(signed_in, java_script_enabled=False)
    page.goto("/history/")
    page.get_by_role("button", name="Undo: Edited a memory").last.click()
    says(page, "Undid: edited a memory")
    page.get_by_role("main").get_by_role("button", name="Redo", exact=True).click()
    says(page, "Did again: edited a memory")
    new_bucket(page, "Plain")
    page.get_by_role("link", name="Delete Plain").click()
    page.get_by_role("button", name="Delete the bucket").click()
    says(page, "Deleted the bucket Plain")


# Trash and buckets


def test_a_bucket_s_memories_go_into_the_trash_and_come_back(page):
    new_bucket(page, "Cellar")
    add(page, "Cellar", "Coal.", "Potatoes.", "Wine.")
    page.goto("/buckets/")
    page.get_by_role("link", name="Delete Cellar").click()
    page.get_by_role("radio", name="To the trash").check()
    page.get_by_role("button", name="Delete the bucket and its 3 memories").click()
    says(page, "Deleted the bucket Cellar and moved its 3 memories to the trash")
    page.get_by_role("navigation", name="History and trash").get_by_role("link", name="Trash").click()
    trash = page.get_by_role("list", name="Deleted memories")
    expect(trash.get_by_role("article").first).to_contain_text("Wine.")
    with no_reload(page):
        page.get_by_role("button", name="Restore: Wine.").click()
        says(toast(page), "Restored a memory from the trash")
        expect(trash).not_to_contain_text("Wine.")
        expect(buckets(page).get_by_role("link", name="Cellar 1")).to_be_visible()
        toast(page).get_by_role("button", name="Undo").click()
        expect(trash).to_contain_text("Wine.")
        page.get_by_role("button", name=re.compile("^Restore all")).click()
        expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    assert count_of(page, "Cellar") == 3


def test_a_bucket_is_renamed_and_described(page):
    new_bucket(page, "Stable")
    page.get_by_role("link", name="Edit Stable").click()
    page.get_by_role("textbox", name="Name").fill("Kitchen")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_have_text("Name: There is a bucket named Kitchen already. Choose another name.")
    page.get_by_role("textbox", name="Name").fill("Barn")
    page.get_by_role("textbox", name="Description").fill("Hay and owls")
    page.get_by_role("button", name="Save").click()
    buckets(page).get_by_role("link", name="Barn").click()
    expect(page.get_by_role("main")).to_contain_text("Hay and owls")


def test_a_bucket_is_merged_into_another_and_taken_back(page):
    page.goto("/buckets/")
    page.get_by_role("link", name="Merge Attic into another bucket").click()
    page.get_by_role("combobox", name="Merge into").select_option("Kitchen")
    before = count_of(page, "Kitchen")
    page.get_by_role("button", name="Merge 3 memories").click()
    says(page, "Merged the bucket Attic into Kitchen")
    assert (count_of(page, "Attic"), count_of(page, "Kitchen")) == (0, before + 3)
    page.get_by_role("link", name="Show it in the history").click()
    page.get_by_role("button", name="Undo: Merged the bucket Attic into Kitchen").click()
    says(toast(page), "Undid: merged the bucket Attic into Kitchen")
    expect(buckets(page).get_by_role("link", name="Attic 3")).to_be_visible()


# For everyone


def history(page):
    page.goto("/history/?rows=90")


def one_batch(page):
    history(page)
    batch(page, "Edited a memory").get_by_role("heading").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("dited a memory")


def taken_back(page):
    history(page)
    batch(page, "Created the bucket Office").get_by_role("button").click()
    expect(toast(page).get_by_role("alert")).to_be_visible()


def trash(page):
    page.goto("/trash/")


def all_buckets(page):
    page.goto("/buckets/")


def refused(page):
    page.goto("/buckets/new/")
    page.get_by_role("textbox", name="Name").fill("kitchen")
    page.get_by_role("button", name="Create the bucket").click()
    expect(page.get_by_role("alert")).to_be_visible()


def deleting(page):
    all_buckets(page)
    page.get_by_role("link", name="Delete Kitchen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Delete Kitchen")


def merging(page):
    all_buckets(page)
    page.get_by_role("link", name=f"Merge {LONG_BUCKET}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("into another bucket")


STATES = [history, one_batch, taken_back, trash, all_buckets, refused, deleting, merging]


@pytest.mark.parametrize("page", WIDTHS, indirect=True)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(page, state):
    state(page)
    assert violations(page) == ""


@pytest.mark.parametrize("state", STATES)
def test_320_pixels_are_enough(window, signed_in, state):
    page = window(signed_in, width=320)
    state(page)
    assert too_wide(page) == [0, []]
