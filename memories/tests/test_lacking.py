"""On a service that lacks what only other clients were seen to use, the pages offer what works, and say why the rest is absent."""

import re

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db
WRITES = r"/edit/|/selection/move/|/selection/delete/|/memories/merge/|/trash/|/buckets/new/|/buckets/\d+/"


@pytest.fixture
def poor(hosted):
    """A service with the documented operations alone, and a memory."""
    hosted.lacks = {"update", "delete", "create_bucket"}
    return hosted, hosted.add("2025-03-04 - Tea.")


def offered(answer):
    """Where the page's links, buttons and forms lead that change memories or buckets."""
    addresses = re.findall(r'(?:href|action|formaction|hx-get|hx-post)="([^"]+)"', answer.content.decode())
    return {address for address in addresses if re.search(WRITES, address)}


def pages(item):
    return ["/", "/?bucket=64", "/?q=tea", reverse("memories:memory", args=[item.id]), "/history/", "/buckets/", "/memories/new/"]


def test_no_page_offers_what_is_not_there(signed_in, poor):
    hosted, item = poor
    found = {page: offered(signed_in.get(page)) for page in pages(item)}
    assert {page: addresses for page, addresses in found.items() if addresses} == {}


def test_the_list_says_why(signed_in, poor):
    hosted, _ = poor
    host = hosted.base_url.removeprefix("https://")
    assert f"{host} does not let memoryweb change or delete memories." in signed_in.get("/").content.decode()


def test_with_everything_there_it_is_offered(signed_in, hosted):
    hosted.add("2025-03-04 - Tea.")
    assert any("/edit/" in address for address in offered(signed_in.get("/")))


def test_a_request_made_by_hand_is_refused_and_sends_nothing(signed_in, poor):
    hosted, item = poor
    signed_in.get("/")
    hosted.calls.clear()
    edit = reverse("memories:edit", args=[item.id])
    key = edit.split("/")[2]
    for path, fields in {
        edit: {"text": "Coffee", "date": "2025-03-04", "base": "x"},
        "/memories/selection/move/": {"ids": key, "number": 1, "bucket": "65"},
        "/memories/selection/delete/": {"ids": key, "number": 1},
        f"/memories/merge/?id={key}&id={key}": {"text": "Coffee"},
        "/buckets/new/": {"name": "Garden"},
        "/buckets/65/": {"name": "Garden"},
        "/buckets/65/delete/": {"to": "64"},
        "/trash/restore/": {"id": item.id},
    }.items():
        assert signed_in.post(path, fields).status_code == 501, path
    assert {call.method for call in hosted.calls} <= {"GET"}
    assert [item.text for item in hosted.items] == ["2025-03-04 - Tea."]


def test_what_can_be_written_can_still_be_written(signed_in, poor):
    hosted, _ = poor
    answer = signed_in.post("/memories/new/", {"text": "Coffee", "date": "2025-03-04", "bucket": "65"}, follow=True)
    assert "Saved in Work" in answer.content.decode()
    assert "Undo" not in answer.content.decode()
