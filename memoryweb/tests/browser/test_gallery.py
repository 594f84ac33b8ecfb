"""Images alone: side by side in rows of one height, with all that the list can do, and never a broken one."""

import re
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import (
    SHIFT,
    WIDTHS,
    come_in,
    hang,
    memories,
    no_reload,
    open_panel,
    panel,
    row,
    rows,
    says,
    text_field,
    viewer,
    violations,
    wall,
)
from memoryweb.tests.hosted import http_server, picture
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser
GALLERY = "/?type=image"


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    with wall(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def odd(browser, tmp_path_factory):
    """An instance with two images far from any usual ratio, one with a very long description, and one that is tiny."""
    with running_server(tmp_path_factory.mktemp("odd")) as running:
        session = running.api()
        for number, (size, text) in enumerate(
            [((200, 1_600), "Tall"), ((1_600, 200), "Wide"), ((640, 480), "Long " + "and longer " * 1_500), ((8, 8), "Tiny")]
        ):
            fields = {"text": text, "createdAt": datetime(2026, 5, 4 - number, tzinfo=UTC).isoformat()}
            file = {"image": ("odd.png", picture(*size))}
            session.post(f"{running.url}/api/memory", data=fields, files=file, timeout=30).raise_for_status()
        yield running


def boxes(page):
    """Where the images' frames are: [left, top, width, height] of each."""
    script = "images => images.map(image => image.getBoundingClientRect()).map(({x, y, width, height}) => [x, y, width, height])"
    return memories(page).get_by_role("img").evaluate_all(script)


def lines(page):
    """The frames by the row that they stand in."""
    found = {}
    for box in boxes(page):
        found.setdefault(round(box[1]), []).append(box)
    return list(found.values())


def is_shown(page, image) -> None:
    image.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())


@pytest.mark.parametrize("page", WIDTHS, indirect=True)
def test_the_rows_are_of_one_height_and_fill_the_width(page):
    page.goto(GALLERY)
    expect(rows(page)).to_have_count(60)
    width = memories(page).bounding_box()["width"]
    for line in lines(page)[:-1]:
        heights = [box[3] for box in line]
        assert max(heights) - min(heights) < 1
        assert line[-1][0] + line[-1][2] - line[0][0] == pytest.approx(width, abs=2)


def test_texts_and_searches_stay_a_list(page):
    for address in ("/", "/?type=image&q=picture"):
        page.goto(address)
        image = row(page, "Picture 1 of").get_by_role("link", name="Full size")
        expect(image).to_be_visible()


def test_more_come_as_one_scrolls_and_the_address_keeps_them(page):
    page.goto(GALLERY)
    with no_reload(page):
        page.mouse.wheel(0, 20_000)
        expect(rows(page)).to_have_count(66)
    expect(page).to_have_url(re.compile("rows=120"))
    page.reload()
    expect(rows(page)).to_have_count(66)


def test_more_come_before_the_end_is_seen(page):
    page.goto(GALLERY)
    last = rows(page).nth(59)
    last.evaluate("last => scrollTo(0, last.getBoundingClientRect().top + scrollY - innerHeight - 300)")
    expect(rows(page)).to_have_count(66)
    assert page.evaluate(SHIFT) == 0


@pytest.mark.parametrize("page", WIDTHS, indirect=True)
def test_nothing_shifts_while_it_loads(page):
    page.goto(GALLERY, wait_until="networkidle")
    is_shown(page, rows(page).first.get_by_role("img"))
    assert page.evaluate(SHIFT) == 0


def test_each_says_its_description_and_its_day(page):
    page.goto(GALLERY)
    article = row(page, "Picture 40 of")
    assert article.get_by_role("img").get_attribute("alt") == "Picture 40 of the wall."
    expect(article.get_by_text("Picture 40 of the wall.")).to_be_visible()
    expect(article.get_by_role("time")).to_be_visible()


@pytest.mark.parametrize("look", WIDTHS)
def test_odd_ones_keep_their_frame_and_a_long_description_its_line(window, odd, look):
    page = window(None, *look, at=odd)
    come_in(page, odd.sign_in_link())
    page.goto(GALLERY)
    ratios = [width / height for _, _, width, height in boxes(page)]
    assert ratios == [pytest.approx(ratio, abs=0.02) for ratio in (0.5, 2.4, 1.3, 1)]
    assert all(box[2] > 60 for box in boxes(page))
    assert len(row(page, "Long").get_by_role("img").get_attribute("alt")) <= 250
    assert row(page, "Long").get_by_text("Long and longer").bounding_box()["height"] <= 21
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_tiny_one_is_not_blown_up(window, odd):
    page = window(None, at=odd)
    come_in(page, odd.sign_in_link())
    page.goto(GALLERY)
    expect(row(page, "Tiny").get_by_role("img")).to_have_css("object-fit", "scale-down")
    expect(row(page, "Long").get_by_role("img")).to_have_css("object-fit", "cover")


def test_one_alone_is_no_giant(window, odd):
    page = window(None, at=odd)
    come_in(page, odd.sign_in_link())
    page.goto(f"{GALLERY}&q=type:image+after:2026-05-04")
    expect(rows(page)).to_have_count(1)
    assert boxes(page)[0][3] < 250


# What can be done


def test_the_keys_walk_and_select(page):
    page.goto(GALLERY)
    for key in ("j", "x", "j", "j", "x", "k"):
        page.keyboard.press(key)
    says(page, "2 selected")
    expect(rows(page).nth(1)).to_be_focused()
    page.keyboard.press("Escape")


def test_the_arrow_keys_go_where_they_point(page):
    page.goto(GALLERY)
    first, second = lines(page)[:2]

    def nearest(place: float, line: list[list[float]]) -> int:
        return min(range(len(line)), key=lambda number: abs(line[number][0] + line[number][2] / 2 - place))

    below = nearest(first[0][0] + first[0][2] / 2, second)
    above = nearest(second[below][0] + second[below][2] / 2, first)
    page.keyboard.press("j")
    for key, place in [("ArrowRight", 1), ("ArrowLeft", 0), ("ArrowDown", len(first) + below), ("ArrowUp", above)]:
        page.keyboard.press(key)
        expect(rows(page).nth(place)).to_be_focused()


def test_enter_opens_the_image_and_o_its_panel(page):
    page.goto(GALLERY)
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Open the image")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(viewer(page).get_by_role("img", name="Picture 1 of")).to_be_visible()
    page.keyboard.press("Escape")
    expect(viewer(page)).to_be_hidden()
    page.keyboard.press("o")
    expect(panel(page)).to_contain_text("Picture 1 of")


def test_a_click_with_shift_selects_a_range(page):
    page.goto(GALLERY)
    rows(page).nth(1).hover()
    rows(page).nth(1).get_by_role("checkbox").click()
    rows(page).nth(7).get_by_role("checkbox").click(modifiers=["Shift"])
    says(page, "7 selected")
    page.get_by_role("button", name="All 60 on this page").click()
    says(page, "60 selected")
    page.get_by_role("button", name="All 66 that match").click()
    says(page, "All 66 that match")
    page.get_by_role("button", name="Clear the selection").click()


def test_one_is_deleted_and_undone(page):
    page.goto(GALLERY)
    row(page, "Picture 5 of").get_by_role("checkbox").focus()
    page.keyboard.press("Delete")
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(row(page, "Picture 5 of")).to_have_count(0)
    expect(rows(page)).to_have_count(60)
    page.get_by_role("button", name="Undo").click()
    expect(row(page, "Picture 5 of")).to_be_visible()


def test_one_is_moved(page):
    page.goto(GALLERY)
    row(page, "Picture 6 of").get_by_role("checkbox").focus()
    page.keyboard.press("m")
    page.get_by_role("combobox", name="Bucket").fill("Hall")
    page.keyboard.press("Enter")
    says(page, re.compile("moved", re.IGNORECASE))
    page.get_by_role("button", name="Undo").click()
    says(page, re.compile("Took back|Undid|undone", re.IGNORECASE))


def test_one_is_edited_in_its_place_and_is_an_image_again(page):
    page.goto(GALLERY)
    row(page, "Picture 8 of").get_by_role("checkbox").focus()
    page.keyboard.press("e")
    text_field(page).fill("Picture 8 of the wall, by the door.")
    page.keyboard.press("Control+Enter")
    edited = row(page, "by the door")
    expect(edited.get_by_role("img")).to_be_visible()
    assert edited.get_by_role("img").bounding_box()["height"] < 400
    page.keyboard.press("Control+z")
    expect(row(page, "by the door")).to_have_count(0)


def test_a_click_on_its_line_opens_its_panel(page):
    page.goto(GALLERY)
    row(page, "Picture 3 of").get_by_text("Picture 3 of").click()
    expect(panel(page)).to_contain_text("Picture 3 of")


@pytest.mark.parametrize("page", WIDTHS, indirect=True)
@pytest.mark.parametrize("state", ["gallery", "selecting", "viewer", "editing"])
def test_axe_finds_nothing(window, signed_in, request, page, state):
    scheme, width = request.node.callspec.params["page"]
    page = window(signed_in, scheme, width, reduced_motion="reduce")
    page.goto(GALLERY)
    if state == "selecting":
        rows(page).nth(1).get_by_role("checkbox").check()
    elif state != "gallery":
        rows(page).first.locator("img").click()
        expect(viewer(page).get_by_role("img", name="Picture 1 of")).to_be_visible()
        if state == "editing":
            page.keyboard.press("e")
            expect(text_field(page)).to_be_visible()
    assert violations(page) == ""


# Images that are not there


def is_placeholder(page, image) -> bool:
    """Whether what shows is the server's own picture for a missing one."""
    is_shown(page, image)
    return image.evaluate("image => fetch(image.currentSrc).then(({status}) => status)") >= 400


@pytest.fixture(scope="module")
def bare(browser, tmp_path_factory):
    """An instance whose image files have gone."""
    folder = tmp_path_factory.mktemp("bare")
    with running_server(folder) as running:
        hang(running, 3)
        shutil.rmtree(Path(folder) / "images")
        yield running


def test_by_its_own_address_a_missing_file_is_said_in_words(window, bare):
    page = window(None, at=bare)
    come_in(page, bare.sign_in_link())
    page.goto(GALLERY)
    page.goto(rows(page).first.locator("[data-view]").get_attribute("href"))
    expect(page.locator("svg text")).to_have_text("This image cannot be had")
    expect(page).to_have_title("This image cannot be had")


@pytest.mark.parametrize("address", [GALLERY, "/"], ids=["gallery", "list"])
def test_a_missing_file_shows_a_placeholder_with_the_description(window, bare, address):
    page = window(None, at=bare)
    come_in(page, bare.sign_in_link())
    page.goto(address)
    assert is_placeholder(page, rows(page).first.get_by_role("img"))
    expect(rows(page).first.get_by_text("Picture 1 of the wall.")).to_be_visible()
    rows(page).first.get_by_role("img").click()
    assert is_placeholder(page, viewer(page).get_by_role("img"))
    expect(viewer(page).locator(".about")).to_contain_text("Picture 1 of the wall.")
    page.keyboard.press("Escape")
    expect(viewer(page)).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("o")
    assert is_placeholder(page, panel(page).get_by_role("img"))


@pytest.mark.parametrize("where", ["gallery", "viewer", "panel"])
def test_when_no_answer_comes_the_description_stands_in_its_place(page, where):
    page.route(re.compile("/image"), lambda route: route.abort())
    page.goto(GALLERY)
    image = rows(page).first.get_by_role("img", name="Picture 1 of the wall.")
    if where == "viewer":
        image.click()
        image = viewer(page).get_by_role("img", name="Picture 1 of the wall.")
    elif where == "panel":
        image = open_panel(page, "Picture 1 of").get_by_role("img", name="Picture 1 of the wall.")
    expect(image).to_have_text("Picture 1 of the wall.")
    assert page.evaluate("[...document.images].filter(({complete, naturalWidth}) => complete && !naturalWidth).length") == 0


# A hosted service, whose addresses die


@pytest.fixture
def far(browser, tmp_path_factory):
    """A stand-in for the hosted service with 70 images, and an instance that shows it."""
    listener, service = http_server()
    for number in range(70):
        moment = datetime(2026, 3, 1, number // 60, number % 60, tzinfo=UTC)
        service.add_image(f"2026-03-01 - Far {number}.", created_at=moment, content=picture(300 + number, 200, "teal"))
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    settings = {"MEMORYPLUGIN_URL": service.base_url, "MEMORYPLUGIN_TOKEN": service.token}
    with running_server(tmp_path_factory.mktemp("far"), **settings) as running:
        yield running, service
    listener.shutdown()
    listener.server_close()


def test_addresses_that_die_while_the_page_is_open_are_renewed_unnoticed(window, far):
    running, service = far
    page = window(None, at=running)
    come_in(page, running.sign_in_link())
    page.goto(GALLERY, wait_until="networkidle")
    service.pass_time(hours=5)
    page.mouse.wheel(0, 20_000)
    expect(rows(page)).to_have_count(70)
    for place in (35, 59, 69):
        assert not is_placeholder(page, rows(page).nth(place).get_by_role("img"))
    service.pass_time(hours=5)
    rows(page).nth(50).locator("img").click()
    assert not is_placeholder(page, viewer(page).get_by_role("img"))


def test_of_unknown_size_they_keep_a_frame_and_nothing_shifts(window, far):
    running, _ = far
    page = window(None, at=running)
    come_in(page, running.sign_in_link())
    page.goto(GALLERY, wait_until="networkidle")
    first = boxes(page)[0]
    assert first[2] / first[3] == pytest.approx(1.5, abs=0.02)
    assert page.evaluate(SHIFT) == 0
    page.reload(wait_until="networkidle")
    known = boxes(page)[0]
    assert known[2] / known[3] == pytest.approx(1.8, abs=0.05)
    assert page.evaluate(SHIFT) == 0


def test_what_the_service_cannot_give_is_a_placeholder(window, far):
    running, service = far
    service.fail("500", on="/storage/")
    page = window(None, at=running)
    come_in(page, running.sign_in_link())
    page.goto(GALLERY)
    assert is_placeholder(page, rows(page).first.get_by_role("img"))
