"""Passkeys, by Chromium's virtual authenticator, and single sign-on, as a person uses them, under the policy that pages have."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import buckets, come_in, says, violations, warns
from memoryweb.tests.oidcprovider import CLIENT, SECRET, running_provider
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser
PASSWORD = "cardamom and rye"


@pytest.fixture(scope="module")
def provider():
    with running_provider() as running:
        yield running


@pytest.fixture(scope="module")
def server(browser, provider, tmp_path_factory):
    settings = {
        "DJANGO_SETTINGS_MODULE": "memoryweb.tests.browser.localhost",
        "OIDC_SERVER_URL": provider.url,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": SECRET,
        "OIDC_NAME": "Example Id",
    }
    with running_server(tmp_path_factory.mktemp("data"), **settings) as running:
        yield replace(running, url=running.url.replace("127.0.0.1", "localhost"))  # passkeys belong to names


@pytest.fixture(scope="module")
def password_is_set(browser, server):
    """The owner has a password."""
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    come_in(page, server.sign_in_link().replace("127.0.0.1", "localhost"))
    page.goto("/account/password/")
    for field in page.get_by_role("textbox", name="password").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Save password").click()
    expect(buckets(page)).to_be_visible()
    context.close()


def has_authenticator(page, is_verified=True):
    """Give the window a device that keeps passkeys."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": is_verified, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_in(page):
    page.goto("/signin/")
    page.get_by_role("textbox", name="Name").fill("owner")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def show_the_password_again(page):
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def sign_out(page):
    page.goto("/")
    page.get_by_label("your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_passkey_is_made_and_signs_in_by_itself_and_after_a_password(window, server, password_is_set):
    page = window()
    has_authenticator(page)
    sign_in(page)
    page.goto("/account/factors/")
    page.get_by_role("link", name="Make a passkey").click()
    show_the_password_again(page)
    page.get_by_label("What you call it").fill("This laptop")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/account/factors/")
    expect(page.get_by_role("list", name="Passkeys").get_by_text("This laptop")).to_be_visible()

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(buckets(page)).to_be_visible()

    sign_out(page)
    sign_in(page)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(buckets(page)).to_be_visible()

    page.goto("/account/factors/")
    page.get_by_role("link", name="Remove This laptop").click()
    if page.get_by_role("heading", name="Is it you?").is_visible():
        show_the_password_again(page)
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("Your phone, computer or security key can sign you in")).to_be_visible()


def test_a_device_that_cannot_check_who_holds_it_is_told(window, server, password_is_set):
    page = window()
    has_authenticator(page, is_verified=False)
    page.goto("/signin/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    warns(page, "Nothing came of it")


def test_single_sign_on_is_linked_and_signs_in(window, server, password_is_set):
    page = window()
    sign_in(page)
    page.goto("/account/factors/")
    page.get_by_role("button", name="Link Example Id").click()
    show_the_password_again(page)
    says(page, "You can sign in with Example Id from now on.")
    sign_out(page)
    page.get_by_role("button", name="Sign in with Example Id").click()
    expect(buckets(page)).to_be_visible()


def test_single_sign_on_works_without_javascript(window, server, provider):
    provider.person |= {"sub": "somebody-else"}
    page = window(java_script_enabled=False)
    page.goto("/signin/")
    page.get_by_role("button", name="Sign in with Example Id").click()
    expect(page.get_by_role("heading", name="You are not let in here")).to_be_visible()
    page.goto("/signin/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(window, server, password_is_set, width):
    page = window(width=width)
    page.goto("/signin/")
    seen = [("/signin/", violations(page))]
    sign_in(page)
    expect(page.get_by_label("your account")).to_be_visible()
    page.goto("/account/factors/passkeys/")
    show_the_password_again(page)
    for path in ("/account/factors/passkeys/", "/account/factors/"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        seen.append((path, violations(page)))
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    assert [(path, found) for path, found in seen if found] == []
