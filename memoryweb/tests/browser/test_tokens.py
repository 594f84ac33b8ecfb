"""Making and revoking a token in a browser, with JavaScript and without, and using it in between."""

import pytest
import requests
from playwright.sync_api import expect

from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser
MANY = 14


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("data")) as running:
        api = running.api()
        for number in range(1, MANY):
            bucket = api.post(f"{running.url}/api/buckets", json={"name": f"Project {number:03}"}, timeout=10).json()
            running.add(f"Of project {number:03}.", session=api, bucketId=bucket["id"])
        yield running


def buckets_seen(server, secret):
    """The names of the buckets that a token sees; None where it is refused."""
    answer = requests.get(f"{server.url}/api/buckets", headers={"Authorization": f"Bearer {secret}"}, timeout=10)
    return [bucket["name"] for bucket in answer.json()] if answer.status_code == 200 else None


def make(page, name):
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_role("button", name="Make a token").click()
    return page.get_by_role("textbox", name=f"The token {name}").input_value()


def revoke(page, name):
    page.get_by_role("link", name=f"Revoke {name}").click()
    page.get_by_role("button", name="Revoke the token").click()
    expect(page.get_by_text(f"The token {name} does not work any more.")).to_be_visible()


def test_a_token_for_one_bucket_until_it_is_revoked(window, signed_in, server):
    page = window(signed_in)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/")
    page.get_by_label("your account").click()
    page.get_by_role("link", name="Tokens").click()
    expect(page.get_by_role("checkbox", name="Project 007")).to_be_hidden()
    page.get_by_role("radio", name="Only some buckets").check()
    filtering = page.get_by_role("searchbox", name="Find a bucket", exact=True)
    filtering.fill("007")
    expect(page.get_by_role("checkbox", name="Project")).to_have_count(1)
    filtering.press("Enter")
    expect(page.get_by_role("checkbox", name="Project 007")).to_be_checked()
    secret = make(page, "script")
    page.get_by_role("button", name="Copy token").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    assert buckets_seen(server, secret) == ["Project 007"]
    page.goto("/tokens/")
    expect(page.get_by_role("list", name="Your tokens")).to_contain_text("in Project 007")
    expect(page.get_by_role("listitem").filter(has_text="script")).to_contain_text("used a moment ago")
    assert secret not in page.content()
    revoke(page, "script")
    assert buckets_seen(server, secret) is None


def test_what_is_wrong_is_where_one_goes_on(window, signed_in):
    page = window(signed_in, width=390)
    page.goto("/tokens/")
    page.get_by_role("combobox", name="When it ends").select_option("on a date")
    page.get_by_role("textbox", name="Name", exact=True).fill("phone")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("alert")).to_have_text("Choose the last day.")
    expect(page.get_by_label("Last day")).to_be_focused()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("phone")


def test_so_it_is_without_javascript(window, signed_in, server):
    page = window(signed_in, width=390, java_script_enabled=False)
    page.goto("/tokens/")
    expect(page.get_by_role("checkbox", name="Project 007")).to_be_hidden()
    page.get_by_role("radio", name="Only some buckets").check()
    page.get_by_role("checkbox", name="Project 003").check()
    page.get_by_role("radio", name="Read only").check()
    secret = make(page, "plain")
    expect(page.get_by_role("button", name="Copy token")).to_be_hidden()
    assert buckets_seen(server, secret) == ["Project 003"]
    revoke(page, "plain")
    assert buckets_seen(server, secret) is None
