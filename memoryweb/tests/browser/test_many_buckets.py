"""Three hundred buckets: found by a part of their names, in the navigation and where they are managed."""

import pytest
from playwright.sync_api import expect

from memoryweb.tests.browser.steps import buckets, violations
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.browser
MANY = 300


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("data")) as running:
        api = running.api()
        for number in range(1, MANY):
            api.post(f"{running.url}/api/buckets", json={"name": f"Project {number:03}"}, timeout=10).raise_for_status()
        yield running


def find(page, name="Find a bucket"):
    return page.get_by_role("searchbox", name=name, exact=True)


def test_a_part_of_the_name_finds_a_bucket_and_enter_opens_it(page):
    page.goto("/")
    shown = buckets(page).get_by_role("link", name="Project")
    expect(shown).to_have_count(MANY - 1)
    find(page).fill("T 29")
    expect(shown).to_have_count(10)
    expect(buckets(page).get_by_role("status")).to_have_text("10 of 300")
    find(page).fill("t 297")
    find(page).press("Enter")
    expect(page.get_by_role("heading", name="Project 297", level=1)).to_be_visible()


def test_what_was_typed_stays_when_the_navigation_is_renewed(page):
    page.goto("/")
    find(page).fill("299")
    page.get_by_role("searchbox", name="Search memories").fill("nothing like it")
    expect(page.get_by_role("heading", name="nothing like it", exact=True)).to_be_visible()
    expect(find(page)).to_have_value("299")
    expect(buckets(page).get_by_role("link", name="Project")).to_have_count(1)


def test_escape_shows_all_of_them_again(page):
    page.goto("/")
    find(page).fill("no such name")
    expect(buckets(page).get_by_role("status")).to_have_text("None has a name like this.")
    find(page).press("Escape")
    expect(buckets(page).get_by_role("link", name="Project")).to_have_count(MANY - 1)


def test_so_it_is_where_they_are_managed(page):
    page.goto("/buckets/")
    find(page, "Find a bucket to manage").fill("042")
    expect(page.get_by_role("list", name="All buckets").get_by_role("listitem")).to_have_count(1)


@pytest.mark.parametrize("path", ["/", "/buckets/"])
def test_axe_finds_nothing(page, path):
    page.goto(path)
    assert violations(page) == ""
