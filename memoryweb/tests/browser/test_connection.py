"""The connection: an owner pastes a token once, everybody reads, and each is told their own when the token is withdrawn."""

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import WIDTHS, come_in, connect, rows, violations, warns
from memoryweb.tests.hosted import hosted_account
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser
VIEWER = """
from memoryweb.accounts import services
from memoryweb.accounts.models import User
print(services.make_sign_in_link(User.objects.get_or_create(username="vera", role="viewer")[0]))
"""


@pytest.fixture
def account():
    with hosted_account() as account:
        account.token = "a-token-that-nobody-reads-wxyz"
        account.fill(3)
        yield account


@pytest.fixture
def server(browser, tmp_path):
    with running_server(tmp_path / "data") as running:
        yield running


@pytest.fixture
def owner(window, server):
    page = window(None, reduced_motion="reduce", java_script_enabled=False)
    come_in(page, server.sign_in_link())
    return page


@pytest.fixture
def viewer(window, server):
    page = window(None, reduced_motion="reduce")
    come_in(page, f"/signin/{server.manage('shell', '--verbosity', '0', '--no-imports', '-c', VIEWER)}/")
    return page


def test_without_javascript_an_owner_connects_an_account_and_goes_back(owner, server, account):
    connect(owner, server, account)
    expect(owner.get_by_text("…wxyz")).to_be_visible()
    owner.goto("/")
    expect(rows(owner)).to_have_count(3)
    owner.goto("/connection/")
    owner.get_by_role("link", name="Use the embedded server instead").click()
    owner.get_by_role("button", name="Use the embedded server").click()
    expect(owner.get_by_role("status")).to_contain_text("keeps the memories itself again")


def test_a_refused_token_is_told_beside_its_field_which_is_empty_again(owner, server, account):
    owner.goto("/connection/")
    owner.get_by_role("textbox", name="Address of the service").fill(account.base_url)
    owner.get_by_label("Token", exact=True).fill("a-wrong-token-of-some-length")
    owner.get_by_role("button", name="Test and save").click()
    warns(owner, "does not accept this token")
    expect(owner.get_by_label("Token", exact=True)).to_have_value("")
    expect(owner.get_by_role("textbox", name="Address of the service")).to_have_value(account.base_url)


def test_a_withdrawn_token_shows_the_owner_what_to_do_and_others_that_it_is_looked_after(owner, viewer, server, account):
    connect(owner, server, account)
    viewer.goto("/")
    expect(rows(viewer)).to_have_count(3)
    account.token = "the-next-one-wxyz-abcdef"
    viewer.get_by_role("searchbox").fill("garden")
    warns(viewer, "The memory service does not let memoryweb in")
    expect(viewer.get_by_role("link", name="Open the connection")).to_have_count(0)
    owner.goto("/")
    warns(owner, "The service refused the token")
    owner.get_by_role("link", name="Open the connection").click()
    connect(owner, server, account)
    viewer.goto("/")
    expect(rows(viewer)).to_have_count(3)


@pytest.mark.parametrize("look", WIDTHS)
def test_axe_finds_nothing_where_an_account_is_connected(window, server, account, look):
    page = window(None, *look, reduced_motion="reduce")
    come_in(page, server.sign_in_link())
    connect(page, server, account)
    for path in ("/connection/", "/connection/remove/"):
        page.goto(path)
        assert violations(page) == ""
