"""What a person sees and does on every page, by roles and accessible names only; the tests are written in these words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from playwright.sync_api import Locator, Page, Route, expect

from memoryweb.tests.hosted import Hosted, picture
from memoryweb.tests.server import Server, running_server

ZONE = "Europe/Berlin"
HEIGHTS = {1280: 900, 390: 844, 320: 640}
WIDTHS = [pytest.param(("light", width), id=str(width)) for width in (1280, 390)]
EXAMPLES = 41
# The sum of all layout shifts so far.
SHIFT = """() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
})"""


def come_in(page: Page, link: str) -> None:
    """Sign in with a link that was printed: it opens a page with one button."""
    page.goto(link)
    page.get_by_role("button", name="Come in as").click()
    page.wait_for_url(lambda url: "/signin/" not in url)


def memories(page: Page) -> Locator:
    return page.get_by_role("list", name="Memories")


def rows(page: Page) -> Locator:
    return memories(page).get_by_role("article")


def row(page: Page, text: str) -> Locator:
    return rows(page).filter(has_text=text).first


def search_box(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search memories")


def buckets(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Buckets")


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Memory")


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="New memory")


def text_field(page: Page | Locator) -> Locator:
    return page.get_by_role("textbox", name="Memory", exact=True)


def says(page: Page | Locator, text: str | re.Pattern[str]) -> None:
    """A status region with this text shows."""
    expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()


def warns(page: Page | Locator, text: str | re.Pattern[str]) -> None:
    """An alert with this text shows, once."""
    expect(page.get_by_role("alert").filter(has_text=text)).to_be_visible()


def count_of(page: Page, bucket: str) -> int:
    """The number beside a bucket, once the navigation has followed the list by a frame; 0 for a bucket that is not there."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 20)))")
    link = buckets(page).get_by_role("link", name=re.compile(rf"^{re.escape(bucket)}\b"))
    return int(re.sub(r"\D", "", link.inner_text().replace(bucket, ""))) if link.count() else 0


def open_dialog(page: Page) -> Locator:
    """The dialog for a new memory, opened with its key."""
    page.keyboard.press("n")
    expect(text_field(page)).to_be_focused()
    return dialog(page)


def write(page: Page, text: str) -> None:
    """Write a memory into the open form and save it with the keys."""
    text_field(page).fill(text)
    page.keyboard.press("Control+Enter")


def open_panel(page: Page, text: str) -> Locator:
    """The panel of the first memory that holds `text`, opened by its button."""
    row(page, text).get_by_role("link", name="Open memory").click()
    expect(panel(page)).to_be_visible()
    return panel(page)


def place(page: Page, text: str) -> float:
    """How far from the top of the window a memory stands."""
    box = row(page, text).bounding_box()
    assert box is not None
    return box["y"]


def scroll_on(page: Page) -> None:
    """Scroll to the end of what is shown; the list goes on."""
    shown = rows(page).count()
    page.mouse.wheel(0, 20_000)
    expect(rows(page)).not_to_have_count(shown)


def bring_up(page: Page, text: str) -> float:
    """Scroll until a memory that holds `text` stands near the top; how far from it."""
    while not row(page, text).count():
        scroll_on(page)
    row(page, text).evaluate("row => scrollTo(0, row.getBoundingClientRect().top + scrollY - 300)")
    return place(page, text)


class Held:
    """Holds the answers to addresses that match a pattern back until they are released."""

    def __init__(self, page: Page, pattern: str) -> None:
        self._page, self._routes = page, list[Route]()
        page.route(re.compile(pattern), lambda route: self._routes.append(route))

    def wait(self) -> None:
        """Until one was asked for."""
        while not self._routes:
            self._page.wait_for_timeout(10)

    def release(self) -> None:
        """Let those that were asked for so far go on."""
        self.wait()
        while self._routes:
            self._routes.pop().continue_()


@contextmanager
def no_reload(page: Page) -> Iterator[None]:
    """No document is loaded meanwhile."""
    loads: list[str] = []

    def count(loaded: Page) -> None:
        loads.append(loaded.url)

    page.on("domcontentloaded", count)
    yield
    page.remove_listener("domcontentloaded", count)
    assert loads == []


def fill(server: Server, number: int, a_day: int = 7, session: requests.Session | None = None) -> None:
    """So many memories, some a day, the first one the newest, all of past days: "Note 1 of the garden." and so on."""
    session = session or server.api()
    now = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    for n in range(number):
        moment = now - timedelta(days=1 + n // a_day, minutes=n % a_day)
        server.add(f"Note {n + 1} of the garden.", session=session, createdAt=moment.isoformat())


def connect(page: Page, server: Server, account: Hosted) -> None:
    """Connect a hosted account on the page for that."""
    page.goto(f"{server.url}/connection/")
    page.get_by_role("textbox", name="Address of the service").fill(account.base_url)
    page.get_by_label("Token", exact=True).fill(account.token)
    page.get_by_role("button", name="Test and save").click()
    expect(page.get_by_role("status")).to_contain_text("Connected to")


AT_REST = """() => !document.querySelector(".results.htmx-request") &&
  document.getAnimations().every((change) => change.playState !== "running")"""


def violations(page: Page) -> str:
    """What axe finds once nothing fades any more, in light and then, as far as colours go, in dark."""
    page.wait_for_function(AT_REST)
    light = Axe().run(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_function(AT_REST)
    dark = Axe().run(page, options=DEFAULT_OPTIONS | {"runOnly": ["color-contrast"]})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return "".join(found.generate_report() for found in (light, dark) if found.violations_count)


def viewer(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Image")


def hang(server: Server, number: int, session: requests.Session | None = None) -> list[str]:
    """So many images, a day apart, the first one the newest, of several ratios: "Picture 1 of the wall." and so on; their ids."""
    session = session or server.api()
    now = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    ids = []
    for n in range(number):
        moment = now - timedelta(days=1 + n)
        size = 300 + 60 * (n % 9), 400 + 17 * n
        fields = {"text": f"{moment.date()} - Picture {n + 1} of the wall.", "createdAt": moment.isoformat()}
        file = (f"{n + 1}.png", picture(*size, colour=f"hsl({37 * n % 360}, 40%, 55%)"))
        answer = session.post(f"{server.url}/api/memory", data=fields, files={"image": file}, timeout=30)
        ids.append(answer.json()["memoryId"])
    return ids


def too_wide(page: Page) -> Any:
    """How far the page goes beyond 320 px, and what in its dialog or panel does."""
    return page.evaluate(
        """() => [
            document.scrollingElement.scrollWidth - 320,
            [...document.querySelectorAll("dialog[open], dialog[open] *, aside, aside *")]
              .filter((box) => box.getBoundingClientRect().right > 320 && !box.closest("pre *"))
              .map((box) => box.outerHTML.slice(0, 100)),
        ]"""
    )


@contextmanager
def wall(folder: Path) -> Iterator[Server]:
    """A server with a text and 66 images."""
    with running_server(folder) as running:
        running.add("2020-01-01 - A text about nothing.")
        hang(running, 66)
        yield running
