"""Creating: the dialog from its key to the saved memory, its date rule, and that nothing that was typed is ever lost."""

import re
import signal
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import (
    ZONE,
    Held,
    buckets,
    come_in,
    count_of,
    dialog,
    no_reload,
    open_dialog,
    open_panel,
    panel,
    row,
    rows,
    says,
    text_field,
    warns,
    write,
)
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser
FAR_ZONES = ["Pacific/Kiritimati", "Pacific/Niue"]  # 25 hours apart: at no time does either have the server's day, both at once


def today(zone):
    return datetime.now(ZoneInfo(zone)).date().isoformat()


def date_field(page):
    return dialog(page).get_by_role("textbox", name="Date")


def save(page):
    dialog(page).get_by_role("button", name=re.compile("^Save")).click()


def test_n_opens_the_dialog_ready_to_write(page):
    page.goto("/")
    with no_reload(page):
        expect(open_dialog(page)).to_be_visible()


def test_the_button_opens_it_too(page):
    page.goto("/")
    page.get_by_role("button", name="New memory").click()
    expect(text_field(page)).to_be_focused()


def test_the_bucket_in_view_is_preselected(page):
    page.goto("/")
    buckets(page).get_by_role("link", name="Cooking").click()
    expect(page.get_by_role("heading", level=1, name="Cooking")).to_be_visible()
    open_dialog(page)
    expect(dialog(page).get_by_role("combobox", name="Bucket").locator("option:checked")).to_have_text("Cooking")


def test_it_saves_without_a_reload_and_is_ready_for_the_next(page):
    page.goto("/")
    all_before, general_before = count_of(page, "All memories"), count_of(page, "General")
    with no_reload(page):
        open_dialog(page)
        write(page, "Figs ripen in the paper bag.")
        says(dialog(page), "Saved in General")
        expect(text_field(page)).to_have_value("")
        expect(text_field(page)).to_be_focused()
        write(page, "So do pears, slower.")
        expect(rows(page).first).to_contain_text("So do pears")
        page.keyboard.press("Escape")
        expect(dialog(page)).to_be_hidden()
    expect(rows(page).nth(1)).to_contain_text("Figs ripen")
    assert count_of(page, "All memories") == all_before + 2
    assert count_of(page, "General") == general_before + 2


def test_what_was_saved_can_be_taken_back_once_the_dialog_is_closed(page):
    page.goto("/")
    open_dialog(page)
    write(page, "Something to take back again.")
    save(page)
    expect(row(page, "Something to take back again.")).to_be_visible()
    dialog(page).get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Undo").click()
    expect(row(page, "Something to take back again.")).to_have_count(0)


def test_it_appears_at_its_place_by_its_date(page):
    page.goto("/")
    day = (datetime.now(ZoneInfo(ZONE)) - timedelta(days=2)).date()
    open_dialog(page)
    write(page, f"{day} The hedge was cut.")
    expect(row(page, "The hedge was cut.")).to_be_attached()
    texts = rows(page).all_inner_texts()
    position = next(number for number, text in enumerate(texts) if "The hedge" in text)
    assert any("Allergic to amoxicillin" in text for text in texts[:position])  # an example of yesterday
    assert any("鴨川" in text for text in texts[position:])  # one of three days ago


def test_what_does_not_match_the_filter_does_not_appear(page):
    page.goto("/?type=image")
    images = rows(page).count()
    open_dialog(page)
    write(page, "Only a text about plums.")
    says(dialog(page), "Saved in General")
    expect(rows(page)).to_have_count(images)


@pytest.mark.parametrize("zone", FAR_ZONES)
def test_the_date_is_today_where_the_person_is(window, signed_in, zone):
    page = window(signed_in, timezone_id=zone)
    before = today(zone)
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("data-zone", zone)
    open_dialog(page)
    assert date_field(page).input_value() in (before, today(zone))
    expect(dialog(page).get_by_text("today")).to_be_visible()
    write(page, f"Noted in {zone}.")
    says(dialog(page), "Saved in")
    page.keyboard.press("Escape")
    stored = open_panel(page, f"Noted in {zone}.").get_by_label("The text as stored").input_value()
    assert stored[:10] in (before, today(zone))
    assert stored.endswith(f"Noted in {zone}.")


def test_a_page_left_open_past_midnight_offers_the_new_day(page):
    noon = datetime.now(UTC).replace(hour=12)
    page.clock.set_fixed_time(noon)
    page.goto("/")
    page.clock.set_fixed_time(noon + timedelta(days=1))
    open_dialog(page)
    expect(date_field(page)).to_have_value((noon + timedelta(days=1)).date().isoformat())


def test_a_text_with_its_own_date_says_so_and_is_left_alone(page):
    page.goto("/")
    open_dialog(page)
    text_field(page).fill("2025-03-04: the roof was mended.")
    expect(dialog(page).get_by_text("The text has its own date: 2025-03-04")).to_be_visible()
    page.keyboard.press("Control+Enter")
    dialog(page).get_by_role("link", name="Open it").click()
    expect(panel(page).get_by_label("The text as stored")).to_have_value("2025-03-04: the roof was mended.")


def test_a_duplicate_is_said_and_linked(page):
    page.goto("/")
    open_dialog(page)
    write(page, "The bins go out on Tuesday.")
    says(dialog(page), "Saved in General")
    write(page, "The bins go out on Tuesday.")
    warns(dialog(page), "Already remembered")
    dialog(page).get_by_role("link", name="Open it").click()
    expect(panel(page)).to_contain_text("The bins go out on Tuesday.")


def test_a_new_bucket_is_made_in_place(page):
    page.goto("/")
    with no_reload(page):
        open_dialog(page)
        dialog(page).get_by_role("combobox", name="Bucket").select_option("New bucket…")
        dialog(page).get_by_role("textbox", name="Name of the new bucket").fill("Bees")
        write(page, "The first swarm came in May.")
        says(dialog(page), "Saved in Bees")
        page.keyboard.press("Escape")
    assert count_of(page, "Bees") == 1


def test_an_empty_text_is_refused_and_nothing_is_lost(page):
    page.goto("/")
    open_dialog(page)
    dialog(page).get_by_role("combobox", name="Bucket").select_option("Home")
    write(page, "   ")
    warns(dialog(page), "Write what should be remembered")
    expect(dialog(page).get_by_role("combobox", name="Bucket").locator("option:checked")).to_have_text("Home")
    expect(text_field(page)).to_be_focused()


def test_a_new_bucket_without_a_name_is_refused_and_the_text_kept(page):
    page.goto("/")
    open_dialog(page)
    dialog(page).get_by_role("combobox", name="Bucket").select_option("New bucket…")
    write(page, "Where does this go?")
    warns(dialog(page), "Name the new bucket")
    expect(text_field(page)).to_have_value("Where does this go?")


def test_closing_the_dialog_keeps_what_was_typed(page):
    page.goto("/")
    open_dialog(page)
    text_field(page).fill("Half a thought")
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    open_dialog(page)
    expect(text_field(page)).to_have_value("Half a thought")


def test_a_stopped_server_is_said_once_and_the_text_kept(window, browser, tmp_path):
    with running_server(tmp_path / "data") as stopping:
        page = window(at=stopping)
        come_in(page, stopping.first_link)
        page.get_by_role("button", name="New memory").click()
        stopping.process.send_signal(signal.SIGINT)
        stopping.process.wait(10)
        for _ in range(2):
            write(page, "Written while nobody listens.")
            warns(dialog(page), "memoryweb does not answer")
        expect(text_field(page)).to_have_value("Written while nobody listens.")


def sign_out_elsewhere(page):
    """The session ends; the page does not know yet."""
    page.context.clear_cookies(name=re.compile("session"))


def test_signed_out_meanwhile_is_said_in_the_dialog_and_the_text_kept(page):
    page.goto("/")
    open_dialog(page)
    sign_out_elsewhere(page)
    write(page, "Written by nobody.")
    warns(dialog(page), "You have been signed out")
    expect(text_field(page)).to_have_value("Written by nobody.")


def test_a_refusal_takes_away_what_was_said_of_the_last_one(page):
    page.goto("/")
    open_dialog(page)
    write(page, "Written by somebody.")
    says(dialog(page), "Saved in General")
    sign_out_elsewhere(page)
    write(page, "Written by nobody.")
    warns(dialog(page), "You have been signed out")
    expect(dialog(page).get_by_text("Saved in General")).to_have_count(0)


def test_signed_in_again_in_another_tab_it_can_be_saved(page, server):
    page.goto("/")
    open_dialog(page)
    sign_out_elsewhere(page)
    write(page, "Written before signing in again.")
    warns(dialog(page), "You have been signed out")
    come_in(page.context.new_page(), server.sign_in_link())
    save(page)
    warns(dialog(page), "Save it again")
    save(page)
    says(dialog(page), "Saved in General")


def test_without_any_cookie_the_text_is_kept(page):
    page.goto("/")
    open_dialog(page)
    page.context.clear_cookies()
    write(page, "Written without cookies.")
    expect(dialog(page).get_by_role("alert")).to_be_visible()
    expect(text_field(page)).to_have_value("Written without cookies.")


def test_what_was_never_saved_is_asked_about_before_the_page_is_left(page):
    page.goto("/")
    asked = []
    page.on("dialog", lambda question: (asked.append(question.type), question.accept()))
    open_dialog(page)
    sign_out_elsewhere(page)
    write(page, "Not saved.")
    warns(dialog(page), "You have been signed out")
    page.reload()
    assert asked == ["beforeunload"]


def test_what_is_typed_while_it_is_saved_does_not_vanish_with_it(page):
    page.goto("/")
    open_dialog(page)
    held = Held(page, "/memories/new/$")
    write(page, "On its way.")
    held.wait()
    page.keyboard.type(" More")
    expect(text_field(page)).to_have_value("On its way.")
    held.release()
    says(dialog(page), "Saved in General")
    page.keyboard.type("The next one")
    expect(text_field(page)).to_have_value("The next one")


def test_the_form_that_an_answer_brings_is_live_from_its_first_moment(page):
    """A quick hand must not reach it as the plain form that it is without a script, which would leave the page."""
    page.goto("/")
    page.evaluate(
        """() => new MutationObserver((changes, observer) => {
            const form = document.getElementById("memory-form");
            if (!form?.querySelector("[role=status]")) return;
            observer.disconnect();
            form.elements.text.value = "The second one, at once.";
            form.requestSubmit();
        }).observe(document.getElementById("new"), { childList: true, subtree: true })"""
    )
    open_dialog(page)
    with no_reload(page):
        write(page, "The first one.")
        expect(row(page, "The second one, at once.")).to_be_attached()


@pytest.mark.parametrize("times", [1, 2], ids=["saved", "duplicate"])
def test_what_was_saved_does_not_hold_the_page(page, times):
    page.goto("/")
    asked = []
    page.on("dialog", lambda question: (asked.append(question.type), question.accept()))
    open_dialog(page)
    for answer in ["Saved in General", "Already remembered"][:times]:
        write(page, f"Saved {times} times.")
        expect(dialog(page).get_by_text(answer)).to_be_visible()
    dialog(page).get_by_role("link", name="Open it").click()
    expect(panel(page)).to_contain_text("Saved")
    assert asked == []
