"""One image in the viewer: by pointer, keyboard, finger and address, near and far, and all that can be done to it there."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from memories.addresses import to_key
from memoryweb.tests.browser.steps import (
    WIDTHS,
    memories,
    no_reload,
    open_panel,
    panel,
    row,
    rows,
    says,
    text_field,
    viewer,
    wall,
    warns,
)
from memoryweb.tests.hosted import picture

pytestmark = pytest.mark.browser
GALLERY = "/?type=image"


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    with wall(tmp_path_factory.mktemp("data")) as running:
        yield running


def see(page, number: int):
    """The viewer shows the picture with this number, whole."""
    expect(viewer(page).get_by_role("img", name=f"Picture {number} of")).to_be_visible()
    expect(viewer(page)).to_contain_text(f"Picture {number} of the wall.")


def view(page, number: int, address: str = GALLERY):
    page.goto(address)
    row(page, f"Picture {number} of").locator("img").click()
    see(page, number)
    return viewer(page)


def scale(page) -> float:
    """How many times as large as the whole it is shown."""
    return viewer(page).locator(".stage img").evaluate("image => new DOMMatrix(getComputedStyle(image).transform).a")


# Opening and closing


@pytest.mark.parametrize("address", [GALLERY, "/", "/?q=picture"], ids=["gallery", "list", "search"])
def test_a_click_on_an_image_opens_it_without_a_reload(page, address):
    page.goto(address)
    with no_reload(page):
        image = rows(page).locator("img").first
        alt = image.get_attribute("alt")
        image.click()
        expect(viewer(page).get_by_role("img", name=alt)).to_be_visible()
    expect(page).to_have_url(re.compile("/memories/[^/]+/view/"))


def test_from_the_panel_it_opens_over_the_panel(page):
    page.goto(GALLERY)
    open_panel(page, "Picture 3 of").get_by_role("link", name="Full size").click()
    see(page, 3)
    page.go_back()
    expect(viewer(page)).to_be_hidden()
    expect(panel(page)).to_contain_text("Picture 3 of")
    expect(panel(page).get_by_role("link", name="Full size")).to_be_focused()


@pytest.mark.parametrize("how", ["Escape", "Close", "Back"])
def test_closing_returns_the_focus_to_the_image(page, how):
    view(page, 2)
    if how == "Escape":
        page.keyboard.press("Escape")
    elif how == "Close":
        viewer(page).get_by_role("button", name="Close").click()
    else:
        page.go_back()
    expect(viewer(page)).to_be_hidden()
    expect(row(page, "Picture 2 of").locator("[data-view]")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/\?type=image$"))


def test_after_walking_on_the_focus_is_on_the_image_seen_last_and_one_step_leads_back(page):
    view(page, 2)
    for number in (3, 4):
        page.keyboard.press("ArrowRight")
        see(page, number)
    page.go_back()
    expect(viewer(page)).to_be_hidden()
    expect(row(page, "Picture 4 of").locator("[data-view]")).to_be_focused()


@pytest.mark.parametrize("how", ["Escape", "Back"])
def test_after_walking_far_the_list_shows_the_image_seen_last(page, how):
    view(page, 1)
    for number in range(2, 22):
        page.keyboard.press("ArrowRight")
        see(page, number)
    page.keyboard.press("Escape") if how == "Escape" else page.go_back()
    expect(viewer(page)).to_be_hidden()
    expect(row(page, "Picture 21 of").locator("[data-view]")).to_be_focused()
    page.wait_for_load_state("networkidle")  # a browser scrolls a little later when it goes back
    expect(row(page, "Picture 21 of").locator("[data-view]")).to_be_in_viewport(ratio=0.9)


def test_forward_opens_it_again(page):
    view(page, 2)
    page.go_back()
    expect(viewer(page)).to_be_hidden()
    page.go_forward()
    see(page, 2)


def test_its_address_shows_it_over_the_list(page):
    view(page, 2)
    page.reload()
    see(page, 2)
    viewer(page).get_by_role("button", name="Next image").click()
    see(page, 3)
    viewer(page).get_by_role("button", name="Close").click()
    expect(viewer(page)).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/\?type=image$"))
    expect(rows(page)).to_have_count(60)


def test_back_shows_again_what_its_address_had_shown(page):
    view(page, 2)
    page.reload()
    page.wait_for_function("() => document.querySelector('#viewer:modal')")  # its script is there
    page.keyboard.press("Escape")
    expect(viewer(page)).to_be_hidden()
    page.go_back()
    see(page, 2)


def test_with_control_a_click_opens_the_original(page):
    page.goto(GALLERY)
    with page.context.expect_page() as opened:
        row(page, "Picture 1 of").locator("img").click(modifiers=["Control"])
    opened.value.wait_for_url(re.compile(r"/memories/[^/]+/image\?v=\w+$"))
    expect(viewer(page)).to_be_hidden()


def test_a_text_has_no_viewer_but_its_own_page(page, server):
    (text,) = server.add("2020-01-02 - Plain.")
    page.goto(f"/memories/{to_key(text)}/view/")
    expect(page).to_have_url(re.compile(f"/memories/{to_key(text)}/$"))


# From one to the next


def test_buttons_lead_on_and_back(page):
    opened = view(page, 1)
    expect(opened.get_by_role("button", name="Previous image")).to_have_attribute("aria-disabled", "true")
    opened.get_by_role("button", name="Next image").click()
    see(page, 2)
    says(opened, "2 of 66")
    opened.get_by_role("button", name="Previous image").click()
    see(page, 1)


def test_arrow_keys_home_and_end_lead_too(page):
    view(page, 2)
    for key, number in [("ArrowRight", 3), ("ArrowLeft", 2), ("Home", 1), ("ArrowLeft", 1), ("ArrowRight", 2)]:
        page.keyboard.press(key)
        see(page, number)


def test_behind_the_last_one_the_list_goes_on_and_then_it_ends(page):
    view(page, 1)
    page.keyboard.press("End")
    see(page, 60)
    page.keyboard.press("ArrowRight")
    see(page, 61)
    expect(rows(page)).to_have_count(66)
    page.keyboard.press("End")
    see(page, 66)
    page.keyboard.press("ArrowRight")
    see(page, 66)
    expect(viewer(page).get_by_role("button", name="Next image")).to_have_attribute("aria-disabled", "true")


def test_texts_between_are_passed_over(page, server):
    between = datetime.now(UTC).replace(hour=12) - timedelta(days=1, hours=12)  # the images are of noon
    server.add("A text between the images.", createdAt=between.isoformat())
    view(page, 1, "/")
    assert rows(page).filter(has_text="Picture 1 of").locator("xpath=following::article[1]").get_by_role("img").count() == 0
    page.keyboard.press("ArrowRight")
    see(page, 2)


def test_the_next_one_is_there_before_it_is_asked_for(page):
    view(page, 5)
    page.wait_for_function("() => performance.getEntriesByType('resource').filter(({name}) => /view/.test(name)).length >= 3")
    page.wait_for_load_state("networkidle")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("ArrowRight")
    see(page, 6)
    shown = viewer(page).locator(".stage img").evaluate("image => [image.currentSrc, image.complete]")
    assert shown[1]
    assert [url for url in asked if url in (shown[0], page.url)] == []


# Swiping and zooming


@pytest.fixture
def touch(window, signed_in):
    page = window(signed_in, width=390, has_touch=True, is_mobile=True)
    session = page.context.new_cdp_session(page)

    def fingers(*path):
        """Fingers that go down, move and are lifted: each step of the path has the place of each of them."""
        for number, places in enumerate(path):
            points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(places)]
            session.send("Input.dispatchTouchEvent", {"type": "touchMove" if number else "touchStart", "touchPoints": points})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    page.fingers = fingers
    return page


def across(start: int, end: int, y: int = 300):
    return [[(start + (end - start) * step // 8, y)] for step in range(9)]


def test_a_swipe_leads_on_and_back(touch):
    touch.goto(GALLERY)
    row(touch, "Picture 2 of").locator("img").tap()
    see(touch, 2)
    touch.fingers(*across(320, 80))
    see(touch, 3)
    touch.fingers(*across(80, 320))
    see(touch, 2)


def test_a_short_swipe_leads_nowhere(touch):
    touch.goto(GALLERY)
    row(touch, "Picture 2 of").locator("img").tap()
    see(touch, 2)
    touch.fingers(*across(200, 170))
    see(touch, 2)
    expect(viewer(touch).locator(".stage img")).to_have_css("transform", "none")


def test_two_fingers_zoom_and_one_moves_it_then(touch):
    touch.goto(GALLERY)
    row(touch, "Picture 2 of").locator("img").tap()
    see(touch, 2)
    touch.fingers(*[[(195 - 10 * step, 300), (195 + 10 * step, 300)] for step in range(2, 9)])
    assert scale(touch) > 1.5
    before = viewer(touch).locator(".stage img").bounding_box()["y"]
    touch.fingers(*[[(200, 300 - 5 * step)] for step in range(9)])
    see(touch, 2)
    assert viewer(touch).locator(".stage img").bounding_box()["y"] < before


def test_two_taps_zoom_in_and_two_more_out(touch):
    touch.goto(GALLERY)
    row(touch, "Picture 2 of").locator("img").tap()
    see(touch, 2)
    for expected in (2.5, 1):
        for _ in range(2):
            touch.touchscreen.tap(150, 250)
        touch.wait_for_timeout(400)  # a third tap within that would count with the second
        assert scale(touch) == expected


@pytest.mark.parametrize("how", ["buttons", "keys"])
def test_zooming_in_and_out_again(page, how):
    opened = view(page, 2)

    def zoom(closer: bool) -> None:
        if how == "keys":
            page.keyboard.press("+" if closer else "-")
        else:
            opened.get_by_role("button", name="Zoom in" if closer else "Zoom out").click()

    zoom(True)
    zoom(True)
    assert scale(page) == 2.25
    for _ in range(3):
        zoom(False)
    assert scale(page) == 1


def test_zero_shows_the_whole_again_and_so_does_the_next_image(page):
    view(page, 2)
    whole, following = lambda: page.keyboard.press("0"), viewer(page).get_by_role("button", name="Next image").click
    for go, number in [(whole, 2), (following, 3)]:
        page.keyboard.press("+")
        assert scale(page) == 1.5
        go()
        see(page, number)
        assert scale(page) == 1


def test_a_double_click_zooms_in_where_it_is_and_the_mouse_moves_it(page):
    opened = view(page, 2)
    opened.locator(".stage img").dblclick(position={"x": 300, "y": 100})
    assert scale(page) == 2.5
    before = opened.locator(".stage img").bounding_box()["y"]
    page.mouse.move(400, 400)
    page.mouse.down()
    page.mouse.move(400, 340, steps=3)
    page.mouse.up()
    assert opened.locator(".stage img").bounding_box()["y"] == pytest.approx(before - 60, abs=1)


@pytest.mark.parametrize("held", [None, "Control"])
def test_the_wheel_zooms(page, held):
    view(page, 2)
    page.mouse.move(400, 400)
    if held:
        page.keyboard.down(held)
    page.mouse.wheel(0, -200)
    page.wait_for_function("() => document.querySelector('.stage.is-zoomed')")
    page.mouse.wheel(0, 400)
    page.wait_for_function("() => !document.querySelector('.stage.is-zoomed')")
    assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("held", ["", "Shift+"])
def test_the_arrow_keys_move_about_in_a_zoomed_image(page, held):
    opened = view(page, 2)
    for _ in range(6):
        page.keyboard.press("+")
    for key, side, sign in [("ArrowRight", "x", -1), ("ArrowLeft", "x", 1), ("ArrowDown", "y", -1), ("ArrowUp", "y", 1)]:
        before = opened.locator(".stage img").bounding_box()[side]
        page.keyboard.press(held + key)
        assert (opened.locator(".stage img").bounding_box()[side] - before) * sign > 50
    see(page, 2)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Move about in the image")
    expect(keys).not_to_contain_text("Next image")


@pytest.mark.parametrize(
    ("size", "real"), [((200, 3_000), 1), ((1_000, 30_000), 0.8), ((3_000, 200), 1)], ids=["tall", "very tall", "wide"]
)
def test_a_double_click_on_a_strip_makes_it_readable_from_its_top(page, server, size, real):
    file, fields = {"image": ("strip.png", picture(*size))}, {"text": f"2017-05-05 - A strip of {size[0]}."}
    answer = server.api().post(f"{server.url}/api/memory", data=fields, files=file, timeout=30)
    page.goto(f"/memories/{to_key(answer.json()['memoryId'])}/view/{GALLERY.removeprefix('/')}")
    viewer(page).get_by_role("img", name="A strip").wait_for()
    page.wait_for_function("() => document.querySelector('#viewer:modal')")
    page.mouse.dblclick(450, 500)
    page.wait_for_function("() => document.querySelector('.stage.is-zoomed')")
    image, stage = viewer(page).locator(".stage img").bounding_box(), viewer(page).locator(".stage").bounding_box()
    assert image["width"] >= real * size[0] - 1
    if size[1] > size[0]:
        assert image["y"] == pytest.approx(stage["y"], abs=1)


def test_a_large_image_is_sharp_when_it_is_zoomed(page, server):
    file = {"image": ("large.png", picture(2_600, 2_000, "olive"))}
    fields = {"text": "2019-05-05 - A large one."}
    memory_id = server.api().post(f"{server.url}/api/memory", data=fields, files=file, timeout=30).json()["memoryId"]
    page.goto(f"/memories/{to_key(memory_id)}/view/{GALLERY.removeprefix('/')}")
    image = viewer(page).get_by_role("img", name="A large one")
    assert "w=1280" in image.evaluate("image => image.currentSrc")
    for _ in range(3):
        page.keyboard.press("+")
    page.wait_for_function("image => !image.currentSrc.includes('w=')", arg=image.element_handle())


def test_copies_stand_below_and_lead_to_each_other(page, server):
    session = server.api()
    for name in ("original", "copy"):
        fields, file = {"text": f"2018-05-05 - The {name}."}, {"image": ("twin.png", picture(222, 333, "plum"))}
        session.post(f"{server.url}/api/memory", data=fields, files=file, timeout=30).raise_for_status()
    page.goto("/?type=image&q=original")
    row(page, "The original").locator("img").click()
    alike = viewer(page).get_by_role("region", name="Similar images")
    expect(alike.get_by_text("The same picture")).to_be_visible()
    alike.get_by_role("link", name="The copy").click()
    expect(viewer(page).locator(".stage").get_by_role("img", name="The copy")).to_be_visible()
    assert page.evaluate("document.getElementById('viewer').contains(document.activeElement)")
    page.go_back()
    expect(viewer(page).locator(".stage").get_by_role("img", name="The original")).to_be_visible()
    page.go_back()
    expect(viewer(page)).to_be_hidden()


# What can be done


def test_it_tells_its_date_and_bucket_and_leads_to_the_original(page):
    opened = view(page, 2)
    for fact in ("General", "Created", "pixels"):
        expect(opened).to_contain_text(fact)
    with page.context.expect_page() as original:
        opened.get_by_role("link", name="Open original").click()
    original.value.wait_for_url(re.compile(r"/memories/[^/]+/image\?v=\w+$"))


def test_the_image_can_be_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    view(page, 2).get_by_role("button", name="Copy image").click()
    says(page, "The image is copied.")
    copied = "async () => { const [item] = await navigator.clipboard.read();"
    copied += " const bitmap = await createImageBitmap(await item.getType('image/png')); return [bitmap.width, bitmap.height]; }"
    assert page.evaluate(copied) == [360, 417]


def test_where_the_browser_refuses_to_copy_that_is_said(page):
    view(page, 2)
    page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }")
    viewer(page).get_by_role("button", name="Copy image").click()
    says(page, "this browser does not allow it")


def test_the_description_is_edited_beside_the_image_and_can_be_taken_back(page):
    opened = view(page, 7)
    page.keyboard.press("e")
    text_field(opened).fill("Picture 7 of the wall. It hangs crooked.")
    expect(opened.get_by_role("img", name="Picture 7 of")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(opened.locator(".about")).to_contain_text("hangs crooked")
    expect(text_field(opened)).to_be_hidden()
    expect(row(page, "hangs crooked")).to_be_attached()
    opened.get_by_role("button", name="Undo").click()
    expect(opened.locator(".about")).not_to_contain_text("hangs crooked")


def test_what_is_wrong_with_a_description_is_said_beside_the_image(page):
    opened = view(page, 7)
    opened.get_by_role("link", name="Edit").click()
    text_field(opened).fill("")
    opened.get_by_role("button", name="Save", exact=True).click()
    expect(opened.get_by_role("alert")).to_be_visible()
    expect(opened.get_by_role("img", name="Picture 7 of")).to_be_visible()


@pytest.mark.parametrize("way", ["Escape", "Next", "Back"])
def test_what_was_typed_does_not_go_unasked(page, way):
    opened = view(page, 7)
    page.keyboard.press("e")
    text_field(opened).fill("Half a sentence")
    if way == "Escape":
        page.keyboard.press("Escape")
    elif way == "Next":
        opened.get_by_role("button", name="Next image").click()
    else:
        page.go_back()
    question = page.get_by_role("alertdialog", name="Leave without saving?")
    expect(question).to_be_visible()
    assert question.bounding_box()["x"] >= opened.locator(".about").bounding_box()["x"]
    page.get_by_role("button", name="Go on writing").click()
    expect(text_field(opened)).to_have_value("Half a sentence")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(text_field(opened)).to_be_hidden()
    see(page, 7)


def test_a_deleted_image_makes_room_for_the_next_and_undo_brings_it_back(page):
    opened = view(page, 10)
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Delete", exact=True).last.click()
    see(page, 11)
    expect(row(page, "Picture 10 of")).to_have_count(0)
    opened.get_by_role("button", name="Undo").click()
    expect(row(page, "Picture 10 of")).to_be_attached()
    page.keyboard.press("ArrowLeft")
    see(page, 10)


@pytest.mark.parametrize("way", ["deleted", "moved"])
def test_when_the_only_image_is_gone_the_empty_list_stands_with_the_way_back(page, server, way):
    session = server.api()
    bucket = session.post(f"{server.url}/api/buckets", json={"name": f"Lonely {way}"}, timeout=30).json()
    fields = {"text": f"2016-05-05 - The sole one {way}.", "bucketId": bucket["id"]}
    session.post(f"{server.url}/api/memory", data=fields, files={"image": ("sole.png", picture(333, 222))}, timeout=30)
    page.goto("/")
    address = f"/?type=image&q=sole+{way}" if way == "deleted" else f"/?type=image&bucket={bucket['id']}"
    page.goto(address)
    row(page, "The sole one").locator("img").click()
    expect(viewer(page).locator(".stage").get_by_role("img", name="The sole one")).to_be_visible()
    if way == "deleted":
        page.keyboard.press("Delete")
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("m")
        page.get_by_role("combobox", name="Bucket").fill("General")
        page.keyboard.press("Enter")
    expect(viewer(page)).to_be_hidden()
    expect(rows(page)).to_have_count(0)
    page.wait_for_load_state("networkidle")  # one step too many in the history would load another page
    expect(page).to_have_url(re.compile(re.escape(address) + "$"))
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(row(page, "The sole one")).to_be_visible()


@pytest.mark.parametrize("after", ["saving", "cancelling", "not moving"])
def test_the_focus_stays_in_the_viewer(page, after):
    opened = view(page, 9)
    if after == "not moving":
        opened.get_by_role("button", name="Move").click()
        page.keyboard.press("Escape")
    else:
        opened.get_by_role("link", name="Edit").click()
        text_field(opened).fill(f"Picture 9 of the wall. Focus after {after}.")
        if after == "saving":
            page.keyboard.press("Control+Enter")
            expect(row(page, "Focus after")).to_be_attached()
        else:
            page.keyboard.press("Escape")
            page.get_by_role("button", name="Leave", exact=True).click()
        expect(text_field(opened)).to_be_hidden()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.getElementById('viewer').contains(document.activeElement)")


def test_an_image_is_moved(page):
    opened = view(page, 12)
    page.keyboard.press("m")
    page.get_by_role("combobox", name="Bucket").fill("Frames")
    page.keyboard.press("Enter")
    expect(opened.get_by_role("link", name="Frames")).to_be_visible()
    opened.get_by_role("button", name="Undo").click()
    expect(opened.get_by_role("link", name="General")).to_be_visible()


def test_an_image_is_selected(page):
    opened = view(page, 12)
    page.keyboard.press("x")
    expect(opened.get_by_role("button", name="Select")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    see(page, 13)
    expect(opened.get_by_role("button", name="Select")).to_have_attribute("aria-pressed", "false")
    opened.get_by_role("button", name="Select").click()
    page.keyboard.press("Escape")
    says(page, "2 selected")
    page.get_by_role("button", name="Clear the selection").click()


def test_all_else_about_it_is_in_its_panel(page):
    view(page, 12).get_by_role("link", name="Everything about it").click()
    expect(viewer(page)).to_be_hidden()
    expect(panel(page)).to_contain_text("Picture 12 of")
    page.go_back()
    see(page, 12)


def test_the_keys_are_listed(page):
    view(page, 2)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    for said in ("Next image", "Zoom in", "→", "Edit the description", "Close the image"):
        expect(keys).to_contain_text(said)


# Without JavaScript


def test_without_javascript_its_address_is_a_page_with_the_ways_on(window, signed_in):
    page = window(signed_in, java_script_enabled=False)
    page.goto(GALLERY)
    address = row(page, "Picture 2 of").locator("[data-view]").get_attribute("data-view")
    page.goto(address)
    see(page, 2)
    page.get_by_role("link", name="Next image").click()
    see(page, 3)
    page.get_by_role("link", name="Previous image").click()
    see(page, 2)
    expect(viewer(page).get_by_role("button", name="Zoom in")).to_be_hidden()
    viewer(page).get_by_role("button", name="Close").click()
    expect(memories(page)).to_be_visible()


# When it cannot be had


def test_an_unknown_image_says_so(page):
    page.goto("/memories/bWVt/view/")
    warns(page, re.compile("not there"))


def test_when_memoryweb_is_gone_that_is_said_in_the_viewer(page):
    view(page, 20)
    page.context.set_offline(True)
    page.keyboard.press("End")
    warns(viewer(page), "memoryweb does not answer")
    page.context.set_offline(False)


@pytest.mark.parametrize("page", WIDTHS, indirect=True)
def test_nothing_lies_beyond_the_window(page):
    opened = view(page, 2)
    for name in ("Select", "Zoom in", "Copy image", "Previous image", "Next image", "Close"):
        box = opened.get_by_role("button", name=name).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= page.viewport_size["width"]


@pytest.mark.parametrize("size", [(390, 844), (844, 390)], ids=["upright", "lying"])
def test_on_a_phone_the_arrows_lie_over_the_image_which_keeps_its_height(page, server, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    session = server.api()
    for name in ("one", "other"):
        fields, file = {"text": f"2015-05-05 - Alike, the {name}."}, {"image": ("alike.png", picture(280, 333, "navy"))}
        session.post(f"{server.url}/api/memory", data=fields, files=file, timeout=30).raise_for_status()
    page.goto("/?type=image&q=alike+the+one")
    row(page, "Alike").locator("img").click()
    expect(viewer(page).get_by_role("region", name="Similar images")).to_be_attached()
    heights = {viewer(page).locator(".stage").bounding_box()["height"]}
    opened = view(page, 2)
    stage = opened.locator(".stage").bounding_box()
    heights.add(stage["height"])
    assert len(heights) == 1
    for name in ("Previous image", "Next image"):
        box = opened.get_by_role("button", name=name).bounding_box()
        assert box["y"] + box["height"] / 2 == pytest.approx(stage["y"] + stage["height"] / 2, abs=2)


def test_dark_ink_on_nothing_is_seen_in_the_dark(window, signed_in, server):
    page = window(signed_in, "dark")
    file = BytesIO()
    Image.new("RGBA", (400, 300), (0, 0, 0, 0)).save(file, "PNG")
    fields = {"text": "2014-05-05 - Ink on nothing.", "createdAt": "2014-05-05T12:00:00Z"}
    session = server.api()
    session.post(f"{server.url}/api/memory", data=fields, files={"image": ("ink.png", file.getvalue())}, timeout=30)
    for address in ("/?type=image&sort=oldest", "/?q=ink"):
        page.goto(address)
        image = row(page, "Ink on nothing").locator("img")
        page.wait_for_function("image => image.complete && image.classList.contains('is-here')", arg=image.element_handle())
        assert brightness(page, image) > 180
    image.click()
    shown = viewer(page).locator(".stage").get_by_role("img", name="Ink on nothing")
    expect(shown).to_be_visible()
    page.wait_for_function("() => document.getAnimations().every((change) => change.playState !== 'running')")
    assert brightness(page, shown) > 180
    assert brightness(page, viewer(page).locator(".stage"), 0.02) < 60


def brightness(page, element, at: float = 0.5) -> int:
    """How bright the page is there, 0 to 255, so far from the element's left and top."""
    box = element.bounding_box()
    clip = {"x": box["x"] + at * box["width"], "y": box["y"] + at * box["height"], "width": 2, "height": 2}
    return Image.open(BytesIO(page.screenshot(clip=clip))).convert("L").getpixel((0, 0))


def test_a_field_that_was_made_larger_makes_no_complaint_when_its_form_comes_again(page):
    opened = view(page, 7)
    page.keyboard.press("e")
    text_field(opened).evaluate("field => { field.style.height = '200px'; }")
    text_field(opened).fill("")
    page.keyboard.press("Control+Enter")
    expect(opened.get_by_role("alert")).to_be_visible()
