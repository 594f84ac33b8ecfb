"""Browsing: the buckets, the types, the list by days that goes on as one scrolls, and the way back to where one was."""

import re

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import bring_up, buckets, fill, memories, open_panel, panel, place, row, rows, says, scroll_on
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser
NUMBER = 100
NOTE = "Note 40 of"


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("data")) as running:
        fill(running, NUMBER)
        session = running.api()
        session.post(f"{running.url}/api/buckets", json={"name": "Herbs"}, timeout=10).raise_for_status()
        herbs = next(b["id"] for b in session.get(f"{running.url}/api/buckets", timeout=10).json() if b["name"] == "Herbs")
        running.add("Thyme likes it dry.", "Mint likes it wet.", session=session, bucketId=herbs, createdAt="2020-02-02T12:00:00Z")
        yield running


def scroll_to_end(page):
    while not page.get_by_text("That is all").is_visible():
        scroll_on(page)


def test_each_bucket_is_one_link_with_its_count(page):
    page.goto("/")
    links = buckets(page).get_by_role("listitem").get_by_role("link")
    expect(links).to_have_count(3)
    for name, count in {"All memories": 102, "General": 100, "Herbs": 2}.items():
        expect(buckets(page).get_by_role("link", name=re.compile(rf"^{name}\s*{count}$"))).to_be_visible()


def test_a_bucket_narrows_the_list_and_is_marked_as_the_current_one(page):
    page.goto("/")
    buckets(page).get_by_role("link", name="Herbs").click()
    says(page, "2 memories")
    expect(rows(page)).to_have_count(2)
    expect(buckets(page).get_by_role("link", name="Herbs")).to_have_attribute("aria-current", "page")


def test_a_type_narrows_the_list_within_the_bucket(page):
    page.goto("/")
    buckets(page).get_by_role("link", name="Herbs").click()
    page.get_by_role("group", name="Type").get_by_role("link", name="Images").click()
    expect(page).to_have_url(re.compile(r"bucket=\w+&type=image"))
    expect(page.get_by_role("heading", name="No images here yet")).to_be_visible()


def test_scrolling_shows_every_memory_once_and_then_the_end(page):
    page.goto("/")
    scroll_to_end(page)
    numbers = [re.search(r"Note (\d+) of", text)[1] for text in rows(page).all_inner_texts() if "Note" in text]
    assert numbers == [str(n + 1) for n in range(NUMBER)]


def test_scrolling_repeats_no_day(page):
    page.goto("/")
    scroll_to_end(page)
    days = memories(page).get_by_role("heading", level=2).all_inner_texts()
    assert len(days) == len(set(days)) == NUMBER // 7 + 2


def test_the_address_says_how_many_rows_are_shown(page):
    page.goto("/")
    bring_up(page, NOTE)
    expect(page).to_have_url(re.compile(r"[?&]rows=60\b"))
    page.reload()
    expect(rows(page)).to_have_count(60)


@pytest.mark.parametrize("text", ["Note 24 of", NOTE])
def test_a_reload_stays_at_its_place(page, text):
    """Also among rows that are laid out a moment after those in sight."""
    page.goto("/")
    before = bring_up(page, text)
    page.wait_for_function("() => history.state?.offset === Math.round(scrollY)")
    page.reload()
    page.wait_for_timeout(300)  # a second frame, and what moves in it
    assert place(page, text) == pytest.approx(before, abs=2)


def test_back_from_a_bucket_restores_rows_and_place(page):
    page.goto("/")
    before = bring_up(page, NOTE)
    buckets(page).get_by_role("link", name="Herbs").click()
    expect(rows(page)).to_have_count(2)
    page.go_back()
    expect(rows(page)).to_have_count(60)
    page.wait_for_function("() => scrollY > 0")
    assert place(page, NOTE) == pytest.approx(before, abs=3)


def test_forward_leads_to_the_bucket_again(page):
    page.goto("/")
    buckets(page).get_by_role("link", name="Herbs").click()
    page.go_back()
    expect(rows(page)).to_have_count(30)
    page.go_forward()
    expect(rows(page)).to_have_count(2)


def test_back_from_a_panel_leaves_the_list_untouched(page):
    page.goto("/")
    before = bring_up(page, NOTE)
    row(page, NOTE).evaluate("row => (row.mine = true)")
    open_panel(page, NOTE)
    page.go_back()
    expect(panel(page)).to_be_hidden()
    assert row(page, NOTE).evaluate("row => row.mine")
    assert place(page, NOTE) == pytest.approx(before, abs=3)


def test_an_address_that_cannot_be_read_names_the_field(page):
    page.goto("/?type=sound")
    expect(page.get_by_role("alert")).to_contain_text("type: Choose text or image")
