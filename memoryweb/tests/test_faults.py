"""Every fault of a hosted service on every page and fragment: an honest status, the fault's own sentence, nothing lost.

The faults happen at the transport; everything from the client to the template is what ships.
"""

import html
import re

import pytest
from django.urls import reverse

from memoryweb.memoryplugin import errors, exchange
from memoryweb.tests.hosted import FAULTS

pytestmark = pytest.mark.django_db

ERRORS = {
    "refused": errors.Unreachable,
    "lost": errors.Unreachable,
    "timed_out": errors.TimedOut,
    "400": errors.Invalid,
    "401": errors.RefusedToken,
    "403": errors.Forbidden,
    "404": errors.NotFound,
    "429": errors.Limited,
    "500": errors.ServerError,
    "html": errors.BrokenAnswer,
    "truncated": errors.BrokenAnswer,
    "wrong_shape": errors.BrokenAnswer,
}
SENTENCES = {fault: error.default_sentence for fault, error in ERRORS.items()} | {
    "400": "query: the service does not like this one.",
    "429": "The memory service limits how often it may be asked, and the limit is reached. Try again in 2 minutes.",
}
# "~" begins the name of an item that came without an id, so this one has to be looked for.
MEMORY = reverse("memories:memory", args=["~nowhere"])
PAGES = ["/", "/?q=tea", "/?bucket=65", "/?type=image", "/?q=tea+bucket:Work", "/assistant/?q=tea", MEMORY, f"{MEMORY}view/"]
TYPED = {"text": "Tea at <four> & cake", "date": "2025-03-04", "bucket": "65"}
FORMS = ["/memories/new/", "/memories/check/"]
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """The client tries a GET again without waiting."""
    monkeypatch.setattr(exchange.random, "uniform", lambda low, high: 0)


@pytest.fixture
def failing(hosted):
    """`failing(fault)`: from now on every call fails like that."""
    hosted.fill(3)
    return lambda fault, **on: hosted.fail(fault, **on)


def said(answer) -> str:
    """What the answer says, entities read."""
    return html.unescape(answer.content.decode())


def alerts(answer) -> list[str]:
    """The text of each alert on the page, up to the end of its paragraph."""
    found = re.findall(r'role="alert".*?</(?:p|div)>.*?</p>|role="alert".*?</p>', answer.content.decode(), re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]*>", "", alert)) for alert in found]


def test_every_fault_has_its_error_here():
    assert set(ERRORS) == set(FAULTS)


@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["page", "fragment"])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_says_what_happened_with_an_honest_status(signed_in, hosted, failing, fault, page, headers):
    failing(fault)
    answer = signed_in.get(page, headers=headers)
    assert answer.status_code == ERRORS[fault].status
    assert any(SENTENCES[fault] in alert for alert in alerts(answer))
    assert ("<html" in said(answer)) == (not headers)
    assert "Traceback" not in said(answer)
    assert hosted.token not in said(answer)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_whole_text_says_what_happened(signed_in, failing, fault):
    failing(fault)
    answer = signed_in.get(f"{MEMORY}text/", headers=FRAGMENT)
    assert answer.status_code == ERRORS[fault].status
    assert SENTENCES[fault] in said(answer)


@pytest.mark.parametrize("fault", FAULTS)
def test_further_rows_say_what_happened(signed_in, failing, fault):
    failing(fault)
    answer = signed_in.get("/?rows=60&from=30", headers=FRAGMENT)
    assert answer.status_code == ERRORS[fault].status
    assert SENTENCES[fault] in said(answer)


@pytest.mark.parametrize("fault", FAULTS)
def test_an_image_is_a_placeholder_with_an_honest_status(signed_in, failing, fault):
    failing(fault)
    answer = signed_in.get(f"{MEMORY}image")
    assert answer.status_code == ERRORS[fault].status
    assert answer["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["page", "fragment"])
@pytest.mark.parametrize("fault", FAULTS)
def test_the_form_can_be_opened_all_the_same(signed_in, failing, fault, headers):
    failing(fault)
    answer = signed_in.get("/memories/new/", headers=headers)
    assert answer.status_code == 200
    assert "Save memory" in said(answer)


@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["page", "fragment"])
@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_form_keeps_what_was_typed_and_says_why(signed_in, hosted, failing, fault, path, headers):
    failing(fault)
    answer = signed_in.post(path, TYPED, headers=headers)
    assert answer.status_code == ERRORS[fault].status
    assert any(SENTENCES[fault] in alert for alert in alerts(answer))
    assert f">\n{html.escape(TYPED['text'])}</textarea>" in answer.content.decode()
    assert 'value="2025-03-04"' in said(answer)
    assert re.search(r'value="65" selected', said(answer))
    assert hosted.token not in said(answer)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_name_of_a_new_bucket_is_kept(signed_in, failing, fault):
    failing(fault, on="POST /api/buckets")
    answer = signed_in.post("/memories/new/", TYPED | {"bucket": "new", "new_bucket": "Garden & pond"})
    assert answer.status_code == ERRORS[fault].status
    assert 'value="Garden & pond"' in said(answer)
    assert re.search(r'value="new" selected', said(answer))


@pytest.mark.parametrize("fault", FAULTS)
def test_renewing_the_buckets_says_what_happened(signed_in, failing, fault):
    failing(fault)
    answer = signed_in.post("/buckets/renew/", {"next": "/"})
    assert answer.status_code == ERRORS[fault].status
    assert any(SENTENCES[fault] in alert for alert in alerts(answer))


# A write whose answer is lost

UNKNOWN = {"lost", "timed_out", "500", "html", "truncated", "wrong_shape"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_may_have_happened_is_not_called_unsaved(signed_in, failing, fault):
    failing(fault, on="POST /api/memory")
    answer = signed_in.post("/memories/new/", TYPED, headers=FRAGMENT)
    assert ("Perhaps saved" in said(answer), "Not saved" in said(answer)) == (fault in UNKNOWN, fault not in UNKNOWN)
    assert ("Look for it" in said(answer)) == (fault in UNKNOWN)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_is_never_repeated(signed_in, hosted, failing, fault):
    failing(fault, on="POST /api/memory")
    signed_in.post("/memories/new/", TYPED)
    assert hosted.count("POST /api/memory") == 1


@pytest.mark.parametrize("fault", ["refused", "lost", "500"])
def test_a_read_is_tried_three_times(signed_in, hosted, failing, fault):
    failing(fault, on="GET /api/memory")
    signed_in.get("/")
    assert hosted.count("GET /api/memory") == 3


@pytest.mark.parametrize("fault", ["timed_out", "400", "401", "403", "404", "429", "html", "truncated", "wrong_shape"])
def test_a_read_that_cannot_succeed_is_tried_once(signed_in, hosted, failing, fault):
    failing(fault, on="GET /api/memory")
    signed_in.get("/")
    assert hosted.count("GET /api/memory") == 1


# The three that must never look alike


@pytest.fixture
def three(signed_in, hosted):
    """What nothing found, an unreachable service and a refused token look like, by name."""
    answers = {"nothing found": signed_in.get("/?q=zeppelin")}
    for name, fault in (("unreachable", "refused"), ("refused token", "401")):
        hosted.fail(fault)
        answers[name] = signed_in.get("/?q=zeppelin")
    return answers


def test_nothing_found_is_no_failure(three):
    assert three["nothing found"].status_code == 200
    assert "No memory matches “<bdi>zeppelin</bdi>”" in said(three["nothing found"])
    assert alerts(three["nothing found"]) == []


def test_an_unreachable_service_and_a_refused_token_look_different(three):
    unreachable, refused = three["unreachable"], three["refused token"]
    assert (unreachable.status_code, refused.status_code) == (503, 502)
    assert "No memory matches" not in said(unreachable) + said(refused)
    assert "The memory service does not answer" in said(unreachable)
    assert "The service refused the token" in said(refused)
    assert "refused the token" not in said(unreachable)
    assert "does not answer" not in said(refused)


def test_trying_again_is_offered_where_it_may_help(three):
    assert "Try again" in said(three["unreachable"])
    assert "Try again" not in said(three["refused token"])


def test_the_header_shows_the_host_and_whether_it_works(signed_in, hosted):
    host = hosted.base_url.removeprefix("https://")
    works = said(signed_in.get("/"))
    hosted.fail("refused")
    fails = said(signed_in.get("/"))
    assert host in works
    assert host in fails
    assert ("not working" in works, "not working" in fails) == (False, True)


def test_a_limit_says_when_to_come_back(signed_in, hosted):
    hosted.fail("429")
    assert signed_in.get("/")["Retry-After"] == "120"


def test_a_wrong_token_is_told_as_such(signed_in, hosted, settings):
    settings.MEMORYPLUGIN_TOKEN = "another-token"
    answer = signed_in.get("/")
    assert "The service refused the token" in said(answer)
    assert "another-token" not in said(answer)


def test_what_fails_is_logged_without_token_query_or_text(signed_in, hosted, failing, caplog):
    failing("500")
    signed_in.get("/?q=zeppelin")
    signed_in.post("/memories/new/", TYPED)
    assert not any(secret in caplog.text for secret in (hosted.token, "zeppelin", "Tea at"))


def test_an_error_of_our_own_is_a_page_without_details(signed_in, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("memories.services.browse", broken)
    signed_in.raise_request_exception = False
    answer = signed_in.get("/")
    assert answer.status_code == 500
    assert "Something broke in memoryweb" in said(answer)
    assert "secret inside" not in said(answer)
