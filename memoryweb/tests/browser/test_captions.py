"""An image that is described while one looks on: "Describing…", then the description; a failure, and trying it again."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from memoryweb.captions.tests import vision as vision_server
from memoryweb.captions.tests.vision import MODEL, Answer, Vision, says
from memoryweb.tests.browser.carrying import an_image, card, description, drop
from memoryweb.tests.browser.steps import row, rows, violations
from memoryweb.tests.hosted import picture
from memoryweb.tests.server import Server, running_server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("captions")]


@pytest.fixture(scope="module")
def vision() -> Iterator[Vision]:
    with vision_server.running() as running:
        yield running


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory, vision: Vision) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("captions")
    with running_server(folder, CAPTION_URL=vision.url, CAPTION_MODEL=MODEL) as running:
        yield running


def upload(page: Page, description: str, colour: str) -> None:
    """Store an image as its card does when nothing was written; the list then shows it."""
    page.goto("/")
    secret = page.locator("#undo-last [name=csrfmiddlewaretoken]").input_value()
    fields = {"text": description, "suggested": description, "date": "2025-03-04", "csrfmiddlewaretoken": secret}
    image = {"name": "IMG_4711.png", "mimeType": "image/png", "buffer": picture(60, 40, colour)}
    answer = page.request.post("/memories/images/", multipart=fields | {"image": image}, headers={"Referer": page.url})
    assert answer.ok, answer.text()
    page.goto("/")


def test_the_description_appears_while_one_looks_on(page, vision):
    said = "A teal square on a white wall."
    let_go = threading.Event()
    vision.answers = [says(said, waits=let_go)]
    upload(page, "IMG 4711", "teal")
    shown = row(page, "IMG 4711")
    expect(shown).to_contain_text("Describing…")
    let_go.set()
    expect(row(page, said)).to_be_visible(timeout=20_000)
    expect(rows(page).filter(has_text="Describing…")).to_have_count(0)
    expect(rows(page).filter(has_text="IMG 4711")).to_have_count(0)
    page.goto("/history/")
    expect(page.get_by_role("heading", name="Described an image automatically")).to_be_visible()


def test_a_failure_is_said_and_can_be_tried_again(page, vision):
    said = "An orange square."
    vision.answers = [Answer(401)]
    upload(page, "IMG 4712", "orange")
    shown = row(page, "IMG 4712")
    expect(shown).to_contain_text("could not be described", timeout=20_000)
    expect(shown).to_contain_text("CAPTION_KEY")
    vision.answers = [says(said)]
    shown.get_by_role("button", name="Try again").click()
    expect(row(page, said)).to_be_visible(timeout=20_000)


def test_the_card_says_that_a_suggestion_will_be_replaced_until_it_is_edited(page):
    page.goto("/")
    drop(page, an_image("oven.png"), an_image("IMG_4713.png"))
    said = card(page, "oven.png").get_by_text("Will be described for you; edit it to keep your own words.")
    expect(said).to_be_visible()
    expect(card(page, "IMG_4713.png").get_by_text("Will be described for you")).to_be_hidden()  # its field says so
    expect(description(page, "IMG_4713.png")).to_have_attribute("placeholder", "Left empty, it will be described for you")
    description(page, "oven.png").fill("The oven of the bakery")
    expect(said).to_be_hidden()
    assert violations(page) == ""


def test_words_that_are_typed_while_the_model_looks_are_saved_without_a_question(page, vision):
    said = "A plum square."
    let_go = threading.Event()
    vision.answers = [says(said, waits=let_go)]
    upload(page, "IMG 4714", "plum")
    row(page, "IMG 4714").get_by_role("link", name="Edit").click()
    field = page.get_by_role("textbox", name="Memory", exact=True)
    field.fill("The plum tree of my aunt")
    let_go.set()
    other = page.context.new_page()
    other.goto("/")
    expect(row(other, said)).to_be_visible(timeout=20_000)
    field.press("Control+Enter")
    expect(row(page, "The plum tree of my aunt")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
