"""Whenever the program is killed in the middle of an action: nothing is lost, and the journal tells the truth."""

import json
import subprocess
import sys

import pytest

from memoryweb.tests import prepared
from memoryweb.tests.thorough import far

from .killed import IMAGE, MEMORIES

ALL = sorted(f"2025-03-04 - Note {number}." for number in range(MEMORIES))
ACTIONS = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ("move", "delete", "merge", "image")]
SOURCES = [f"2025-03-04 - Note {number}." for number in range(MEMORIES - 3, MEMORIES)]
MERGED = "2025-03-04 - Notes 107 to 109."


def reports(action, folder):
    """What stands after each point at which the action was killed."""
    prepared.fill(folder)
    environment = prepared.environment_of(folder)
    command = [sys.executable, "-m", "memoryweb.history.tests.killed", action, str(far(7, 1))]
    done = subprocess.run(command, cwd=prepared.ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module", params=ACTIONS)
def action(request):
    return request.param


@pytest.fixture(scope="module")
def points(action, tmp_path_factory):
    found = reports(action, tmp_path_factory.mktemp(action))
    assert len(found) > far(2, 10)
    assert found[-1]["restarted"]["outcomes"].keys() == {"done"}
    return found


def test_no_text_is_lost(points):
    for number, point in enumerate(points, 1):
        there = set(point["restarted"]["there"]) | set(point["restarted"]["trash"])
        assert there >= set(ALL), number


def test_the_journal_says_what_happened(points):
    assert [(number, point["lies"]) for number, point in enumerate(points, 1) if point["lies"]] == []


def test_the_counts_agree(points):
    for number, point in enumerate(points, 1):
        for stands in (point["restarted"], point["went_on"], point["undone"]):
            assert stands["buckets"] == stands["counted"], number


def test_what_was_begun_can_be_finished(action, points):
    begun = [point["went_on"] for point in points if point["restarted"]["outcomes"]]
    if action == "image":  # whose bytes went with the program
        assert {tuple(stands["there"]) for stands in begun} == {tuple(ALL), tuple(sorted([*ALL, IMAGE]))}
        assert all((IMAGE in stands["there"]) == ("done" in stands["outcomes"]) for stands in begun)
        return
    expected = {"move": ALL, "delete": [], "merge": sorted({*ALL, MERGED} - set(SOURCES))}[action]
    assert {tuple(stands["there"]) for stands in begun} == {tuple(expected)}
    if action == "move":
        assert {tuple(stands["buckets"]) for stands in begun} == {("Attic",)}


def test_and_taken_back(points):
    for number, point in enumerate(points, 1):
        assert point["undone"]["there"] == ALL, number
        assert point["undone"]["buckets"] == {"Office": MEMORIES // 2, "Kitchen": MEMORIES // 2}, number
