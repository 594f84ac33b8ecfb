"""A browser, a running server with the examples for each module, and windows that are signed in to it."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState, expect

from memoryweb.tests.browser import chromium
from memoryweb.tests.browser.steps import HEIGHTS, ZONE, come_in
from memoryweb.tests.server import ROOT, Server, running_server

PICTURES = ROOT / "test-results"
# A refused form or a stopped server is said in the console as well; the tests ask for both.
HARMLESS = ("Failed to load resource", "Response Status Error Code", "htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")
Window = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if chromium.path() is None:
        reason = "Chromium is not installed; the browser tests need it (package chromium-headless-shell, or chromium)."
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with chromium.launched() as launched:
        yield launched


def with_examples(server: Server) -> Server:
    server.api().post(f"{server.url}/api/examples", timeout=30).raise_for_status()
    return server


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An instance with the examples; a module that needs other memories has a `server` of its own."""
    with running_server(tmp_path_factory.mktemp("data")) as running:
        yield with_examples(running)


@pytest.fixture(scope="module")
def signed_in(browser: Browser, server: Server) -> StorageState:
    """The cookies of someone who came in by the printed link, once for all tests of a module."""
    context = browser.new_context(timezone_id=ZONE)
    page = context.new_page()
    come_in(page, server.first_link)
    expect(page.locator("html")).to_have_attribute("data-zone", ZONE)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def window(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Window]:
    """Opens a window in a browser of its own, with another's cookies only if they are given."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        on_picture = message.page is not None and "/image" in message.page.url  # Chromium styles it; our policy lets nothing
        if message.type == "error" and not message.text.startswith(HARMLESS) and not on_picture:
            complaints.append(message.text)

    def open_window(
        cookies: StorageState | None = None, scheme: str = "light", width: int = 1280, at: Server = server, **options: Any
    ) -> Page:
        context = browser.new_context(
            base_url=at.url,
            storage_state=cookies,
            color_scheme=scheme,
            viewport={"width": width, "height": HEIGHTS[width]},
            **{"timezone_id": ZONE, "locale": "en-GB"} | options,
        )
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", listen)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield open_window
    outcome = getattr(request.node, "outcome_of_call", None)
    if outcome is not None and outcome.failed:
        PICTURES.mkdir(exist_ok=True)
        name = re.sub(r"[^\w-]+", "-", request.node.nodeid.rpartition("/")[2])
        for number, page in enumerate([page for context in contexts for page in context.pages]):
            page.screenshot(path=PICTURES / f"{name}-{number}.png")
    for context in contexts:
        context.close()
    assert complaints == [], "the page complained"


@pytest.fixture
def page(request: pytest.FixtureRequest, window: Window, signed_in: StorageState) -> Page:
    """A signed-in window; its parameter, where it is parametrised, is (scheme, width)."""
    scheme, width = getattr(request, "param", ("light", 1280))
    return window(signed_in, scheme, width)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.outcome_of_call = report
    return report
