"""JavaScript switched off: reading, filtering, searching, paging, opening and creating still work, by plain links and forms."""

import re

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import EXAMPLES, buckets, memories, panel, row, rows, says, search_box, text_field, warns

pytestmark = pytest.mark.browser


@pytest.fixture(params=[1280], ids=["1280"])
def page(request, window, signed_in):
    page = window(signed_in, width=request.param, java_script_enabled=False)
    page.goto("/")
    return page


def test_browsing_and_filtering(page):
    expect(rows(page)).to_have_count(30)
    buckets(page).get_by_role("link", name="Cooking").click()
    page.get_by_role("group", name="Type").get_by_role("link", name="Images").click()
    says(page, "1 memory")
    expect(memories(page)).to_contain_text("Lentil soup")


def test_searching(page):
    search_box(page).fill("cardamom")
    search_box(page).press("Enter")
    says(page, "1 memory found")
    expect(search_box(page)).to_have_value("cardamom")


def test_filters_order_and_reasons(page):
    search_box(page).fill("the kitchen type:text after:soon")
    search_box(page).press("Enter")
    expect(page.get_by_text("left out: write a date")).to_be_visible()
    page.get_by_text("Why this result").first.click()
    page.get_by_role("link", name="Open it to see why").first.click()
    expect(page.get_by_text("same word").first).to_be_visible()
    page.go_back()
    page.get_by_role("group", name="Sort").get_by_role("link", name="Oldest").click()
    page.get_by_role("link", name="Remove Since soon").click()
    expect(search_box(page)).to_have_value("the kitchen type:text")
    expect(page).to_have_url(re.compile("sort=oldest"))


def test_the_search_tips_and_what_the_ai_sees(page):
    page.get_by_role("button", name="Search tips").click()
    expect(page.get_by_text("these words, one after the other")).to_be_visible()
    page.goto("/?q=cardamom")
    page.get_by_role("link", name="What the AI sees").click()
    expect(page.get_by_role("region", name="As it is sent")).to_contain_text("cardamom")
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)


def test_paging(page):
    page.get_by_role("link", name="Show 30 more").click()
    expect(rows(page)).to_have_count(EXAMPLES)
    expect(page.get_by_text("That is all")).to_be_visible()


def test_opening_and_closing_a_memory(page):
    row(page, "Coriander").get_by_role("link", name="Open memory").click()
    expect(panel(page)).to_contain_text("Coriander tastes of soap.")
    expect(panel(page).get_by_role("button", name="Copy text")).to_be_hidden()
    panel(page).get_by_role("link", name="Close").click()
    expect(panel(page)).to_be_hidden()


def test_a_long_text_opens_on_its_own_page(page):
    row(page, "Design tokens").get_by_role("link", name="Read on").click()
    expect(panel(page)).to_contain_text("Design tokens")


def test_creating(page):
    page.get_by_role("button", name="New memory").click()
    text_field(page).fill("Written with plain HTML.")
    page.get_by_role("button", name="Save memory").click()
    says(page, "Saved in General")
    expect(rows(page).first).to_contain_text("Written with plain HTML.")


def test_a_refused_text_is_said_and_kept(page):
    page.get_by_role("button", name="New memory").click()
    page.get_by_role("combobox", name="Bucket").select_option("New bucket…")
    text_field(page).fill("Kept without JavaScript.")
    page.get_by_role("button", name="Save memory").click()
    warns(page, "Name the new bucket")
    expect(text_field(page)).to_have_value("Kept without JavaScript.")


@pytest.mark.parametrize("page", [390], ids=["390"], indirect=True)
def test_the_drawer_opens_on_a_phone(page):
    page.get_by_role("button", name="Show buckets").click()
    buckets(page).get_by_role("link", name="Running").click()
    expect(page).to_have_url(re.compile("bucket="))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Running")
