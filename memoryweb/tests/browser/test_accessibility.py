"""Everyone: no axe violation in any state and theme, keys alone suffice, 320 px are enough, little moves for those who ask."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.conftest import with_examples
from memoryweb.tests.browser.steps import (
    WIDTHS,
    buckets,
    come_in,
    dialog,
    memories,
    open_dialog,
    open_panel,
    panel,
    row,
    says,
    search_box,
    too_wide,
    violations,
    warns,
    write,
)
from memoryweb.tests.server import free_port, running_server

pytestmark = pytest.mark.browser
NUMBERS = itertools.count(1)
LONG_WORD = "Rindfleisch" * 27 + "end"
LONG_BUCKET = "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichen"


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    """The examples, and what is hard to fit: a word of 300 letters in a bucket whose name has 60."""
    with running_server(tmp_path_factory.mktemp("data")) as running:
        session = with_examples(running).api()
        bucket = session.post(f"{running.url}/api/buckets", json={"name": LONG_BUCKET}, timeout=10).json()
        running.add(LONG_WORD, session=session, bucketId=bucket["id"])
        yield running


@pytest.fixture(scope="module")
def empty(browser, tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("empty")) as running:
        yield running


@pytest.fixture(scope="module")
def unreachable(browser, tmp_path_factory):
    nowhere = f"http://127.0.0.1:{free_port()}"
    with running_server(tmp_path_factory.mktemp("gone"), MEMORYPLUGIN_TOKEN="none", MEMORYPLUGIN_URL=nowhere) as running:
        yield running


@pytest.fixture
def page(request, window, signed_in):
    """Like the shared one, with little motion: axe would measure the colours of what is still fading in."""
    scheme, width = getattr(request, "param", ("light", 1280))
    return window(signed_in, scheme, width, reduced_motion="reduce")


# What to open before axe looks.


def browse(page):
    page.goto("/")


def search(page):
    page.goto("/?q=bread")


def nothing_found(page):
    page.goto("/?q=zeppelin&bucket=2&type=text")


def filtered(page):
    page.goto("/?q=the+kitchen+-rye+after:soon+before:tomorrow+bucket:Home&type=text")
    page.get_by_text("Why this result").first.click()


def completing(page):
    page.goto("/?q=bread")
    search_box(page).press_sequentially(" after:")
    search_box(page).press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_be_visible()


def tips(page):
    page.goto("/")
    page.get_by_role("button", name="Search tips").click()


def assistant(page):
    page.goto("/assistant/?q=bread+after:2020")


def memory(page):
    page.goto("/?q=bread")
    open_panel(page, "500 g flour")


def image(page):
    page.goto("/?type=image&bucket=4")
    open_panel(page, "Lentil soup")


def new(page):
    page.goto("/?q=bread")
    page.get_by_role("button", name="New memory").click()


def refused(page):
    new(page)
    dialog(page).get_by_role("combobox", name="Bucket").select_option("New bucket…")
    write(page, " ")
    warns(dialog(page), "Name the new bucket")


def password(page):
    page.goto("/account/password/")


def person(page):
    page.goto("/people/")
    page.get_by_role("list", name="All people").get_by_role("link").first.click()
    expect(page.get_by_role("rowheader").first).to_be_visible()


def inviting(page):
    page.goto("/people/invite/")
    page.get_by_text("Another role in single buckets").click()
    expect(page.get_by_role("rowheader").first).to_be_visible()


def invited(page):
    inviting(page)
    page.get_by_role("button", name="Make an invitation").click()
    expect(page.get_by_label("The invitation's link")).to_be_focused()


def tokens(page):
    page.goto("/tokens/")
    page.get_by_role("radio", name="Only some buckets").check()
    page.get_by_role("combobox", name="When it ends").select_option("on a date")


def token_refused(page):
    tokens(page)
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def token_made(page):
    page.goto("/tokens/")
    page.get_by_role("textbox", name="Name", exact=True).fill(f"Assistant {next(NUMBERS)}")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("button", name="Copy token")).to_be_visible()


def token_revoke(page):
    token_made(page)
    page.get_by_role("link", name="Revoke").first.click()
    expect(page.get_by_role("button", name="Revoke the token")).to_be_visible()


def connection(page):
    page.goto("/connection/")


def connection_refused(page):
    connection(page)
    page.get_by_role("textbox", name="Address of the service").fill("memoryplugin.com")
    page.get_by_role("button", name="Test and save").click()
    warns(page, "Begin with https://")


def audit(page):
    page.goto("/audit/")
    expect(page.get_by_role("list", name="Audit")).to_be_visible()


def audit_narrowed(page):
    audit(page)
    page.get_by_role("combobox", name="Action").select_option("Failures")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/audit/\?action=failure$"))


def not_found(page):
    page.goto("/nowhere/")


def account(page):
    page.goto("/?q=bread")
    page.get_by_label("your account").click()


STATES = [
    browse,
    search,
    filtered,
    completing,
    tips,
    assistant,
    nothing_found,
    memory,
    image,
    new,
    refused,
    password,
    person,
    inviting,
    invited,
    tokens,
    token_refused,
    token_made,
    token_revoke,
    connection,
    connection_refused,
    not_found,
    account,
    audit,
    audit_narrowed,
]


@pytest.mark.parametrize("page", WIDTHS, indirect=True)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(page, state):
    state(page)
    assert violations(page) == ""


@pytest.mark.parametrize("page", WIDTHS[1:], indirect=True)
def test_axe_finds_nothing_in_the_drawer(page):
    page.goto("/?q=bread")
    page.get_by_role("button", name="Show buckets").click()
    expect(buckets(page)).to_be_visible()
    assert violations(page) == ""


@pytest.mark.parametrize("look", WIDTHS)
def test_axe_finds_nothing_at_the_door(window, look):
    page = window(None, *look, reduced_motion="reduce")
    page.goto("/signin/")
    page.get_by_role("textbox", name="Name").fill("nobody")
    page.get_by_role("textbox", name="Password").fill("nothing")
    assert violations(page) == ""
    page.get_by_role("button", name="Sign in").click()
    warns(page, "do not belong together")
    assert violations(page) == ""


@pytest.mark.parametrize("look", WIDTHS)
@pytest.mark.parametrize(
    "instance, says_so", [("empty", "Nothing is remembered yet"), ("unreachable", "The memory service does not answer")]
)
def test_axe_finds_nothing_where_there_is_no_list(request, window, look, instance, says_so):
    server = request.getfixturevalue(instance)
    page = window(None, *look, at=server, reduced_motion="reduce")
    come_in(page, server.sign_in_link())
    expect(page.get_by_role("heading", name=says_so)).to_be_visible()
    assert violations(page) == ""


# 320 px


@pytest.fixture
def narrow(window, signed_in):
    return window(signed_in, width=320)


@pytest.mark.parametrize(
    "state",
    [
        browse,
        search,
        filtered,
        completing,
        tips,
        assistant,
        nothing_found,
        image,
        new,
        refused,
        password,
        person,
        tokens,
        token_refused,
        token_made,
        connection,
        connection_refused,
        account,
    ],
)
def test_320_pixels_are_enough(narrow, state):
    state(narrow)
    assert too_wide(narrow) == [0, []]


@pytest.mark.parametrize("path", ["/", "/assistant/"])
def test_320_pixels_hold_a_search_for_a_word_without_end(narrow, path):
    narrow.goto(f"{path}?q={'z' * 600}")
    assert too_wide(narrow) == [0, []]


@pytest.mark.parametrize("address", ["/", "/?q=Rindfleisch"])
def test_320_pixels_hold_a_long_word_and_a_long_bucket_name(narrow, address):
    narrow.goto(address)
    open_panel(narrow, LONG_WORD)
    assert too_wide(narrow) == [0, []]


def test_320_pixels_are_enough_at_the_door(window):
    page = window(width=320)
    page.goto("/signin/")
    assert too_wide(page) == [0, []]


# Keys alone


def test_the_skip_link_leads_to_the_memories(page):
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the memories")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_keys_alone_lead_to_a_saved_memory_and_back(page):
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("n")
    page.keyboard.type("Typed with keys alone.")
    page.keyboard.press("Control+Enter")
    says(dialog(page), "Saved in General")
    page.keyboard.press("Escape")
    opener = row(page, "Typed with keys alone.").get_by_role("link", name="Open memory")
    for _ in range(60):
        page.keyboard.press("Tab")
        if opener.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(panel(page)).to_contain_text("Typed with keys alone.")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def stops(page):
    """Goes through everything that Tab reaches; what has the focus without showing it."""
    unseen, seen = [], set()
    while True:
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const at = document.activeElement;
                at.stop ??= Math.random();
                const outlines = [at, at.parentElement].filter(Boolean).map((box) => getComputedStyle(box));
                const shown = outlines.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
                return { id: at.stop, html: at.outerHTML.slice(0, 120), shown: shown || at === document.body };
            }"""
        )
        if stop["id"] in seen:
            return len(seen), unseen
        seen.add(stop["id"])
        unseen += [] if stop["shown"] else [stop["html"]]


@pytest.mark.parametrize("page", [("light", 1280), ("dark", 390)], ids=["light-1280", "dark-390"], indirect=True)
@pytest.mark.parametrize("state, least", [(search, 12), (memory, 15), (new, 6), (password, 6)])
def test_the_focus_is_always_visible(page, state, least):
    state(page)
    number, unseen = stops(page)
    assert unseen == []
    assert number >= least


# Motion, and the drawer


def test_little_moves_for_those_who_ask(page):
    page.goto("/")
    open_dialog(page)
    longest = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll("*")].flatMap((box) => {
            const style = getComputedStyle(box);
            return `${style.animationDuration},${style.transitionDuration}`.split(",").map(parseFloat);
        }))"""
    )
    assert longest <= 0.001


@pytest.mark.parametrize("page", WIDTHS[1:], indirect=True)
@pytest.mark.parametrize("key", ["Escape", "click"])
def test_the_drawer_opens_and_closes(page, key):
    page.goto("/")
    expect(buckets(page)).to_be_hidden()
    page.get_by_role("button", name="Show buckets").press("Enter")
    expect(buckets(page).get_by_role("link", name="Cooking")).to_be_visible()
    if key == "Escape":
        page.keyboard.press("Escape")
    else:
        page.mouse.click(380, 700)
    expect(buckets(page)).to_be_hidden()
    expect(memories(page)).to_be_visible()
