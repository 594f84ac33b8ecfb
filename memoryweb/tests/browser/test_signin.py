"""Signing in and out, as a person does it: by the printed link, which works once, and by a password of one's own."""

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import buckets, come_in, warns
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser
PASSWORD = "cardamom and rye"


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("data")) as running:
        yield running


def sign_in(page, name, password):
    page.goto("/signin/")
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_the_link_signs_in(window, server):
    page = window()
    come_in(page, server.sign_in_link())
    expect(buckets(page)).to_be_visible()


def test_the_link_works_once_and_says_so(window, server):
    link = server.sign_in_link()
    come_in(window(), link)
    other = window()
    other.goto(link)
    expect(other.get_by_role("heading", name="This sign-in link has been used")).to_be_visible()
    expect(buckets(other)).to_be_hidden()


def test_a_page_asks_for_sign_in_and_leads_back_to_itself(window, server):
    page = window()
    page.goto("/?type=image")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "next=" in page.url


def test_a_password_can_be_set_and_signs_in(window, server):
    page = window()
    come_in(page, server.sign_in_link())
    page.get_by_label("your account").click()
    page.get_by_role("link", name="Set a password").click()
    for field in page.get_by_role("textbox", name="password").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Save password").click()
    name = page.get_by_label("your account").get_attribute("aria-label").partition(",")[0]
    page.get_by_label("your account").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, name, PASSWORD)
    expect(buckets(page)).to_be_visible()


def test_signing_out_ends_it(window, server):
    page = window()
    come_in(page, server.sign_in_link())
    page.get_by_label("your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_password_says_so_and_keeps_the_name(window, server):
    page = window()
    sign_in(page, "owner", "not this one")
    warns(page, "do not belong together")
    expect(page.get_by_role("textbox", name="Name")).to_have_value("owner")
