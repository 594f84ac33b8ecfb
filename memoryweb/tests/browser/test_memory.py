"""One memory: a panel over the list, by pointer, keyboard and address, and its images."""

import re

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import (
    EXAMPLES,
    SHIFT,
    WIDTHS,
    bring_up,
    memories,
    no_reload,
    open_panel,
    panel,
    place,
    row,
    rows,
    says,
)

pytestmark = pytest.mark.browser
SLEEP = "Sleeps badly after coffee"


def test_a_click_on_a_row_opens_its_panel_without_a_reload(page):
    page.goto("/")
    with no_reload(page):
        row(page, SLEEP).click(position={"x": 6, "y": 6})
        expect(panel(page)).to_contain_text(SLEEP)
    expect(page).to_have_url(re.compile("/memories/[^/]+/"))
    expect(memories(page)).to_be_visible()


def test_the_panel_tells_date_bucket_and_source(page):
    page.goto("/")
    for fact in ("Health", "Created", "Source", "Id"):
        expect(open_panel(page, SLEEP)).to_contain_text(fact)


def test_a_list_keeps_its_filters_behind_the_panel(page):
    page.goto("/?q=bread")
    found = rows(page).count()
    open_panel(page, "500 g flour")
    page.reload()
    expect(panel(page)).to_be_visible()
    expect(rows(page)).to_have_count(found)


def test_enter_opens_the_panel_and_moves_the_focus_into_it(page):
    page.goto("/")
    row(page, SLEEP).get_by_role("link", name="Open memory").focus()
    page.keyboard.press("Enter")
    expect(panel(page)).to_contain_text(SLEEP)
    page.wait_for_function("() => document.activeElement.closest('[aria-label=\"Memory\"]')")


@pytest.mark.parametrize("how", ["Escape", "Close", "Back"])
def test_closing_returns_the_focus_to_where_it_was(page, how):
    page.goto("/")
    opener = row(page, SLEEP).get_by_role("link", name="Open memory")
    opener.focus()
    page.keyboard.press("Enter")
    expect(panel(page)).to_contain_text(SLEEP)
    if how == "Escape":
        page.keyboard.press("Escape")
    elif how == "Close":
        panel(page).get_by_role("link", name="Close").click()
    else:
        page.go_back()
    expect(panel(page)).to_be_hidden()
    expect(opener).to_be_focused()
    expect(page).to_have_url(re.compile(r"/$"))


def test_forward_opens_the_panel_again(page):
    page.goto("/")
    open_panel(page, SLEEP)
    page.go_back()
    expect(panel(page)).to_be_hidden()
    page.go_forward()
    expect(panel(page)).to_contain_text(SLEEP)


def test_from_one_memory_to_the_next_is_one_step_back_to_the_list(page):
    page.goto("/")
    open_panel(page, SLEEP)
    open_panel(page, "Jonas, her brother")
    expect(panel(page)).to_contain_text("Jonas")
    page.go_back()
    expect(panel(page)).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/$"))


def test_its_address_shows_the_panel_over_the_list(page, window, signed_in):
    page.goto("/")
    open_panel(page, SLEEP)
    other = window(signed_in)
    other.goto(page.url)
    expect(panel(other)).to_contain_text(SLEEP)
    says(other, f"{EXAMPLES} memories")


def test_back_shows_again_what_its_address_had_shown(page, window, signed_in):
    page.goto("/")
    open_panel(page, SLEEP)
    other = window(signed_in)
    other.goto(page.url)
    panel(other).get_by_role("link", name="Close").click()
    expect(panel(other)).to_be_hidden()
    expect(other).to_have_url(re.compile(r"/$"))
    other.go_back()
    expect(panel(other)).to_contain_text(SLEEP)


def test_the_text_can_be_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/")
    open_panel(page, "three times fifteen").get_by_role("button", name="Copy text").click()
    expect(panel(page).get_by_role("button", name="Copied")).to_be_visible()
    assert "three times fifteen" in page.evaluate("navigator.clipboard.readText()")


def test_the_copied_link_leads_to_the_memory(page, window, signed_in):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/")
    open_panel(page, SLEEP).get_by_role("button", name="Copy link").click()
    expect(panel(page).get_by_role("button", name="Copied")).to_be_visible()
    other = window(signed_in)
    other.goto(page.evaluate("navigator.clipboard.readText()"))
    expect(panel(other)).to_contain_text(SLEEP)


def test_a_click_with_control_opens_a_new_tab(page):
    page.goto("/")
    with page.context.expect_page() as opened:
        row(page, SLEEP).get_by_role("link", name="Open memory").click(modifiers=["Control"])
    expect(panel(opened.value)).to_contain_text(SLEEP)
    expect(panel(page)).to_be_hidden()


def test_a_long_text_opens_in_place(page):
    page.goto("/")
    article = row(page, "Design tokens")
    before = len(article.inner_text())
    with no_reload(page):
        article.get_by_role("link", name="Read on").click()
        expect(article.get_by_role("link", name="Read on")).to_be_hidden()
    assert len(article.inner_text()) > before


def test_an_unknown_memory_says_so(page):
    page.goto("/memories/bWVt/")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(panel(page)).to_be_hidden()


# Images


def test_images_say_their_size_and_wait_until_they_are_near(page):
    page.goto("/?type=image")
    images = rows(page).get_by_role("img")
    expect(images).to_have_count(6)
    for image in images.all():
        assert int(image.get_attribute("width")) > 0
        assert int(image.get_attribute("height")) > 0
        assert image.get_attribute("loading") == "lazy"


def test_an_image_is_described(page):
    page.goto("/?type=image")
    article = row(page, "Lake Inari")
    assert article.get_by_role("img").get_attribute("alt").startswith("First light over Lake Inari")
    expect(article.get_by_text("First light over Lake Inari")).to_be_visible()


def test_images_show_in_their_own_ratio(page):
    page.goto("/?type=image")
    image = row(page, "Lake Inari").get_by_role("img")
    image.scroll_into_view_if_needed()
    page.wait_for_function("() => [...document.images].some((image) => image.complete && image.naturalWidth)")
    box, natural = image.bounding_box(), image.evaluate("image => image.naturalWidth / image.naturalHeight")
    assert box["width"] / box["height"] == pytest.approx(natural, rel=0.02)


@pytest.mark.parametrize("page", WIDTHS, indirect=True)
def test_nothing_shifts_while_the_first_page_loads(page):
    page.goto("/", wait_until="networkidle")
    assert page.evaluate(SHIFT) == 0


def test_the_row_that_is_opened_stays_where_it_was(page):
    page.goto("/")
    before = bring_up(page, SLEEP)
    expect(open_panel(page, SLEEP)).to_be_visible()
    expect(panel(page).get_by_role("region", name="Text and details")).to_be_focused()
    assert place(page, SLEEP) == pytest.approx(before, abs=2)


def test_the_account_menu_closes_with_escape(page):
    page.goto("/")
    page.get_by_label("your account").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
