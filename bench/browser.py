"""What a person's browser says of the page: first paint, shifts of the layout, and how long typing is held up."""

from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Browser, Page

from bench.sites import Site
from memoryweb.tests.browser import chromium

VISITS = 7
GALLERY_VISITS = 15  # of each page; what is compared differs by less than single visits do
TEXTS, IMAGES = "/?type=text", "/?type=image"
KEY_PAUSES = (60, 90, 270, 120, 290, 80, 310, 250)  # ms between keys: some fall into the answer to those before
WATCH = """
window.seen = {shift: 0, blocked: 0};
new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value; })
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => { for (const entry of list.getEntries())
    if (["keydown", "keypress", "beforeinput", "input", "keyup"].includes(entry.name))
      seen.blocked = Math.max(seen.blocked, entry.processingEnd - entry.startTime); })
  .observe({type: "event", durationThreshold: 16, buffered: true});
"""


# Everything that the page took from the server, once one has been at its end.
BYTES = """
[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.transferSize, 0)
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """Milliseconds to the first contentful paint (median of first visits), the layout's shift, the longest wait of a key in ms."""

    paint: float
    shift: float
    blocked: float


def opened(site: Site, query: str) -> Opened | None:
    """Open the page as a first visit several times, then type a query; None without Chromium."""
    if chromium.path() is None:
        return None
    paints, shift = [], 0.0
    with chromium.launched() as browser:
        for _ in range(VISITS):
            page = _visit(browser, site, "/")
            paints.append(_paint(page))
            shift = max(shift, page.evaluate("seen.shift"))
            if len(paints) < VISITS:
                page.context.close()
        page.locator("#q").focus()
        for place, letter in enumerate(query):
            page.keyboard.type(letter)
            page.wait_for_timeout(KEY_PAUSES[place % len(KEY_PAUSES)])
        page.wait_for_load_state("networkidle")
        blocked = page.evaluate("seen.blocked")
    return Opened(median(paints), shift, blocked)


def gallery(site: Site) -> dict[str, float]:
    """The first paints (ms, medians of first visits, turn about) of a page of texts and of one of images, and of that the layout's
    shift and all its bytes, at one device pixel a CSS pixel, once it was scrolled through; nothing without Chromium.
    """
    if chromium.path() is None:
        return {}
    paints: dict[str, list[float]] = {TEXTS: [], IMAGES: []}
    shift = taken = 0.0
    with chromium.launched() as browser:
        for number in range(GALLERY_VISITS):
            for address in (TEXTS, IMAGES) if number % 2 else (IMAGES, TEXTS):
                page = _visit(browser, site, address)
                paints[address].append(_paint(page))
                if address == IMAGES and not taken:
                    _scroll_through(page)
                    shift, taken = page.evaluate("seen.shift"), page.evaluate(BYTES)
                page.context.close()
    texts, images = (median(paints[address]) for address in (TEXTS, IMAGES))
    return {"text paint": texts, "gallery paint": images, "gallery shift": shift, "gallery bytes": taken}


def _visit(browser: Browser, site: Site, address: str) -> Page:
    """A page as somebody new opens it, with nothing kept."""
    url = f"http://127.0.0.1:{site.port}"
    cookies = [cookie.partition("=") for cookie in site.cookie.split("; ")]
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": name, "value": value, "url": url} for name, _, value in cookies])
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(url + address, wait_until="networkidle")
    return page


def _paint(page: Page) -> float:
    return page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")


def _scroll_through(page: Page) -> None:
    """To the end, as the images come."""
    while page.evaluate("scrollY + innerHeight < document.documentElement.scrollHeight - 1"):
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(100)
    page.wait_for_load_state("networkidle")
