"""An empty instance: it offers a first memory, and examples that come and go with one click."""

import re

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import EXAMPLES, buckets, come_in, count_of, dialog, memories, rows, says, text_field, write
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser


@pytest.fixture
def server(browser, tmp_path):
    with running_server(tmp_path / "data") as running:
        yield running


@pytest.fixture
def page(window, server):
    page = window()
    come_in(page, server.first_link)
    expect(page.get_by_role("heading", name="Nothing is remembered yet")).to_be_visible()
    return page


def test_the_first_memory_is_one_button_away(page):
    page.get_by_role("button", name="Add your first memory").click()
    expect(text_field(page)).to_be_focused()
    write(page, "The very first one.")
    says(dialog(page), "Saved in General")
    expect(rows(page)).to_have_count(1)


def test_examples_come_with_one_click_and_go_with_one_and_leave_what_is_ours(page):
    page.get_by_role("button", name="Load examples").click()
    says(page, re.compile(rf"^{EXAMPLES} memories$"))
    assert count_of(page, "All memories") == EXAMPLES
    page.keyboard.press("n")
    write(page, "This one is ours.")
    says(dialog(page), "Saved in General")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove the examples").first.click()
    says(page, re.compile("^1 memory$"))
    expect(memories(page)).to_contain_text("This one is ours.")
    expect(buckets(page).get_by_role("link", name="Cooking")).to_be_hidden()
