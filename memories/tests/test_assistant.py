"""What the AI sees: the very answer of the API, its secrets masked, its size, and what an assistant cannot ask for."""

import html
import json

import pytest

from memories import assistant, tokens
from memoryweb.tests.hosted import picture
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def notes(embedded, remember):
    """Two notes on tea and one on bread, in two buckets; returns the second bucket's id."""
    garden = embedded.create_bucket("Garden").id
    remember("2025-03-04 - Tea <b>and</b> “cake”.")
    remember("2025-03-05 - Tea leaves.", bucket_id=garden)
    remember("2025-03-06 - Bread.")
    return garden


def answer_of(page):
    return page.one("textarea", id="answer-as-sent").raw_text.removeprefix("\n")


@pytest.mark.parametrize("ids", [False, True])
def test_it_is_the_answer_that_an_assistant_gets(signed_in, embedded, notes, ids):
    page = read(signed_in.get("/assistant/?q=tea" + ("&ids=on" if ids else "")))
    assert answer_of(page) == embedded.answer_as_sent(query="tea", count=10, include_ids=ids)
    memories = json.loads(answer_of(page))["memories"]
    assert [memory["text"] if ids else memory for memory in memories] == [
        "2025-03-05 - Tea leaves.",
        "2025-03-04 - Tea <b>and</b> “cake”.",
    ]
    assert json.loads(page.one("textarea", id="answer-laid-out").raw_text) == json.loads(answer_of(page))


def test_it_is_escaped(signed_in, notes):
    assert "<b>and" not in signed_in.get("/assistant/?q=tea").content.decode()


def test_bucket_type_and_number_narrow_it(signed_in, embedded, notes):
    page = read(signed_in.get("/assistant/", {"q": "tea bucket:Garden type:text", "count": "5"}))
    assert answer_of(page) == embedded.answer_as_sent(query="tea", bucket_id=notes, content_type="text", count=5)
    assert f"GET /api/v2/memory?query=tea&bucketId={notes}&contentType=text&count=5" in page.text


def test_without_words_it_is_the_latest(signed_in, embedded, notes):
    page = read(signed_in.get("/assistant/"))
    assert answer_of(page) == embedded.answer_as_sent(count=10, latest=True)


def test_what_an_assistant_cannot_ask_for_is_left_out_and_said(signed_in, embedded, notes):
    page = read(signed_in.get('/assistant/?q="tea leaves"+after:2026+-bread'))
    assert answer_of(page) == embedded.answer_as_sent(query="tea leaves", count=10)
    assert (
        "do not send it: Phrase “tea leaves”, Since 1 Jan 2026, Without bread. The words of a phrase are looked for singly."
        in page.text
    )


def test_what_could_not_be_read_is_not_blamed_on_the_assistant(signed_in, notes):
    page = read(signed_in.get("/assistant/?q=tea+after:soon+bucket:Nobody"))
    assert "do not send it" not in page.text
    assert "Left out here and in the list: Since soon (write a date such as" in page.text
    assert "Bucket Nobody (there is no such bucket, or it is not open to you)." in page.text


def test_the_list_leads_there_and_back_with_words_and_bucket(signed_in, fragment, notes):
    there = read(signed_in.get(f"/?q=tea&bucket={notes}")).link("What the AI sees")
    assert there == f"/assistant/?q=tea&bucket={notes}"
    assert read(fragment(f"/?q=tea&bucket={notes}")).link("What the AI sees") == there
    page = read(signed_in.get(there))
    assert page.link("Back to the list") == f"/?q=tea&bucket={notes}"
    assert page.link("With ids") == f"?q=tea&bucket={notes}&ids=on"


def test_the_order_of_the_list_is_kept_for_the_way_back(signed_in, notes):
    page = read(signed_in.get(read(signed_in.get("/?q=tea&sort=oldest")).link("What the AI sees")))
    assert page.link("Back to the list") == "/?q=tea&sort=oldest"
    assert read(signed_in.get("/assistant/" + page.link("With ids"))).link("Back to the list") == "/?q=tea&sort=oldest"


def test_the_size_is_that_of_the_answer_as_sent(signed_in, embedded, notes):
    sent = embedded.answer_as_sent(query="tea", count=10)
    sizes = {
        group.all("dt")[0].text: group.all("dd")[0].text
        for group in read(signed_in.get("/assistant/?q=tea")).one("dl", **{"class": "sizes"}).all("div")
    }
    assert sizes == {"Tokens": f"about {tokens.estimate(sent)}", "Bytes": str(len(sent.encode()))}


@pytest.mark.parametrize("path", ["/assistant/?q=square", "/assistant/?q=square&ids=on", "/assistant/"])
def test_no_signed_address_is_shown(signed_in, embedded, remember, path):
    remember("2025-03-04 - A teal square.", image=picture())
    page = signed_in.get(path)
    assert "/api/images/" not in page.content.decode()
    assert json.loads(answer_of(read(page)))["memories"][0]["image_url"] == assistant.MASKED
    assert "1 signed image address is hidden below" in read(page).text


def test_no_signed_address_of_a_hosted_service_is_shown(signed_in, hosted):
    hosted.add_image("A teal square.")
    page = signed_in.get("/assistant/?q=teal").content.decode()
    assert "/storage/v1/" not in page
    assert "A teal square." in html.unescape(page)


def test_an_address_that_stands_elsewhere_too_is_masked_there():
    sent = json.dumps({"image_url": "https://x.test/a?token=1", "text": "see https://x.test/a?token=1"})
    assert "token" not in assistant.mask(sent)[0]


@pytest.mark.parametrize("address", ['a"b', "a\\b", "a&b", "é", "https://x.test/?a=1&b=2", "a"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_what_is_masked_stays_json(address, ascii_only):
    sent = json.dumps({"image_url": address, "text": "as before"}, ensure_ascii=ascii_only)
    assert json.loads(assistant.mask(sent)[0]) == {"image_url": assistant.MASKED, "text": "as before"}


def test_without_an_address_nothing_is_masked():
    sent = '{"image_url": null, "text": "\\"image_url\\": \\"x\\""}'
    assert assistant.mask(sent) == (sent, 0)


def test_an_unknown_bucket_is_not_found(signed_in, notes):
    assert signed_in.get("/assistant/?bucket=4711").status_code == 404


@pytest.mark.parametrize("wrong", ["count=7", "count=x", "type=video"])
def test_an_address_that_cannot_be_read_says_so(signed_in, wrong):
    assert signed_in.get(f"/assistant/?{wrong}").status_code == 400


def test_on_a_hosted_service_it_costs_one_call_when_the_buckets_are_warm(signed_in, hosted):
    hosted.fill(3)
    signed_in.get("/")
    hosted.calls.clear()
    signed_in.get("/assistant/?q=garden")
    assert [str(call) for call in hosted.calls] == ["GET /api/v2/memory"]


# The estimate, beside what OpenAI's o200k_base counts


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", 0),
        ("Hello world, this is a test.", 8),
        ('{"memories": ["2025-03-04 - The kitchen has no wall cupboards."]}', 21),
        ("昨日、春に台所を塗り直すことにしました。", 15),
        ("Вчера мы решили покрасить кухню весной.", 12),
    ],
)
def test_the_estimate_is_near_the_count_of_a_real_vocabulary(text, counted):
    assert tokens.estimate(text) == pytest.approx(counted, rel=0.25)
