"""The search box's language with keys, mouse and chips: completion, removal, order, why; nothing flickers or fetches twice."""

import re

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import EXAMPLES, Held, no_reload, panel, rows, says, search_box, warns

pytestmark = pytest.mark.browser


def suggestions(page):
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def chips(page):
    return page.get_by_role("list", name="Filters").get_by_role("listitem")


def chosen(page):
    """The suggestion that the keys stand on."""
    return page.get_by_role("option", selected=True)


def searches(page):
    """Counts the searches that are sent from now on."""
    sent = []
    page.on("request", lambda request: sent.append(request.url) if re.search(r"[?&]q=", request.url) else None)
    return sent


# Completing


def test_keys_alone_complete_a_filter(page):
    page.goto("/")
    box = search_box(page)
    box.press_sequentially("bread buc")
    expect(suggestions(page)).to_have_count(1)
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", chosen(page).get_attribute("id"))
    box.press("Enter")
    expect(box).to_have_value("bread bucket:")
    box.press_sequentially("coo")
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("bread bucket:Cooking ")
    expect(suggestions(page)).to_have_count(0)
    expect(chips(page)).to_have_text(["Bucket Cooking"])
    expect(box).to_be_focused()


def test_nothing_is_chosen_unless_one_asks_for_it(page):
    page.goto("/")
    search_box(page).press_sequentially("be")
    expect(suggestions(page)).to_have_count(1)
    search_box(page).press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=be$"))
    expect(suggestions(page)).to_have_count(0)


def test_the_arrows_go_round_and_back_to_the_box(page):
    page.goto("/")
    search_box(page).press_sequentially("type:")
    expect(suggestions(page)).to_have_count(2)
    for key, text in (("ArrowDown", "text"), ("ArrowDown", "image"), ("ArrowDown", None), ("ArrowUp", "image")):
        search_box(page).press(key)
        if text:
            expect(chosen(page)).to_have_text(text)
        else:
            expect(chosen(page)).to_have_count(0)
            assert search_box(page).get_attribute("aria-activedescendant") is None


def test_an_arrow_shows_the_whole_language_in_an_empty_box(page):
    page.goto("/")
    search_box(page).press("ArrowDown")
    expect(suggestions(page)).to_have_count(5)


def test_the_mouse_completes_and_the_box_keeps_the_focus(page):
    page.goto("/")
    search_box(page).press_sequentially("after:")
    suggestions(page).filter(has_text="30d").click()
    expect(search_box(page)).to_have_value("after:30d ")
    expect(search_box(page)).to_be_focused()
    expect(chips(page)).to_have_count(1)


def test_dates_are_offered_in_words_that_fit_both_keys(page):
    page.goto("/")
    search_box(page).press_sequentially("before:7")
    expect(suggestions(page)).to_have_text([re.compile(r"^7d\d{4}-\d\d-\d\d$")])


def test_a_value_is_completed_behind_a_blank_as_well(page):
    page.goto("/")
    search_box(page).press_sequentially("type: im")
    search_box(page).press("ArrowDown")
    search_box(page).press("Enter")
    expect(search_box(page)).to_have_value("type: image ")
    expect(chips(page)).to_have_text(["Type Images"])


def test_all_of_many_buckets_are_offered(page, server):
    session = server.api()
    for number in range(1, 16):
        session.post(f"{server.url}/api/buckets", json={"name": f"Shelf {number}"}, timeout=10).raise_for_status()
    page.goto("/")
    search_box(page).press_sequentially("bucket:shelf")
    expect(suggestions(page)).to_have_count(15)
    search_box(page).press("ArrowUp")
    expect(chosen(page)).to_be_in_viewport()


def test_in_the_middle_of_the_text_only_the_piece_at_the_caret_is_completed(page):
    page.goto("/")
    search_box(page).fill("ty bread")
    search_box(page).press("Home")
    search_box(page).press("ArrowRight")
    search_box(page).press("ArrowRight")
    search_box(page).press_sequentially("p")
    search_box(page).press("ArrowDown")
    search_box(page).press("Enter")
    expect(search_box(page)).to_have_value("type: bread")


def test_escape_closes_the_suggestions_first_and_then_clears(page):
    page.goto("/")
    search_box(page).press_sequentially("bread be")
    expect(suggestions(page)).to_have_count(1)
    search_box(page).press("Escape")
    expect(suggestions(page)).to_have_count(0)
    expect(search_box(page)).to_have_value("bread be")
    search_box(page).press("Escape")
    expect(search_box(page)).to_have_value("")
    says(page, f"{EXAMPLES} memories")


def test_a_completed_filter_is_searched_for_once(page):
    page.goto("/")
    search_box(page).press_sequentially("type:im")
    expect(page).to_have_url(re.compile("type%3Aim$"))
    sent = searches(page)
    search_box(page).press("ArrowDown")
    search_box(page).press("Enter")
    expect(chips(page)).to_have_text(["Type Images"])
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1


def test_going_elsewhere_closes_the_suggestions(page):
    page.goto("/")
    search_box(page).press_sequentially("be")
    expect(suggestions(page)).to_have_count(1)
    page.get_by_role("heading", level=1).click()
    expect(suggestions(page)).to_have_count(0)


# Chips


def test_removing_a_chip_takes_its_words_from_the_box(page):
    page.goto("/?q=bread+type:text+-rye")
    with no_reload(page):
        chips(page).get_by_role("link", name="Remove Type Text").click()
        expect(search_box(page)).to_have_value("bread -rye")
        expect(chips(page)).to_have_text(["Without rye"])
        expect(page).to_have_url(re.compile(r"\?q=bread\+-rye$"))
        expect(page.get_by_role("link", name="Remove Without rye")).to_be_focused()
        page.keyboard.press("Enter")
        expect(search_box(page)).to_have_value("bread")
        expect(search_box(page)).to_be_focused()


def test_after_a_chip_is_gone_typing_goes_on(page):
    page.goto("/?q=type:text")
    page.get_by_role("link", name="Remove Type Text").click()
    expect(search_box(page)).to_be_focused()
    search_box(page).press_sequentially("cardamom")
    expect(rows(page)).to_have_count(1)
    says(page, "1 memory found")


def test_an_unreadable_filter_is_explained_and_the_rest_works(page):
    page.goto("/")
    search_box(page).press_sequentially("cardamom after:soon")
    expect(chips(page)).to_contain_text(["Since soon left out: write a date"])
    expect(rows(page)).to_have_count(1)
    says(page, "1 filter left out")


def test_the_box_and_the_navigation_name_one_bucket(page):
    page.goto("/?bucket=3")
    search_box(page).press_sequentially("bread bucket:Cooking")
    expect(chips(page)).to_have_text(["Bucket Cooking"])
    search_box(page).fill("bread")
    expect(chips(page)).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?q=bread$"))


# The latest keystroke wins, and nothing flickers


def test_of_two_answers_the_later_keystrokes_stays_whichever_comes_last(page):
    page.goto("/?q=kitchen")
    before = rows(page).count()
    first, second = Held(page, r"[?&]q=bread$"), Held(page, r"[?&]q=cardamom$")
    search_box(page).fill("bread")
    first.wait()
    search_box(page).fill("cardamom")
    second.wait()
    assert rows(page).count() == before
    second.release()
    expect(rows(page)).to_have_count(1)
    first.release()
    page.wait_for_load_state("networkidle")
    expect(rows(page)).to_contain_text(["cardamom"])
    says(page, "1 memory found")
    expect(page.get_by_role("heading", level=1)).to_have_text("cardamom")


def test_the_results_are_never_empty_while_one_types_and_the_caret_stays(page):
    page.goto("/?q=bread")
    page.evaluate(
        """() => {
            const count = () => (window.fewest = Math.min(window.fewest, document.querySelectorAll("#results article").length));
            window.fewest = 99;
            new MutationObserver(count).observe(document.body, { childList: true, subtree: true });
        }"""
    )
    search_box(page).press("End")
    search_box(page).press_sequentially(" lid", delay=300)
    expect(page.get_by_role("heading", level=1)).to_have_text("bread lid")
    assert page.evaluate("window.fewest") > 0
    search_box(page).press("Home")
    search_box(page).press_sequentially("the ")
    expect(page.get_by_role("heading", level=1)).to_have_text("the bread lid")
    expect(search_box(page)).to_be_focused()
    assert search_box(page).evaluate("box => box.selectionStart") == 4


def test_a_heading_that_grows_moves_no_result(page):
    page.goto("/?q=bread")
    results = page.locator("#results")
    before = results.bounding_box()["y"]
    search_box(page).fill("bread " + "in the kitchen " * 8)
    expect(page.get_by_role("heading", level=1)).to_contain_text("kitchen in the")
    assert results.bounding_box()["y"] == before


def test_further_rows_that_arrive_after_a_search_do_not_disturb_it(page):
    page.goto("/")
    held = Held(page, "from=30")
    page.mouse.wheel(0, 20_000)
    held.wait()
    search_box(page).fill("cardamom")
    expect(rows(page)).to_have_count(1)
    held.release()
    page.wait_for_load_state("networkidle")
    says(page, "1 memory found")
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_text("No more matches.")).to_be_visible()


# Order and reasons


def test_the_order_stays_while_one_goes_on_typing(page):
    page.goto("/?q=bread")
    page.get_by_role("group", name="Sort").get_by_role("link", name="Oldest").click()
    search_box(page).press("End")
    search_box(page).press_sequentially(" lid")
    expect(page.get_by_role("heading", level=1)).to_have_text("bread lid")
    expect(page.get_by_role("group", name="Sort").get_by_role("link", name="Oldest")).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile("sort=oldest"))


def test_a_result_tells_why_without_opening_its_panel(page):
    page.goto("/?q=worktops")
    rows(page).first.get_by_text("Why this result").click()
    expect(rows(page).first.get_by_text("another form of “worktops”")).to_be_visible()
    rows(page).first.get_by_text("another form of “worktops”").click()
    expect(page).to_have_url(re.compile(r"\?q=worktops$"))
    expect(panel(page)).to_be_hidden()


def test_a_reason_that_did_not_come_is_asked_for_again(page):
    page.goto("/?q=worktops")
    page.route("**/why/*", lambda route: route.abort())
    rows(page).first.get_by_text("Why this result").click()
    warns(page, "memoryweb does not answer")
    page.unroute("**/why/*")
    rows(page).first.get_by_text("Why this result").click()
    rows(page).first.get_by_text("Why this result").click()
    expect(rows(page).first.get_by_text("another form of “worktops”")).to_be_visible()


# What the AI sees


def test_what_the_ai_sees_is_reached_from_the_search_and_can_be_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/")
    search_box(page).press_sequentially("cardamom")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("link", name="What the AI sees").click()
    sent = page.get_by_role("region", name="As it is sent")
    expect(sent).to_contain_text('{"memories":')
    page.get_by_role("button", name="Copy").last.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == sent.inner_text()
    page.get_by_role("group", name="Form").get_by_role("link", name="With ids").click()
    expect(sent).to_contain_text('"id":')
    page.get_by_role("link", name="Back to the list").click()
    expect(search_box(page)).to_have_value("cardamom")


def test_the_box_leads_from_there_to_the_list(page):
    page.goto("/assistant/?q=bread")
    search_box(page).fill("cardamom")
    search_box(page).press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/\?q=cardamom$"))
