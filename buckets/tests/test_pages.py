"""The bucket list on the page: each bucket with its count, when it was renewed, and renewing it."""

import pytest

from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db


def bucket_links(answer) -> dict[str, str]:
    every, one_by_one, *_ = read(answer).one("nav", aria_label="Buckets").all("ul")
    return {link.text: link["href"] for link in (*every.all("a"), *one_by_one.all("a"))}


def test_every_bucket_stands_there_with_its_count(signed_in, embedded):
    garden = embedded.create_bucket("Garden")
    embedded.add_new_memory("2025-03-04 - The pond froze.", bucket_id=garden.id)
    assert [name.replace(" ", "") for name in bucket_links(signed_in.get("/"))] == ["Allmemories1", "General0", "Garden1"]


def test_a_bucket_leads_to_its_memories_and_keeps_search_and_type(signed_in, embedded):
    garden = embedded.create_bucket("Garden")
    links = bucket_links(signed_in.get("/?q=pond&type=text"))
    assert f"/?q=pond&bucket={garden.id}&type=text" in links.values()


def test_a_hosted_list_has_its_counts_too(signed_in, hosted):
    hosted.fill(3, bucket=65)
    assert [name.replace(" ", "") for name in bucket_links(signed_in.get("/"))] == [
        "Allmemories3", "General0", "Work3", "Personal0",
    ]  # fmt: skip


def test_a_hosted_list_says_when_it_was_renewed(signed_in, hosted):
    assert "Renewed at" in read(signed_in.get("/")).one(id="buckets").text


def test_the_embedded_list_needs_no_renewing(signed_in, embedded):
    assert "Renewed at" not in read(signed_in.get("/")).one(id="buckets").text


def test_renewing_shows_what_changed_elsewhere(signed_in, hosted):
    signed_in.get("/")
    hosted.buckets[67] = "Garden"
    answer = signed_in.post("/buckets/renew/", {"next": "/?q=tea"}, follow=True)
    assert answer.request["QUERY_STRING"] == "q=tea"
    assert "Garden" in read(answer).one("nav", aria_label="Buckets").text
