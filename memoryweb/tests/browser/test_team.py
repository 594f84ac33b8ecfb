"""A day of a team: invited, with a second factor, refused, allowed, promoted under an open page, and let out mid-session."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser
PASSWORD = "seven green kettles"


@pytest.fixture
def server(browser, tmp_path):
    with running_server(tmp_path) as running:
        yield running


@pytest.fixture
def newcomer(browser, server):
    """`newcomer(owner, name, role)`: a page of the person whom the owner has just invited."""
    contexts = []

    def come(owner, name, role):
        owner.goto(f"{server.url}/people/")
        owner.get_by_role("radio", name=re.compile(f"^{role}", re.IGNORECASE)).check()
        owner.get_by_role("button", name="Make an invitation").click()
        link = owner.get_by_label("The invitation's link").input_value()
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        page = contexts[-1].new_page()
        page.goto(link)
        assert violations(page) == []
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Come in").click()
        expect(page.get_by_text(f"Welcome, {name}.")).to_be_visible()
        return page

    yield come
    for context in contexts:
        context.close()


@pytest.fixture
def owner(browser, server):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(server.sign_in_link())
    yield page
    context.close()


def violations(page):
    """What axe finds."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found]


def code_of(secret):
    """What an app shows for this key now."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def posted_by_hand(page, path, **fields):
    """The status that a form gets which the person's own browser sends, although no page offers it."""
    script = """async ([path, fields]) => {
        const secret = document.querySelector("[name=csrfmiddlewaretoken]").value;
        const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: secret });
        return (await fetch(path, { method: "POST", body, redirect: "manual" })).status;
    }"""
    return page.evaluate(script, [path, fields])


def write(page, server, text):
    page.goto(server.url)
    page.get_by_role("button", name="New memory").click()
    page.get_by_role("textbox", name="Memory", exact=True).fill(text)
    page.get_by_role("button", name="Save memory").click()
    expect(page.get_by_text("Saved in General")).to_be_visible()


def test_a_day_of_a_team(server, owner, newcomer):
    write(owner, server, "The owner's note.")
    owner.goto(f"{server.url}/people/")
    assert violations(owner) == []

    # The newcomer sets up a second factor, and signs in with it.
    nora = newcomer(owner, "nora", "contributor")
    nora.goto(f"{server.url}/account/factors/")
    nora.get_by_role("link", name="Set up an app").click()
    nora.get_by_label("Password").fill(PASSWORD)
    nora.get_by_role("button", name="Go on").click()
    assert violations(nora) == []
    secret = nora.locator("main code").inner_text()
    nora.get_by_role("textbox", name="Code").fill(code_of(secret))
    nora.get_by_role("button", name="Save").click()
    recovery = nora.get_by_label("Recovery codes").first.inner_text().split()
    assert violations(nora) == []
    nora.get_by_role("button", name="nora, your account").click()
    nora.get_by_role("button", name="Sign out").click()
    nora.get_by_label("Name").fill("nora")
    nora.get_by_label("Password").fill(PASSWORD)
    nora.get_by_role("button", name="Sign in").click()
    assert violations(nora) == []
    nora.get_by_role("textbox", name="Code").fill(recovery[0])
    nora.get_by_role("button", name="Sign in").click()
    expect(nora.get_by_role("heading", name="All memories")).to_be_visible()

    # A viewer reads, and a request made by hand gets nowhere.
    vera = newcomer(owner, "vera", "viewer")
    expect(vera.get_by_role("article")).to_have_count(1)
    expect(vera.get_by_role("button", name="New memory")).to_have_count(0)
    assert posted_by_hand(vera, "/memories/new/", text="Smuggled.", date="2025-03-04") == 403

    # A contributor edits what is theirs, and is refused another's.
    write(nora, server, "Nora's note.")
    nora.goto(server.url)
    theirs = nora.get_by_role("article").filter(has_text="The owner's note.")
    own = nora.get_by_role("article").filter(has_text="Nora's note.")
    expect(own.get_by_role("button", name="Delete")).to_have_count(1)
    expect(theirs.get_by_role("button", name="Delete")).to_have_count(0)
    address = theirs.get_by_role("link", name="Open memory").get_attribute("href")
    assert nora.goto(f"{server.url}{address}edit/").status == 403
    expect(nora.get_by_text("Ask owner, who added this one, or an owner: owner.")).to_be_visible()
    nora.goto(f"{server.url}{address}")
    expect(nora.get_by_role("definition").filter(has_text=re.compile("^owner$"))).to_be_visible()

    # A role changes under an open page: what was typed stays.
    nora.goto(server.url)
    nora.get_by_role("button", name="New memory").click()
    nora.get_by_role("textbox", name="Memory", exact=True).fill("Typed before it was too late.")
    owner.goto(f"{server.url}/people/")
    owner.get_by_label("Role of nora", exact=True).select_option("viewer")
    owner.get_by_role("button", name="Save the role of nora").click()
    expect(owner.get_by_text("nora is a viewer now")).to_be_visible()
    nora.get_by_role("button", name="Save memory").click()
    expect(nora.get_by_text("As a viewer you cannot add memories.")).to_be_visible()
    assert nora.get_by_role("textbox", name="Memory", exact=True).input_value() == "Typed before it was too late."

    # Somebody is let out in the middle of a session.
    owner.goto(f"{server.url}/people/")
    owner.get_by_role("button", name="Disable vera").click()
    expect(owner.get_by_text("vera cannot sign in any more")).to_be_visible()
    vera.goto(server.url)
    expect(vera.get_by_role("heading", name="Sign in")).to_be_visible()


def test_only_buckets_that_one_may_add_to_are_there_to_move_to(server, owner, newcomer):
    for name in ("Reference", "Recipes"):
        owner.goto(f"{server.url}/buckets/new/")
        owner.get_by_role("textbox", name="Name").fill(name)
        owner.get_by_role("button", name="Create").click()
    nora = newcomer(owner, "nora", "contributor")
    write(nora, server, "Nora's note.")
    owner.goto(f"{server.url}/people/")
    owner.get_by_role("link", name="nora").click()
    owner.get_by_role("combobox", name="A bucket").select_option("Reference")
    owner.get_by_role("combobox", name="Role there").select_option("viewer")
    owner.get_by_role("button", name="Save").click()
    nora.goto(server.url)
    nora.get_by_role("article").hover()
    nora.get_by_role("article").get_by_role("button", name="Move").click()
    expect(nora.get_by_role("option")).to_have_text(["General", "Recipes"])
    nora.get_by_role("combobox", name="Bucket").fill("reference")
    expect(nora.get_by_role("option")).to_have_count(0)
