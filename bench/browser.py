"""What a person's browser says of the page: first paint, shifts of the layout, and how long typing is held up."""

from dataclasses import dataclass
from statistics import median

from bench.sites import Site
from memoryweb.tests.browser import chromium

VISITS = 7
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
    name, _, value = site.cookie.partition("=")
    url = f"http://127.0.0.1:{site.port}/"
    paints, shift = [], 0.0
    with chromium.launched() as browser:
        for _ in range(VISITS):
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            context.add_cookies([{"name": name, "value": value, "url": url}])
            context.add_init_script(WATCH)
            page = context.new_page()
            page.goto(url, wait_until="networkidle")
            paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
            shift = max(shift, page.evaluate("seen.shift"))
            if len(paints) < VISITS:
                context.close()
        page.locator("#q").focus()
        for place, letter in enumerate(query):
            page.keyboard.type(letter)
            page.wait_for_timeout(KEY_PAUSES[place % len(KEY_PAUSES)])
        page.wait_for_load_state("networkidle")
        blocked = page.evaluate("seen.blocked")
    return Opened(median(paints), shift, blocked)
