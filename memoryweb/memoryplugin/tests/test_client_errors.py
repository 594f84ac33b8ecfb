"""Every way in which a service can fail becomes one error of the tree, which says what a person needs to know.

That is: what to read, whether the same call is worth repeating, and, for a write, whether it may have happened.
"""

import gzip
import json
from email.utils import formatdate

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from memoryweb.memoryplugin import exchange
from memoryweb.memoryplugin.errors import (
    BrokenAnswer,
    Conflict,
    Forbidden,
    Invalid,
    Limited,
    MemoryPluginError,
    Moved,
    NotFound,
    RefusedToken,
    ServerError,
    TimedOut,
    Unreachable,
    Unsupported,
)

from .transport import TOKEN, answer, service

WANTED = "kickboxing"
STATUSES = {
    400: Invalid, 401: RefusedToken, 403: Forbidden, 404: NotFound, 405: Unsupported, 409: Conflict, 410: NotFound,
    413: Invalid, 415: Invalid, 418: BrokenAnswer, 422: Invalid, 429: Limited,
    500: ServerError, 501: Unsupported, 502: ServerError, 503: ServerError, 504: ServerError, 599: ServerError,
    301: Moved, 302: Moved, 303: Moved, 304: BrokenAnswer, 307: Moved, 308: Moved,
}  # fmt: skip


def refused_connection():
    return requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "[Errno 111] Connection refused")))


def reset_connection():
    return requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset by peer")))


def read(client):
    return client.get_memories(query=WANTED)


WRITES = {
    "create_bucket": lambda client: client.create_bucket("Work"),
    "add_new_memory": lambda client: client.add_new_memory("Tea"),
    "add an image": lambda client: client.add_new_memory("Tea", image=b"x"),
    "add_new_memory_v2": lambda client: client.add_new_memory_v2("Tea"),
    "update_or_move_memories": lambda client: client.update_or_move_memories(["m1"], text="Tea"),
    "delete_memory": lambda client: client.delete_memory("m1"),
    "bulk_delete_memories": lambda client: client.bulk_delete_memories(["m1"]),
    "restore_memories": lambda client: client.restore_memories(["m1"]),
    "update_bucket": lambda client: client.update_bucket("7", name="Work"),
    "delete_bucket": lambda client: client.delete_bucket("7"),
    "restore_bucket": lambda client: client.restore_bucket("7"),
    "load_examples": lambda client: client.load_examples(),
    "remove_examples": lambda client: client.remove_examples(),
}
ANSWERS_NOTHING = ("update_or_move_memories", "delete_memory", "restore_memories", "delete_bucket")
every_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)


def failure(call, *answers):
    """The error that `call` ends with, and the transport that was asked."""
    client, transport = service(*answers)
    with pytest.raises(MemoryPluginError) as caught:
        call(client)
    return caught.value, transport


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
def test_each_status_has_its_error(status, kind, pauses):
    error, _ = failure(read, answer({"error": "no"}, status))
    assert type(error) is kind


@pytest.mark.parametrize("status", STATUSES)
def test_the_sentence_of_a_status_names_neither_token_nor_address_nor_what_was_searched(status, pauses):
    error, transport = failure(read, answer(b"", status))
    assert error.sentence.endswith(".")
    assert error.title
    assert str(error) == error.sentence
    for secret in (TOKEN, "http", "service-", WANTED):
        assert secret not in error.sentence


@pytest.mark.parametrize("status", STATUSES)
def test_the_status_of_our_own_page_is_an_error_too(status, pauses):
    error, _ = failure(read, answer(b"", status))
    assert 400 <= error.status < 600


@pytest.mark.parametrize("status", [400, 413, 422])
def test_the_service_says_what_it_did_not_accept(status):
    error, _ = failure(WRITES["add_new_memory"], answer({"error": "text: must have 1 to 20,000 characters."}, status))
    assert error.sentence == "text: must have 1 to 20,000 characters."


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", b'{"error": 5}', b'{"error": " "}', b"[" * 100_000, b"\xff\xfe"])
def test_an_error_without_a_readable_sentence_has_its_own(body):
    error, _ = failure(WRITES["add_new_memory"], answer(body, 400))
    assert (type(error), error.sentence) == (Invalid, Invalid.default_sentence)


@pytest.mark.parametrize("kind", MemoryPluginError.__subclasses__())
def test_every_error_has_a_title_and_a_sentence_of_its_own(kind):
    others = [other for other in MemoryPluginError.__subclasses__() if other is not kind]
    assert kind().title not in [other().title for other in others]
    assert kind().sentence not in [other().sentence for other in others]


@pytest.mark.parametrize(("kind", "again"), [(Unreachable, True), (TimedOut, True), (ServerError, True), (Limited, True),
                                             (RefusedToken, False), (Forbidden, False), (NotFound, False), (Invalid, False),
                                             (Unsupported, False), (Conflict, False)])  # fmt: skip
def test_an_error_knows_whether_trying_again_makes_sense(kind, again):
    assert kind().retry is again


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30), ("1", 1), ("90000", 86_400), ("9" * 30, 86_400), ("9" * 5000, None), ("0", None), ("-5", None), ("", None),
     ("soon", None), ("1.5", None), ("²", None), ("Thu, 01 Jan 1970 00:00:00 GMT", None), ("Mon, 99 Foo", None)],
)  # fmt: skip
def test_a_limit_says_when_to_come_back(header, seconds):
    error, _ = failure(read, answer(b"", 429, Retry_After=header))
    assert error.retry_after == seconds


def test_a_limit_without_a_time_says_so():
    error, _ = failure(read, answer(b"", 429))
    assert (error.retry_after, "in a minute" in error.sentence) == (None, True)


def test_a_limit_may_name_a_date(monkeypatch):
    monkeypatch.setattr(exchange.time, "time", lambda: 1_800_000_000.0)
    error, _ = failure(read, answer(b"", 429, Retry_After=formatdate(1_800_000_120, usegmt=True)))
    assert error.retry_after == 120


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "in 1 second."), (30, "in 30 seconds."), (120, "in 2 minutes."), (7200, "in 2 hours."), (None, "in a minute.")],
)
def test_a_limits_sentence_says_the_wait_in_words(seconds, words):
    assert Limited(seconds).sentence.endswith(words)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_that_meets_a_server_error_is_tried_three_times(status, pauses):
    _, transport = failure(read, answer(b"", status))
    assert len(transport.requests) == 3


@pytest.mark.parametrize("broken", [refused_connection, reset_connection, requests.ConnectTimeout])
def test_a_read_without_connection_is_tried_three_times(broken, pauses):
    error, transport = failure(read, broken)
    assert (type(error), len(transport.requests)) == (Unreachable, 3)


def test_a_read_succeeds_as_soon_as_one_attempt_does(pauses):
    client, transport = service(answer(b"", 503), refused_connection, answer({"data": ["Tea"]}))
    assert [memory.text for memory in read(client).memories] == ["Tea"]
    assert len(transport.requests) == 3


def test_pauses_between_attempts_grow_and_are_never_twice_the_same(pauses):
    for _ in range(20):
        failure(read, answer(b"", 503))
    first, second = pauses[::2], pauses[1::2]
    assert min(first) >= 0.2
    assert max(first) <= 0.4 <= min(second)
    assert max(second) <= 0.8
    assert len(set(pauses)) == len(pauses)


def test_no_attempt_is_made_that_could_not_end_in_time(monkeypatch, pauses):
    monkeypatch.setattr(exchange, "DEADLINE_SECONDS", 0.1)
    _, transport = failure(read, answer(b"", 503))
    assert (len(transport.requests), pauses) == (1, [])


@pytest.mark.parametrize("status", [status for status in STATUSES if status < 500 or status == 501])
def test_what_trying_again_cannot_mend_is_asked_once(status, pauses):
    _, transport = failure(read, answer(b"", status))
    assert len(transport.requests) == 1


@every_write
@pytest.mark.parametrize("what", [lambda: answer(b"", 503), refused_connection, reset_connection, requests.ReadTimeout],
                         ids=["5xx", "refused", "reset", "read timeout"])  # fmt: skip
def test_a_write_is_never_repeated(write, what, pauses):
    _, transport = failure(write, what)
    assert (len(transport.requests), pauses) == (1, [])


@every_write
@pytest.mark.parametrize(
    "what",
    [lambda: answer(b"", 500), lambda: answer(b"", 503), reset_connection, requests.ReadTimeout, lambda: answer(b"{"),
     lambda: answer(b""), requests.exceptions.ChunkedEncodingError, lambda: answer(b"x" * 10_000_001)],
    ids=["500", "503", "reset", "read timeout", "broken JSON", "empty", "broken off", "too long"],
)  # fmt: skip
def test_a_write_that_was_sent_and_not_answered_may_have_happened(write, what):
    error, _ = failure(write, what)
    assert error.outcome_unknown


@pytest.mark.parametrize("name", [name for name in WRITES if name not in ANSWERS_NOTHING])
def test_a_write_answered_in_another_shape_may_have_happened(name):
    error, _ = failure(WRITES[name], answer({"message": "fine"}))
    assert (type(error), error.outcome_unknown) == (BrokenAnswer, True)


@every_write
@pytest.mark.parametrize(
    "what",
    [
        refused_connection,
        requests.ConnectTimeout,
        *(lambda s=s: answer(b"", s) for s in (400, 401, 403, 404, 405, 409, 413, 422, 429, 501)),
    ],
    ids=["refused", "connect timeout", "400", "401", "403", "404", "405", "409", "413", "422", "429", "501"],
)
def test_a_write_that_was_not_accepted_has_not_happened(write, what):
    error, _ = failure(write, what)
    assert not error.outcome_unknown


@pytest.mark.parametrize(
    "what", [lambda: answer(b"", 500), reset_connection, lambda: answer(b"{"), lambda: answer({"memories": 5})]
)
def test_a_read_leaves_nothing_unknown(what, pauses):
    error, _ = failure(read, what)
    assert not error.outcome_unknown


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", [read, WRITES["add_new_memory"]], ids=["read", "write"])
def test_a_redirect_is_not_followed(status, call):
    error, transport = failure(call, answer(b"", status, Location="https://elsewhere.test/"))
    assert (type(error), len(transport.requests)) == (Moved, 1)


@pytest.mark.parametrize("location", ["/api/memory", "http://[", "//\xef\xbc\x8f@x", "\xff", "", "mailto:x"], ids=ascii)
def test_a_redirect_is_a_broken_answer_wherever_it_leads(location):
    error, transport = failure(read, answer(b"", 302, Location=location))
    assert (type(error), len(transport.requests)) == (Moved, 1)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html></html>", b"{", b'{"data": [}', b"\xff\xfe\x00", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5_000],
    ids=["empty", "HTML", "cut off", "malformed", "no text", "deep lists", "deep objects", "endless number"],
)
def test_what_is_not_json_is_a_broken_answer(body):
    error, _ = failure(read, answer(body))
    assert type(error) is BrokenAnswer


@pytest.mark.parametrize("call", [read, lambda client: client.list_buckets(), lambda client: client.get_memory("m1")])
@pytest.mark.parametrize("body", [None, 5, "", True, {}, {"error": "no"}, {"data": {}}], ids=repr)
def test_json_of_another_shape_is_a_broken_answer(call, body):
    error, _ = failure(call, answer(body))
    assert type(error) is BrokenAnswer


def padded(size):
    """A page of one memory, as JSON of `size` bytes."""
    return b'["' + b"x" * (size - 4) + b'"]'


def test_an_answer_of_ten_megabytes_is_read():
    client, _ = service(answer(padded(10_000_000)))
    assert read(client).received == 1


@pytest.mark.parametrize("status", [200, 400, 500, 302])
def test_an_answer_over_ten_megabytes_is_cut_off(status, pauses):
    reply = answer(padded(30_000_000), status, Location="https://elsewhere.test/")
    error, _ = failure(read, reply)
    assert (type(error), "10 MB" in error.sentence) == (BrokenAnswer, True)
    assert reply.raw.tell() < 11_000_000


@pytest.mark.parametrize("call", [read, WRITES["add_new_memory"]], ids=["read", "write"])
@pytest.mark.parametrize("status", [200, 302])
def test_an_answer_that_unpacks_to_more_is_cut_off(call, status):
    packed = gzip.compress(b"x" * 100_000_000, compresslevel=1)
    error, _ = failure(call, answer(packed, status, Content_Encoding="gzip", Location="https://elsewhere.test/"))
    assert (type(error), "10 MB" in error.sentence) == (BrokenAnswer, True)


def test_a_packed_answer_is_unpacked():
    client, _ = service(answer(gzip.compress(json.dumps({"data": ["Tea"]}).encode()), Content_Encoding="gzip"))
    assert read(client).received == 1


def test_an_answer_that_is_not_packed_as_it_says_is_broken():
    error, _ = failure(read, answer(b'{"data": []}', Content_Encoding="gzip"))
    assert type(error) is BrokenAnswer
