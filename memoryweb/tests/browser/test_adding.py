"""Adding images: dropped, pasted and chosen, several at once, with bad ones among them, lost, tried again and taken back."""

import re
import threading

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.carrying import an_image, card, cards, description, drag, drop, noise, paste
from memoryweb.tests.browser.steps import (
    WIDTHS,
    Held,
    come_in,
    dialog,
    open_dialog,
    row,
    rows,
    says,
    text_field,
    violations,
    warns,
)
from memoryweb.tests.hosted import http_server, picture
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    """Without the examples: the memories are those that the tests add."""
    with running_server(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def page(window, signed_in, request):
    """On the list, with little motion, so that nothing is measured while it fades in."""
    scheme, width = getattr(request, "param", ("light", 1280))
    page = window(signed_in, scheme, width, reduced_motion="reduce")
    page.goto("/")
    return page


def save(page):
    dialog(page).get_by_role("button", name=re.compile(r"^Save \d")).click()


def close(page):
    """Close the dialog, once all is saved."""
    dialog(page).get_by_role("button", name="Done").click()
    expect(dialog(page)).to_be_hidden()


def is_added(page, said="Added an image"):
    """An only image is saved: the dialog is gone, and the toast says so."""
    expect(page.locator("#toast")).to_contain_text(said)
    expect(dialog(page)).to_be_hidden()


def progress(page):
    return page.locator("#toast").get_by_text("Adding images")


def undo(page):
    page.locator("#toast").get_by_role("button", name="Undo").click()


def overlay(page):
    return page.get_by_text("Drop to add")


# From the drop to the list


def test_a_dropped_image_is_a_card_at_once_and_saved_with_its_description(page):
    drop(page, an_image("oven-receipt_2.PNG"))
    expect(description(page, "oven-receipt_2.PNG")).to_have_value("oven receipt 2")
    expect(description(page, "oven-receipt_2.PNG")).to_be_focused()
    expect(card(page, "oven-receipt_2.PNG")).to_contain_text("40 × 30")
    description(page, "oven-receipt_2.PNG").fill("The receipt of the first oven")
    save(page)
    is_added(page)
    expect(row(page, "The receipt of the first oven").get_by_role("img")).to_be_visible()


def test_the_card_of_a_saved_image_leads_to_it(page):
    drop(page, an_image("led.png", "gold"), an_image("lead.png", "rgb(1,3,5)"))
    save(page)
    card(page, "led.png").get_by_role("link", name="Open it: led").click()
    expect(page.get_by_role("complementary", name="Memory")).to_contain_text("led")


def test_a_pasted_image_is_a_card_to_be_described(page):
    assert paste(page, an_image("image.png", "olive"))
    expect(description(page, "image.png")).to_have_value("")
    description(page, "image.png").fill("Pasted from a screen")
    page.keyboard.press("Control+Enter")
    is_added(page)
    expect(row(page, "Pasted from a screen")).to_be_visible()


def test_an_image_is_pasted_while_a_text_is_being_written(page):
    open_dialog(page)
    assert paste(page, an_image("image.png"), into="#memory-text")
    expect(cards(page)).to_have_count(1)


@pytest.mark.parametrize("with_picture", [False, True], ids=["text", "text and its picture"])
def test_a_text_pasted_into_a_field_stays_a_text(page, with_picture):
    open_dialog(page)
    files = [an_image("image.png")] if with_picture else []
    assert not paste(page, *files, text="A table copied elsewhere", into="#memory-text")
    expect(cards(page)).to_have_count(0)


def test_files_that_come_with_their_names_are_files(page):
    open_dialog(page)
    assert paste(page, an_image("leek.png"), text="leek.png", into="#memory-text")
    expect(description(page, "leek.png")).to_have_value("leek")


def test_several_are_chosen_with_the_button(page):
    open_dialog(page)
    with page.expect_file_chooser() as chooser:
        dialog(page).get_by_role("button", name="Choose images").click()
    assert chooser.value.is_multiple()
    files = [{"name": f"chosen-{n}.png", "mimeType": "image/png", "buffer": picture(colour=f"rgb({n},9,9)")} for n in (1, 2)]
    chooser.value.set_files(files)
    expect(cards(page)).to_have_count(2)
    save(page)
    says(dialog(page), "2 images saved.")


def test_all_of_them_get_the_same_day_and_bucket(page, server):
    drop(page, an_image("sage.png", "rgb(1,2,3)"), an_image("thyme.png", "rgb(3,2,1)"))
    dialog(page).get_by_role("textbox", name="Date").fill("2025-03-04")
    dialog(page).get_by_role("combobox", name="Bucket").select_option("New bucket…")
    dialog(page).get_by_role("textbox", name="Name of the new bucket").fill("Herbs")
    save(page)
    says(dialog(page), "2 images saved.")
    expect(card(page, "thyme.png").get_by_text("Saved in Herbs.")).to_be_visible()
    found = server.api().get(f"{server.url}/api/v2/memory?count=50&contentType=image&includeIds=true", timeout=10).json()
    filed = {item["text"]: item["metadata"]["bucketName"] for item in found["memories"]}
    assert {text for text, bucket in filed.items() if bucket == "Herbs"} == {"2025-03-04 - sage", "2025-03-04 - thyme"}


# Good ones and bad ones


def test_refused_ones_among_good_ones_stop_none_of_them(page):
    before = rows(page).count()
    drop(
        page,
        an_image("birch.png", "rgb(9,1,1)"),
        an_image("logo.svg", content=b"<svg/>", kind="image/svg+xml"),
        an_image("broken.png", content=picture()[:50]),
        an_image("huge.png", content=b"0" * 10_000_001),
        an_image("maple.png", "rgb(9,2,2)"),
    )
    warns(card(page, "logo.svg"), "Only PNG, JPEG, WebP and GIF")
    warns(card(page, "huge.png"), "larger than 10 MB")
    says(dialog(page), "3 images to add. 2 cannot be added.")
    page.get_by_role("button", name="Save 3 images").click()
    warns(card(page, "broken.png"), "This is no readable PNG, JPEG, WebP or GIF picture.")
    says(dialog(page), "2 images saved. 1 image not saved. 2 cannot be added.")
    expect(page.get_by_role("button", name="Save 1 image")).to_be_visible()
    for number, name in enumerate(("logo.svg", "broken.png", "huge.png")):  # they come first now
        expect(cards(page).nth(number)).to_contain_text(name)
    for name in ("birch.png", "maple.png"):
        expect(card(page, name).get_by_text("Saved in General.")).to_be_visible()
    for name in ("logo.svg", "broken.png", "huge.png"):
        page.get_by_role("button", name=f"Remove {name}").click()
    close(page)
    expect(rows(page)).to_have_count(before + 2)


def test_what_the_browser_can_tell_is_said_before_anything_is_sent(page):
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    drop(page, an_image("letter.pdf", content=b"%PDF", kind="application/pdf"), an_image("empty.png", content=b""))
    warns(card(page, "letter.pdf"), "Only PNG, JPEG, WebP and GIF")
    warns(card(page, "empty.png"), "The file is empty.")
    expect(page.get_by_role("button", name=re.compile("^Save"))).to_be_hidden()
    assert sent == []


def test_one_without_a_description_waits_for_it_and_the_others_are_saved(page):
    drop(page, an_image("IMG_2041.png", "rgb(4,4,1)"), an_image("ash.png", "rgb(4,4,2)"))
    save(page)
    warns(card(page, "IMG_2041.png"), "Describe it in a few words.")
    expect(card(page, "ash.png").get_by_text("Saved in")).to_be_visible()
    expect(description(page, "IMG_2041.png")).to_be_focused()
    page.keyboard.type("An ash in winter")
    page.keyboard.press("Control+Enter")
    says(dialog(page), "2 images saved.")
    close(page)
    expect(page.locator("#toast")).to_contain_text("Added 2 images")


def test_several_without_a_description_are_said_once_and_can_get_the_same(page):
    drop(page, *(an_image(f"IMG_31{n}.png", f"rgb(4,5,{n})") for n in range(3)), an_image("rowan.png", "rgb(4,6,1)"))
    save(page)
    warns(dialog(page), "Describe the 3 images, or give all the same description.")
    expect(card(page, "rowan.png").get_by_text("Saved in")).to_be_visible()
    expect(cards(page).get_by_role("alert")).to_have_count(0)
    same = dialog(page).get_by_role("textbox", name="Same description for all")
    expect(same).to_be_focused()
    description(page, "IMG_311.png").fill("The lake by boat")
    same.fill("A week by the lake")
    same.press("Enter")
    expect(description(page, "IMG_310.png")).to_have_value("A week by the lake")
    expect(description(page, "IMG_311.png")).to_have_value("The lake by boat")
    expect(same).to_be_hidden()
    description(page, "IMG_312.png").fill("The last evening by the lake")
    page.get_by_role("button", name="Save 3 images").click()
    says(dialog(page), "4 images saved.")


def test_a_lost_one_is_tried_again_with_all_that_was_typed(page):
    drop(page, an_image("elm.png", "rgb(5,1,1)"), an_image("fir.png", "rgb(5,2,2)"))
    description(page, "elm.png").fill("The elm by the gate")
    page.route("**/memories/images/", lambda route: route.abort(), times=1)
    save(page)
    warns(card(page, "elm.png"), "memoryweb does not answer")
    expect(card(page, "fir.png").get_by_text("Saved in")).to_be_visible()
    expect(description(page, "elm.png")).to_have_value("The elm by the gate")
    card(page, "elm.png").get_by_role("button", name="Try again").click()
    says(dialog(page), "2 images saved.")


def test_an_answer_that_the_browser_never_got_does_not_make_it_twice(page):
    drop(page, an_image("oak.png", "rgb(6,1,1)"))

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/memories/images/", lose, times=1)
    save(page)
    warns(card(page, "oak.png"), "memoryweb does not answer")
    card(page, "oak.png").get_by_role("button", name="Try again").click()
    expect(card(page, "oak.png").get_by_text("Already there")).to_be_visible()
    close(page)
    expect(rows(page).filter(has_text="oak")).to_have_count(1)


def test_signed_out_meanwhile_is_said_on_the_card_and_nothing_is_lost(page, server):
    drop(page, an_image("yew.png", "rgb(7,1,1)"))
    page.context.clear_cookies(name=re.compile("session"))
    save(page)
    warns(card(page, "yew.png"), "You have been signed out")
    come_in(page.context.new_page(), server.sign_in_link())
    card(page, "yew.png").get_by_role("button", name="Try again").click()
    warns(card(page, "yew.png"), "Save it again")
    card(page, "yew.png").get_by_role("button", name="Try again").click()
    is_added(page)


# One action


def test_a_drop_is_one_action_that_is_undone_and_redone(page):
    before = rows(page).count()
    drop(page, *(an_image(f"tulip-{n}.png", f"rgb(8,1,{n})") for n in range(4)))
    save(page)
    says(dialog(page), "4 images saved.")
    close(page)
    expect(rows(page).filter(has_text="tulip")).to_have_count(4)
    undo(page)
    expect(rows(page)).to_have_count(before)
    page.locator("#toast").get_by_role("button", name="Redo").click()
    expect(rows(page).filter(has_text="tulip")).to_have_count(4)
    page.goto("/history/")
    expect(page.get_by_text("Added 4 images", exact=False).first).to_be_visible()


def test_the_next_drop_is_an_action_of_its_own(page):
    for number in (1, 2):
        drop(page, an_image(f"rose-{number}.png", f"rgb(8,2,{number})"))
        save(page)
        is_added(page)
        expect(row(page, f"rose {number}")).to_be_visible()
    undo(page)
    expect(rows(page).filter(has_text="rose")).to_have_count(1)


# While it goes on


def test_each_file_shows_how_far_it_is(page):
    held = Held(page, "/memories/images/$")
    drop(page, an_image("plum.png", "rgb(2,1,1)"), an_image("pear.png", "rgb(2,2,2)"))
    save(page)
    expect(page.get_by_role("progressbar", name="plum.png")).to_be_visible()
    expect(page.get_by_role("progressbar", name="pear.png")).to_be_visible()
    says(dialog(page), "Saving: 0 of 2 done")
    held.release()
    says(dialog(page), "Saving: 1 of 2 done")
    held.release()
    says(dialog(page), "2 images saved.")
    expect(page.get_by_role("progressbar", name="plum.png")).to_have_count(0)


def test_the_bar_follows_what_is_sent_and_then_waits_for_the_server(page):
    drop(page, an_image("medlar.png", content=noise(1200)))
    expect(card(page, "medlar.png")).to_be_visible()
    page.evaluate(
        """() => new MutationObserver((changes) => {
            window.bar = [...(window.bar ?? []), ...changes.map(({ target }) => target.getAttribute("value"))];
        }).observe(document.querySelector(".card progress"), { attributeFilter: ["value"] })"""
    )
    save(page)
    is_added(page)
    seen = page.evaluate("window.bar")
    assert seen[0] == "0"
    assert seen[-1] is None


def test_closed_while_it_saves_it_goes_on_and_says_so(page):
    held = Held(page, "/memories/images/$")
    drop(page, an_image("quince.png", "rgb(2,3,1)"))
    save(page)
    held.wait()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    held.release()
    expect(row(page, "quince")).to_be_visible()
    expect(page.locator("#toast")).to_contain_text("Added an image")
    expect(text_field(open_dialog(page))).to_be_visible()
    expect(cards(page)).to_have_count(0)


def test_behind_the_closed_dialog_the_toast_says_how_far_it_is_and_offers_no_way_back_before_its_end(page):
    held = Held(page, "/memories/images/$")
    drop(page, *(an_image(f"azarole-{n}.png", f"rgb(2,5,{n})") for n in range(3)))
    save(page)
    held.wait()
    page.keyboard.press("Escape")
    expect(progress(page)).to_have_text("Adding images: 0 of 3")
    held.release()
    expect(progress(page)).to_have_text("Adding images: 1 of 3")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    held.release()
    expect(progress(page)).to_have_text("Adding images: 2 of 3")
    held.release()
    is_added(page, "Added 3 images")
    expect(progress(page)).to_have_count(0)
    expect(rows(page).filter(has_text="azarole ")).to_have_count(3)
    undo(page)
    expect(rows(page).filter(has_text="azarole ")).to_have_count(0)


def test_a_message_about_something_else_stays_while_they_are_sent(page):
    held = Held(page, "/memories/images/$")
    drop(page, an_image("sorb.png", "rgb(2,6,1)"), an_image("service.png", "rgb(2,6,2)"))
    page.evaluate("import('/static/js/act.js').then(({ say }) => say('Moved a memory'))")
    save(page)
    held.wait()
    page.keyboard.press("Escape")
    expect(page.locator("#toast")).to_have_text("Moved a memory")
    held.release()
    held.release()
    is_added(page, "Added 2 images")


def test_what_was_saved_before_the_page_was_left_stands_in_the_history(page):
    asked = []
    page.on("dialog", lambda question: (asked.append(question.type), question.accept()))
    held = Held(page, "/memories/images/$")
    drop(page, *(an_image(f"cornel-{n}.png", f"rgb(2,7,{n})") for n in range(3)))
    save(page)
    held.release()
    says(dialog(page), "Saving: 1 of 3 done")
    held.release()
    says(dialog(page), "Saving: 2 of 3 done")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="History").click()
    assert asked == ["beforeunload"]
    expect(page.get_by_role("heading", name="Added 2 images").first).to_be_visible()


def test_closed_while_it_saves_it_comes_back_with_what_was_refused(page):
    held = Held(page, "/memories/images/$")
    drop(page, an_image("broken.png", content=picture()[:50]))
    save(page)
    held.wait()
    page.keyboard.press("Escape")
    held.release()
    warns(card(page, "broken.png"), "This is no readable")
    expect(dialog(page)).to_be_visible()


# Nothing is lost unasked


@pytest.mark.parametrize("way", ["Escape", "Close", "Cancel"])
def test_closing_with_unsaved_images_asks(page, way):
    def leave():
        if way == "Escape":
            page.keyboard.press("Escape")
        else:
            dialog(page).get_by_role("button", name=way).click()

    drop(page, an_image("moss.png", "rgb(3,1,1)"), an_image("fern.png", "rgb(3,1,2)"))
    description(page, "moss.png").fill("Moss on the north side")
    leave()
    question = page.get_by_role("alertdialog", name="2 images are not saved.")
    question.get_by_role("button", name="Go on").click()
    expect(description(page, "moss.png")).to_have_value("Moss on the north side")
    leave()
    question.get_by_role("button", name="Discard").click()
    expect(dialog(page)).to_be_hidden()
    open_dialog(page)
    expect(cards(page)).to_have_count(0)


def test_the_page_is_not_left_unasked(page):
    asked = []
    page.on("dialog", lambda question: (asked.append(question.type), question.accept()))
    drop(page, an_image("ivy.png", "rgb(3,2,1)"))
    expect(card(page, "ivy.png")).to_be_visible()
    page.reload()
    assert asked == ["beforeunload"]


def test_what_was_saved_does_not_hold_the_page(page):
    asked = []
    page.on("dialog", lambda question: (asked.append(question.type), question.accept()))
    drop(page, an_image("hazel.png", "rgb(3,3,1)"))
    save(page)
    is_added(page)
    page.reload()
    assert asked == []


def test_what_was_typed_becomes_the_description_of_an_only_image(page):
    open_dialog(page)
    text_field(page).fill("The plan of the new kitchen")
    drop(page, an_image("scan.png"))
    expect(description(page, "scan.png")).to_have_value("The plan of the new kitchen")


def test_what_was_typed_waits_until_several_are_dealt_with(page):
    open_dialog(page)
    text_field(page).fill("A thought of its own")
    drop(page, an_image("a.png"), an_image("b.png"))
    expect(description(page, "a.png")).to_have_value("a")
    for name in ("a.png", "b.png"):
        page.get_by_role("button", name=f"Remove {name}").press("Enter")
    expect(text_field(page)).to_have_value("A thought of its own")
    expect(text_field(page)).to_be_focused()
    expect(page.get_by_role("button", name="Save memory")).to_be_visible()


@pytest.mark.parametrize("way", ["Done", "Escape"])
def test_a_text_comes_back_when_the_images_are_saved_and_the_form_stays(page, way):
    text = f"A thought between two images, {way}"
    open_dialog(page)
    text_field(page).fill(text)
    drop(page, an_image("a.png", f"rgb(3,5,{len(way)})"), an_image("b.png", f"rgb(3,6,{len(way)})"))
    expect(dialog(page).get_by_text("Your text is kept.")).to_be_visible()
    save(page)
    says(dialog(page), "2 images saved.")
    expect(dialog(page).get_by_text("Your text is kept.")).to_be_visible()
    page.keyboard.press("Escape") if way == "Escape" else dialog(page).get_by_role("button", name="Done").click()
    expect(text_field(page)).to_have_value(text)
    expect(text_field(page)).to_be_focused()
    expect(dialog(page).get_by_text("Your text is kept.")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    says(dialog(page), "Saved in General")


def test_a_text_comes_back_when_the_images_are_discarded(page):
    open_dialog(page)
    text_field(page).fill("It outlives the images")
    drop(page, an_image("a.png"), an_image("b.png"))
    expect(cards(page)).to_have_count(2)
    page.keyboard.press("Escape")
    page.get_by_role("alertdialog").get_by_role("button", name="Discard").click()
    expect(text_field(page)).to_have_value("It outlives the images")


def test_a_text_that_became_a_description_is_a_text_again_when_the_image_is_removed(page):
    open_dialog(page)
    text_field(page).fill("The plan of the new shed")
    drop(page, an_image("scan.png"))
    page.get_by_role("button", name="Remove scan.png").click()
    expect(text_field(page)).to_have_value("The plan of the new shed")


def test_closing_while_it_saves_asks_about_a_text_that_is_kept(page):
    held = Held(page, "/memories/images/$")
    open_dialog(page)
    text_field(page).fill("Not saved yet")
    drop(page, an_image("a.png", "rgb(3,8,1)"), an_image("b.png", "rgb(3,8,2)"))
    save(page)
    held.wait()
    page.keyboard.press("Escape")
    question = page.get_by_role("alertdialog", name="Your text is not saved.")
    question.get_by_role("button", name="Go on").click()
    expect(dialog(page)).to_be_visible()
    page.keyboard.press("Escape")
    question.get_by_role("button", name="Discard").click()
    expect(dialog(page)).to_be_hidden()
    expect(progress(page)).to_be_visible()


def test_on_the_page_of_the_form_the_text_comes_back_too(page):
    page.goto("/memories/new/")
    text_field(page).fill("A thought on its own page")
    drop(page, an_image("a.png", "rgb(3,9,1)"), an_image("b.png", "rgb(3,9,2)"))
    page.get_by_role("button", name="Save 2 images").click()
    says(page, "2 images saved.")
    page.get_by_role("link", name="Done").click()
    expect(text_field(page)).to_have_value("A thought on its own page")


def test_after_the_images_a_text_can_be_saved_as_before(page):
    drop(page, an_image("lime.png", "rgb(1,7,1)"))
    page.get_by_role("button", name="Remove lime.png").click()
    text_field(page).fill("A plain text after all.")
    page.keyboard.press("Control+Enter")
    says(dialog(page), "Saved in General")


# What is dragged


def test_files_over_the_page_are_invited(page):
    expect(overlay(page)).to_be_hidden()
    drag(page, "dragenter", [an_image("a.png")])
    expect(overlay(page)).to_be_visible()
    drag(page, "dragleave", [an_image("a.png")])
    expect(overlay(page)).to_be_hidden()


def test_text_and_links_are_none_of_it(page):
    for kind in ("dragenter", "dragover", "drop"):
        assert not drag(page, kind, text="https://example.org/")
    expect(overlay(page)).to_be_hidden()
    expect(dialog(page)).to_be_hidden()


def test_a_picture_of_the_page_itself_is_none_of_it(page):
    drag(page, "dragstart")
    assert not drag(page, "dragenter", [an_image("a.png")])
    assert not drag(page, "drop", [an_image("a.png")])
    expect(dialog(page)).to_be_hidden()
    drag(page, "dragend")
    drop(page, an_image("a.png"))
    expect(cards(page)).to_have_count(1)


def test_where_there_is_no_form_files_do_not_take_the_page_away(page):
    page.goto("/history/")
    drop(page, an_image("a.png"))
    says(page, "Images can be added from the list of all memories")
    page.locator("#toast").get_by_role("link", name="New memory").click()
    expect(page).to_have_url(re.compile("/memories/new/$"))


def test_the_page_of_the_form_takes_them_too(page):
    page.goto("/memories/new/")
    drop(page, an_image("larch.png", "rgb(1,8,1)"))
    page.get_by_role("button", name="Save 1 image").click()
    says(page, "1 image saved.")


# Names of files

NAMES = {
    "oven-receipt_2.JPG": "oven receipt 2",
    "Grundriss_Küche-v2.webp": "Grundriss Küche v2",
    "鴨川の朝.jpg": "鴨川の朝",
    "photo of the oven.jpg": "photo of the oven",
    "2024-05-01 receipt 12.50 EUR.png": "2024-05-01 receipt 12.50 EUR",
    "IMG_2041.HEIC": "",
    "IMG_20260304_140512.jpg": "Photo of 4 March 2026",
    "IMG-20260304-WA0007.jpg": "Photo of 4 March 2026",
    "PXL_20260304_140512345.PORTRAIT.jpg": "Photo of 4 March 2026",
    "DSC00123.JPG": "",
    "P1010001.JPG": "",
    "Screenshot 2026-03-04 at 14.05.12.png": "Screenshot of 4 March 2026, 14:05",
    "Screenshot_20260304-140512_Chrome.png": "Screenshot of 4 March 2026, 14:05",
    "Screenshot.png": "Screenshot",
    "image.png": "",
    "image (3).png": "",
    "3f2a9c1e-1b2c-4d5e-8f90-123456789abc.jpg": "",
    "facade.png": "facade",
    ".png": "",
}


def test_a_file_name_suggests_what_it_says_to_a_person(page):
    names = page.evaluate(
        "names => import('/static/js/filenames.js').then(({ suggested }) => names.map((name) => suggested(name)))", list(NAMES)
    )
    assert dict(zip(NAMES, names, strict=True)) == NAMES


# For everyone


def kept_cards(page):
    drop(page, an_image("oven-receipt_2.png"), an_image("IMG_2041.png"))
    expect(card(page, "IMG_2041.png")).to_contain_text("40 × 30")


def undescribed(page):
    open_dialog(page)
    text_field(page).fill("A thought of its own")
    drop(page, an_image("IMG_2041.png"), an_image("IMG_2042.png"))
    save(page)
    warns(dialog(page), "Describe the 2 images")


def saved_and_refused(page):
    drop(
        page,
        an_image("saved.png", "rgb(1,1,9)"),
        an_image("broken.png", content=b"no"),
        an_image("a.svg", content=b"x", kind="image/svg+xml"),
    )
    save(page)
    warns(card(page, "broken.png"), "This is no readable")


def on_its_way(page):
    page.route("**/memories/images/", lambda route: None)
    drop(page, an_image("slow.png"), an_image("slower.png"))
    save(page)
    expect(page.get_by_role("progressbar", name="slow.png")).to_be_visible()


@pytest.mark.parametrize("page", WIDTHS, indirect=True)
@pytest.mark.parametrize("state", [kept_cards, undescribed, saved_and_refused, on_its_way])
def test_axe_has_nothing_to_say(page, state):
    state(page)
    assert violations(page) == ""


@pytest.mark.parametrize("page", WIDTHS, indirect=True)
def test_with_many_cards_the_button_stays_in_view(page):
    drop(page, *(an_image(f"holiday-{n}.png") for n in range(20)))
    expect(page.get_by_role("button", name="Save 20 images")).to_be_in_viewport()
    expect(description(page, "holiday-0.png")).to_be_in_viewport()
    assert page.evaluate("document.getElementById('new').scrollWidth <= innerWidth")


def test_keys_alone_suffice(page):
    drop(page, an_image("willow.png", "rgb(1,1,7)"), an_image("alder.png", "rgb(1,1,8)"))
    expect(description(page, "willow.png")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Remove willow.png")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove alder.png")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+Enter")
    is_added(page)
    expect(row(page, "alder")).to_be_visible()
    expect(rows(page).filter(has_text="willow")).to_have_count(0)


# Without JavaScript, and without a service that takes them


def test_without_javascript_one_image_comes_with_its_text(window, signed_in):
    page = window(signed_in, java_script_enabled=False)
    page.goto("/memories/new/")
    expect(page.get_by_role("button", name="Choose images")).to_be_hidden()
    text_field(page).fill("Sent by a plain form.")
    page.get_by_label("Image", exact=True).set_input_files(
        {"name": "p.png", "mimeType": "image/png", "buffer": picture(colour="rgb(9,9,1)")}
    )
    page.get_by_role("button", name="Save memory").click()
    says(page, "Saved in General.")
    expect(row(page, "Sent by a plain form.").get_by_role("img")).to_be_visible()


def test_a_hosted_service_is_said_to_take_none_and_nothing_fails(window, tmp_path):
    service, hosted = http_server()
    hosted.fill(2)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    with running_server(tmp_path / "data", MEMORYPLUGIN_URL=hosted.base_url, MEMORYPLUGIN_TOKEN=hosted.token) as running:
        page = window(at=running)
        come_in(page, running.first_link)
        drag(page, "dragenter", [an_image("a.png")])
        expect(overlay(page)).to_be_hidden()
        drop(page, an_image("a.png"))
        warns(page, "takes no uploads")
        expect(dialog(page)).to_be_hidden()
        open_dialog(page)
        expect(dialog(page).get_by_text("takes no uploads")).to_be_visible()
        assert paste(page, an_image("a.png"), into="#memory-text")
        says(dialog(page), "takes no uploads")
        text_field(page).fill("A text can be saved.")
        page.keyboard.press("Control+Enter")
        says(dialog(page), "Saved in General")
        assert hosted.count("POST /api/memory") == 1
    service.shutdown()
    service.server_close()


def test_images_that_come_when_memoryweb_does_not_answer_are_said_not_to_be_added(page):
    page.goto("/")
    page.route("**/adding.*.js", lambda route: route.abort())
    drop(page, an_image("boat.png"))
    says(page, "memoryweb does not answer, so nothing was added.")
    page.unroute("**/adding.*.js")
