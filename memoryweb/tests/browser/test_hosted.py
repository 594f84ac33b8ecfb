"""On a hosted service that takes 0.3 s a call and answers thinly, the same pages work; each failure of it has its own words."""

import re
import threading
import time

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import (
    buckets,
    dialog,
    no_reload,
    open_dialog,
    open_panel,
    panel,
    row,
    rows,
    says,
    scroll_on,
    search_box,
    text_field,
    warns,
    write,
)
from memoryweb.tests.hosted import http_server
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser
DELAY = 0.3


@pytest.fixture(scope="module")
def service():
    """The stand-in for the hosted service, over HTTP: 36 memories in Personal, every other one an image, and 70 in Work."""
    server, hosted = http_server()
    hosted.before = lambda call: time.sleep(DELAY)
    hosted.fill(70, bucket=65)
    hosted.fill(36, bucket=66, images=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield hosted
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def server(browser, service, tmp_path_factory):
    settings = {"MEMORYPLUGIN_URL": service.base_url, "MEMORYPLUGIN_TOKEN": service.token}
    with running_server(tmp_path_factory.mktemp("data"), **settings) as running:
        yield running


@pytest.fixture
def faulty(service):
    """Asks the service to fail for the rest of a test."""
    yield service.fail
    service.recover()


def test_the_header_names_the_host(page):
    page.goto("/")
    expect(page.get_by_role("banner")).to_contain_text("127.0.0.1")


def test_browsing_by_bucket_and_scrolling_on(page):
    page.goto("/")
    buckets(page).get_by_role("link", name="Work").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Work")
    expect(rows(page)).to_have_count(30)
    scroll_on(page)
    expect(page).to_have_url(re.compile("rows=60"))
    says(page, "60 shown")


def test_searching_without_a_reload(page):
    page.goto("/")
    with no_reload(page):
        search_box(page).press_sequentially("garden")
        expect(page).to_have_url(re.compile("q=garden"))
        expect(row(page, "the garden").get_by_role("mark")).to_have_text("garden")


def test_opening_a_memory(page):
    page.goto("/")
    open_panel(page, "Note number 70")
    expect(panel(page)).to_contain_text("Note number 70 about the garden.")
    page.reload()
    expect(panel(page)).to_contain_text("Note number 70 about the garden.")


def test_images_show_inline_from_this_server(page):
    page.goto("/?type=image")
    image = rows(page).first.get_by_role("img")
    expect(image).to_be_visible()
    page.wait_for_function("image => image.naturalWidth > 0", arg=image.element_handle())
    assert image.evaluate("image => new URL(image.currentSrc).origin === location.origin")


def test_creating(page):
    page.goto("/")
    with no_reload(page):
        open_dialog(page)
        write(page, "Kept far away.")
        says(dialog(page), "Saved in General")
        expect(row(page, "Kept far away.")).to_be_attached()


def test_a_refused_token_is_said(page, faulty):
    faulty("401")
    page.goto("/")
    warns(page, re.compile("token", re.IGNORECASE))


def test_a_stopped_service_is_said_in_other_words(page, faulty):
    faulty("refused")
    page.goto("/")
    warns(page, "does not answer")
    expect(page.get_by_role("alert")).not_to_contain_text("token")


def test_after_a_failure_trying_again_helps(page, service):
    service.fail("500")
    page.goto("/")
    expect(page.get_by_role("alert")).to_be_visible()
    service.recover()
    page.get_by_role("link", name="Try again").click()
    expect(rows(page).first).to_be_visible()


@pytest.mark.parametrize("fault", ["401", "500", "html", "429"])
def test_a_failed_save_keeps_the_text(page, faulty, fault):
    page.goto("/")
    open_dialog(page)
    faulty(fault, "POST")
    write(page, "Typed while it failed.")
    expect(dialog(page).get_by_role("alert")).to_be_visible()
    expect(text_field(page)).to_have_value("Typed while it failed.")


def test_a_save_without_an_answer_is_never_repeated_but_looked_for(page, service):
    page.goto("/")
    open_dialog(page)
    service.fail("refused", "POST", after=True)
    write(page, "Perhaps it arrived.")
    warns(dialog(page), "Perhaps saved")
    service.recover()
    dialog(page).get_by_role("button", name="Look for it").click()
    says(dialog(page), "Saved in General")
    assert sum(item.text.endswith("Perhaps it arrived.") for item in service.items) == 1
