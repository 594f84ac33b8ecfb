"""A day of a team: invited, with a second factor, refused, allowed, promoted under an open page, and let out mid-session."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import come_in
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
        owner.get_by_role("link", name="Invite somebody").click()
        owner.get_by_role("radio", name=re.compile(f"^{role}", re.IGNORECASE)).check()
        owner.get_by_role("button", name="Make an invitation").click()
        shown = owner.get_by_label("The invitation's link")
        expect(shown).to_be_focused()
        expect(shown).to_be_in_viewport()
        link = shown.input_value()
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
    come_in(page, server.sign_in_link())
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
    owner.get_by_role("link", name="nora").click()
    owner.get_by_role("radio", name="Viewer").check()
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_role("status").filter(has_text="nora is a viewer now")).to_be_focused()
    assert violations(owner) == []
    nora.get_by_role("button", name="Save memory").click()
    expect(nora.get_by_text("As a viewer you cannot add memories.")).to_be_visible()
    assert nora.get_by_role("textbox", name="Memory", exact=True).input_value() == "Typed before it was too late."

    # Somebody is let out in the middle of a session.
    owner.goto(f"{server.url}/people/")
    owner.get_by_role("link", name="vera").click()
    owner.get_by_role("link", name="Disable vera").click()
    assert violations(owner) == []
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
    owner.get_by_role("combobox", name="Reference").select_option("viewer")
    owner.get_by_role("button", name="Save").click()
    nora.goto(server.url)
    nora.get_by_role("article").hover()
    nora.get_by_role("article").get_by_role("button", name="Move").click()
    expect(nora.get_by_role("option")).to_have_text(["General", "Recipes"])
    nora.get_by_role("combobox", name="Bucket").fill("reference")
    expect(nora.get_by_role("option")).to_have_count(0)


def test_what_somebody_else_added_says_at_once_why_it_stays(server, owner, newcomer):
    write(owner, server, "The owner's note.")
    write(owner, server, "Another of the owner's.")
    nora = newcomer(owner, "nora", "contributor")
    write(nora, server, "Nora's note.")
    nora.goto(server.url)
    toast = nora.get_by_role("status").filter(has_text="You can change what you added yourself. Ask an owner: owner.")
    theirs = nora.get_by_role("article").filter(has_text="owner's")
    for key in ("e", "m", "Delete"):
        theirs.first.get_by_role("checkbox").focus()
        nora.keyboard.press(key)
        expect(toast).to_be_visible()
        nora.evaluate("document.getElementById('toast').replaceChildren()")
    for box in theirs.get_by_role("checkbox").all():
        box.check()
    bar, why = nora.get_by_role("toolbar", name="Selection"), re.compile("^You can change what you added yourself")
    for name in ("Move", "Merge", "Delete"):
        expect(bar.get_by_role("button", name=name)).to_be_disabled()
        expect(bar.get_by_role("button", name=name)).to_have_attribute("title", why)
    nora.keyboard.press("Delete")
    expect(toast).to_be_visible()
    nora.get_by_role("article").filter(has_text="Nora's").get_by_role("checkbox").check()
    expect(bar.get_by_role("button", name="Delete")).to_be_enabled()  # for one of them, and the server says which stay


def test_a_reset_leads_to_a_new_password_and_a_preview_of_its_link_spoils_nothing(server, owner, newcomer, browser):
    vera = newcomer(owner, "vera", "viewer")
    owner.goto(f"{server.url}/people/")
    owner.get_by_role("link", name="vera").click()
    owner.get_by_role("link", name="Reset sign-in").click()
    assert violations(owner) == []
    owner.get_by_role("button", name="Reset the sign-in").click()
    shown = owner.get_by_label("The sign-in link for vera")
    expect(shown).to_be_focused()
    link = shown.input_value()
    owner.reload()
    expect(shown).to_have_count(0)
    assert requests.get(link, headers={"User-Agent": "Slackbot-LinkExpanding"}, timeout=10).status_code == 200
    vera.goto(link)
    assert violations(vera) == []
    vera.get_by_label("Password").fill("eight blue teapots")
    vera.get_by_role("button", name="Come in as vera").click()
    expect(vera.get_by_role("status").filter(has_text="Your password is set, vera.")).to_be_visible()
    expect(vera.get_by_role("link", name="Set up an app")).to_be_visible()


def test_among_many_buckets_a_field_finds_the_one_to_open(server, owner, newcomer):
    names = [f"Shelf {number}" for number in range(20)]
    with server.api() as session:
        for name in names:
            session.post(f"{server.url}/api/buckets", json={"name": name}, timeout=10).raise_for_status()
    newcomer(owner, "nils", "no access")
    owner.goto(f"{server.url}/people/")
    owner.get_by_role("link", name="nils").click()
    field = owner.get_by_role("main").get_by_role("searchbox", name="Find a bucket")
    field.fill("shelf 17")
    expect(owner.get_by_role("combobox", name="Shelf")).to_have_count(1)
    field.press("Enter")
    expect(owner.get_by_role("combobox", name="Shelf 17")).to_be_focused()
    owner.get_by_role("combobox", name="Shelf 17").select_option("viewer")
    field.fill("shelf 3")
    owner.get_by_role("combobox", name="Shelf 3").select_option("editor")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("In single buckets: editor in Shelf 3, viewer in Shelf 17.")).to_be_visible()
