"""While an answer is on its way: nothing flickers when it is quick, the old results step back when it is slow, nothing moves."""

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import Held, rows, search_box

pytestmark = pytest.mark.browser

# From the start of the next request on, each frame: how long it has lasted, how opaque the list is, and where it stands.
RECORD = """() => {
    window.frames_seen = [];
    document.addEventListener("htmx:beforeRequest", () => {
        const start = performance.now();
        const look = () => {
            const list = document.querySelector('[aria-label="Memories"]');
            let opacity = 1;
            for (let box = list; box; box = box.parentElement) opacity *= Number(getComputedStyle(box).opacity);
            const { x, y, width, height } = list.getBoundingClientRect();
            window.frames_seen.push({ at: performance.now() - start, opacity, box: [x, y, width, height] });
            requestAnimationFrame(look);
        };
        look();
    }, { once: true });
}"""


def frames_of_a_slow_search(page):
    page.goto("/", wait_until="networkidle")
    page.evaluate(RECORD)
    held = Held(page, r"[?&]q=bread\b")
    search_box(page).fill("bread")
    page.wait_for_function("() => window.frames_seen.at(-1)?.at > 800")
    frames = page.evaluate("window.frames_seen")
    held.release()
    return frames


def test_results_are_not_dimmed_before_150_ms(page):
    frames = frames_of_a_slow_search(page)
    assert {frame["opacity"] for frame in frames if frame["at"] < 150} == {1}


def test_results_are_dimmed_after_half_a_second_and_clear_again_with_the_answer(page):
    frames = frames_of_a_slow_search(page)
    assert all(frame["opacity"] < 0.8 for frame in frames if frame["at"] > 550)
    expect(rows(page).first).to_contain_text("bread")
    page.wait_for_function("() => window.frames_seen.at(-1).opacity === 1")


def test_nothing_moves_meanwhile(page):
    frames = frames_of_a_slow_search(page)
    assert len({tuple(frame["box"]) for frame in frames}) == 1
