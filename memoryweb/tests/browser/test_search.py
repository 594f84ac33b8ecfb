"""Searching: a keystroke narrows the list without a reload, the last one wins, and every state has an address."""

import re

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import (
    EXAMPLES,
    Held,
    bring_up,
    buckets,
    memories,
    no_reload,
    open_panel,
    panel,
    place,
    row,
    rows,
    says,
    search_box,
    text_field,
    warns,
)

pytestmark = pytest.mark.browser
OLD = "Running shoes"  # not on the first page


def search(page, words):
    search_box(page).press_sequentially(words)
    expect(page).to_have_url(re.compile(rf"[?&]q={words}\b"))


def test_slash_focuses_the_box(page):
    page.goto("/")
    page.keyboard.press("/")
    expect(search_box(page)).to_be_focused()
    expect(search_box(page)).to_have_value("")


def test_slash_is_a_letter_where_one_writes(page):
    page.goto("/")
    page.keyboard.press("n")
    page.keyboard.press("/")
    expect(text_field(page)).to_have_value("/")


def test_typing_filters_without_a_reload(page):
    page.goto("/")
    with no_reload(page):
        search(page, "cardamom")
        expect(rows(page)).to_have_count(1)
        says(page, "1 memory found")


def test_found_words_are_marked(page):
    page.goto("/?q=bread")
    for article in rows(page).all():
        expect(article.get_by_role("mark").first).to_have_text(re.compile("^(bread|Bread)$"))


def test_the_status_says_how_many_were_found(page):
    page.goto("/?q=bread")
    number = rows(page).count()
    assert number > 1
    says(page, f"{number} memories found")


def test_the_latest_keystroke_wins(page):
    page.goto("/")
    held = Held(page, r"[?&]q=bread\b")
    search_box(page).fill("bread")
    held.wait()
    search_box(page).fill("cardamom")
    expect(rows(page)).to_have_count(1)
    held.release()
    page.wait_for_load_state("networkidle")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("cardamom")


def test_escape_clears_the_search(page):
    page.goto("/")
    search(page, "cardamom")
    expect(rows(page)).to_have_count(1)
    search_box(page).press("Escape")
    expect(search_box(page)).to_have_value("")
    says(page, f"{EXAMPLES} memories")


def test_clearing_the_search_takes_an_open_panel_away_as_well(page):
    page.goto("/?q=bread")
    open_panel(page, "500 g flour")
    search_box(page).press("Escape")
    expect(search_box(page)).to_have_value("")
    expect(panel(page)).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/$"))


def test_back_after_a_search_returns_to_the_list_and_forward_to_the_search(page):
    page.goto("/")
    with no_reload(page):
        search(page, "bread")
        says(page, "found")
        page.go_back()
        says(page, f"{EXAMPLES} memories")
        expect(search_box(page)).to_have_value("")
        page.go_forward()
        says(page, "found")
        expect(search_box(page)).to_have_value("bread")


def test_one_search_is_one_step_in_the_history(page):
    page.goto("/")
    search(page, "bre")
    search_box(page).press_sequentially("ad")
    expect(page).to_have_url(re.compile(r"q=bread\b"))
    page.go_back()
    says(page, f"{EXAMPLES} memories")


def test_enter_settles_a_search_so_that_back_returns_to_it(page):
    page.goto("/")
    search(page, "bread")
    search_box(page).press("Enter")
    search_box(page).fill("cardam")
    expect(page).to_have_url(re.compile(r"q=cardam\b"))
    search_box(page).press_sequentially("om")
    expect(page).to_have_url(re.compile(r"q=cardamom\b"))
    page.go_back()
    expect(search_box(page)).to_have_value("bread")
    says(page, "found")
    page.go_back()
    says(page, f"{EXAMPLES} memories")


def test_back_after_a_search_restores_rows_and_place(page):
    page.goto("/")
    before = bring_up(page, OLD)
    search(page, "bread")
    says(page, "found")
    page.go_back()
    expect(rows(page)).to_have_count(EXAMPLES)
    expect(row(page, OLD)).to_be_in_viewport()
    assert place(page, OLD) == pytest.approx(before, abs=3)


def test_back_restores_the_place_however_slow_the_answer_is(page):
    page.goto("/")
    before = bring_up(page, OLD)
    search(page, "cardamom")
    expect(rows(page)).to_have_count(1)
    held = Held(page, r"/\?rows=60$")
    page.go_back()
    held.release()
    expect(rows(page)).to_have_count(EXAMPLES)
    expect(row(page, OLD)).to_be_in_viewport()
    assert place(page, OLD) == pytest.approx(before, abs=3)


def test_results_show_from_the_first_one_on(page):
    page.goto("/")
    bring_up(page, OLD)
    search(page, "bread")
    says(page, "found")
    expect(rows(page).first).to_be_in_viewport()


def test_a_panel_opens_from_a_list_that_back_has_restored(page):
    page.goto("/")
    search(page, "bread")
    says(page, "found")
    page.go_back()
    says(page, f"{EXAMPLES} memories")
    open_panel(page, "stop valve")
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()


def test_the_address_can_be_opened_anew(page, window, signed_in):
    page.goto("/")
    search(page, "bread")
    says(page, "found")
    other = window(signed_in)
    other.goto(page.url)
    expect(search_box(other)).to_have_value("bread")
    assert rows(other).all_inner_texts() == rows(page).all_inner_texts()


@pytest.mark.parametrize("place_of_link, name", [("Type", "Text"), ("Buckets", "Cooking")])
def test_filters_keep_the_query(page, place_of_link, name):
    page.goto("/")
    search(page, "bread")
    says(page, "found")
    region = buckets(page) if place_of_link == "Buckets" else page.get_by_role("group", name="Type")
    region.get_by_role("link", name=name).click()
    expect(search_box(page)).to_have_value("bread")
    expect(memories(page)).to_contain_text("500 g flour")


def test_a_search_stays_within_the_filters(page):
    page.goto("/")
    page.get_by_role("group", name="Type").get_by_role("link", name="Images").click()
    search_box(page).press_sequentially("kitchen")
    says(page, "found")
    expect(page).to_have_url(re.compile("type=image"))
    for article in rows(page).all():
        expect(article.get_by_role("img")).to_be_visible()


def test_nothing_found_says_for_what_and_offers_to_widen(page):
    page.goto("/")
    buckets(page).get_by_role("link", name="Running").click()
    page.get_by_role("group", name="Type").get_by_role("link", name="Text").click()
    search(page, "cardamom")
    expect(page.get_by_role("heading", name=re.compile("No memory matches “cardamom” among the texts in Running"))).to_be_visible()
    expect(page.get_by_role("link", name="Search all types").last).to_be_visible()
    page.get_by_role("link", name="Search in every bucket").last.click()
    expect(rows(page)).to_have_count(1)


def test_a_search_that_memoryweb_does_not_answer_says_so(page):
    page.goto("/")
    page.context.set_offline(True)
    search_box(page).press_sequentially("bread")
    warns(page, "memoryweb does not answer")
    expect(search_box(page)).to_have_value("bread")


def test_a_search_takes_an_open_panel_away_and_has_an_address_of_its_own(page):
    page.goto("/")
    open_panel(page, "Coriander")
    search(page, "cardamom")
    expect(panel(page)).to_be_hidden()
    page.reload()
    says(page, "1 memory found")
