"""Each operation of the contract has a method, which sends what the contract says, to where it says, as whom it should."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from memoryweb import localapi
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Conflict, Limited, MemoryPluginError, NotFound, RefusedToken
from memoryweb.memoryplugin.local import LOCAL_URL
from memoryweb.memoryplugin.types import Bucket, BulkDeleted, Created, Version

from .transport import TOKEN, answer, service

CONTRACT = yaml.safe_load((Path(localapi.__file__).parent / "openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS = {
    re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation["operationId"]).lower(): (
        method.upper(),
        path,
        operation,
    )
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
}
PAGE = {"memories": [], "buckets": []}
CREATED = {"done": "ok", "memoryId": "mem_1"}
NOTED = datetime(2026, 4, 1, 10, tzinfo=UTC)
BUCKET = {"id": 7, "name": "Work"}
VERSION = {"version": 2, "text": "Tea", "bucketId": 7, "bucketName": "Work", "changedAt": "2026-04-01T10:00:00Z"}

# method of the client, its arguments, the answer; what is sent then: path, query, body
CALLS = [
    ("list_buckets", (), {}, [], "/api/buckets", {"v": "2"}, None),
    ("create_bucket", ("Work",), {}, {"id": 1, "name": "Work"}, "/api/buckets", {}, {"name": "Work"}),
    (
        "create_bucket", ("Work", "Jobs"), {}, {"id": 1, "name": "Work"},
        "/api/buckets", {}, {"name": "Work", "description": "Jobs"},
    ),
    ("get_memories", (), {}, {"data": [], "count": 0}, "/api/memory", {"v": "2"}, None),
    (
        "get_memories", (), {"query": "tea & ü", "all": True, "latest": True, "count": 5, "skip": 10}, {"data": []},
        "/api/memory", {"v": "2", "query": "tea & ü", "all": "true", "latest": "true", "count": "5", "skip": "10"}, None,
    ),
    ("add_new_memory", ("Tea",), {}, CREATED, "/api/memory", {}, {"text": "Tea"}),
    ("add_new_memory", ("Tea",), {"bucket_id": "7"}, CREATED, "/api/memory", {}, {"text": "Tea", "bucketId": 7}),
    ("add_new_memory", ("Tea",), {"bucket_id": "b-7"}, CREATED, "/api/memory", {}, {"text": "Tea", "bucketId": "b-7"}),
    ("add_new_memory", ("Tea",), {"created_at": NOTED}, CREATED, "/api/memory", {}, {"text": "Tea"}),
    ("get_memories_and_buckets", (), {}, PAGE, "/api/v2/memory", {"includeIds": "true"}, None),
    ("get_memories_and_buckets", (), {"include_ids": False}, PAGE, "/api/v2/memory", {}, None),
    (
        "get_memories_and_buckets", (),
        {"bucket_id": "7", "query": "tea", "content_type": "image", "all": True, "latest": True, "count": 50, "skip": 100}, PAGE,
        "/api/v2/memory",
        {"bucketId": "7", "query": "tea", "contentType": "image", "all": "true", "latest": "true", "count": "50", "skip": "100",
         "includeIds": "true"}, None,
    ),
    ("add_new_memory_v2", ("Tea",), {"bucket_id": "7"}, CREATED, "/api/v2/memory", {}, {"text": "Tea", "bucketId": 7}),
    (
        "update_or_move_memories", (["m1"],), {"text": "Tea"}, {"done": "ok"},
        "/api/v2/memory/update", {}, {"memoryId": "m1", "text": "Tea"},
    ),
    (
        "update_or_move_memories", (["m1", "m2"],), {"bucket_id": "7"}, {"done": "ok", "moved": 2},
        "/api/v2/memory/update", {}, {"memoryIds": ["m1", "m2"], "bucketId": 7},
    ),
    (
        "update_or_move_memories", (["m1", "m2"],), {"bucket_name": "Work"}, {"done": "ok", "moved": 2},
        "/api/v2/memory/update", {}, {"memoryIds": ["m1", "m2"], "bucketName": "Work"},
    ),
    ("get_memory", ("m1",), {}, {"id": "m1", "text": "Tea"}, "/api/memories/m1", {}, None),
    ("get_memory", ("a/b?c#d%ü",), {}, {"id": "m1", "text": "Tea"}, "/api/memories/a%2Fb%3Fc%23d%25%C3%BC", {}, None),
    ("delete_memory", ("a/b",), {}, {"done": "ok"}, "/api/memories/a%2Fb", {}, None),
    (
        "bulk_delete_memories", (["m1", "m2"],), {}, {"deleted": 2, "failed": 0},
        "/api/memories/bulk-delete", {}, {"memoryIds": ["m1", "m2"]},
    ),
    (
        "update_or_move_memories", (["m1"],), {"text": "Tea", "if_version": 3}, {"done": "ok"},
        "/api/v2/memory/update", {}, {"memoryId": "m1", "text": "Tea", "ifVersion": 3},
    ),
    ("get_memories_by_id", (["m1", "a&b"],), {}, {"memories": []}, "/api/memories", {"id": "a&b"}, None),
    ("get_memories_by_id", ([],), {}, {"memories": []}, "/api/memories", {}, None),
    ("get_versions", ("a/b",), {}, {"versions": [VERSION]}, "/api/memories/a%2Fb/versions", {}, None),
    ("get_similar_images", ("a/b",), {}, {"memories": []}, "/api/memories/a%2Fb/similar", {"count": "12"}, None),
    ("get_similar_images", ("m1",), {"count": 3}, {"memories": []}, "/api/memories/m1/similar", {"count": "3"}, None),
    ("get_trash", (), {"count": 5}, {"memories": [], "total": 0, "days": 30}, "/api/trash", {"count": "5"}, None),
    (
        "get_trash", (), {"count": 5, "skip": 10}, {"memories": [], "total": 0, "days": 30},
        "/api/trash", {"count": "5", "skip": "10"}, None,
    ),
    (
        "restore_memories", (["m1", "m2"],), {}, {"restored": 2},
        "/api/memories/restore", {}, {"memoryIds": ["m1", "m2"]},
    ),
    ("update_bucket", ("7",), {"name": "Work"}, BUCKET, "/api/buckets/7", {}, {"name": "Work"}),
    ("update_bucket", ("7",), {"description": ""}, BUCKET, "/api/buckets/7", {}, {"description": ""}),
    ("delete_bucket", ("a/b",), {}, {"done": "ok"}, "/api/buckets/a%2Fb", {}, None),
    ("restore_bucket", ("7",), {}, BUCKET, "/api/buckets/7/restore", {}, {}),
    ("load_examples", (), {}, {"added": 1, "memoryIds": ["m1"]}, "/api/examples", {}, {}),
    ("remove_examples", (), {}, {"removed": 1, "memoryIds": ["m1"]}, "/api/examples", {}, None),
    (
        "get_status", (), {}, {"memories": 1, "buckets": 1, "searchLanguage": "english", "semantic": {"state": "off"}},
        "/api/status", {}, None,
    ),
]  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_a_method_that_says_which_it_is(name):
    method, path, operation = OPERATIONS[name]
    documentation = getattr(MemoryPluginClient, name).__doc__
    assert documentation.startswith(f"{method} {path} ({operation['x-status']})")


def test_every_operation_is_among_the_calls_below():
    assert {call[0] for call in CALLS} == set(OPERATIONS) - {"fetch_image"}  # test_images.py has that: it is sent no token


@pytest.mark.parametrize(("name", "args", "options", "reply", "path", "query", "body"), CALLS)
def test_a_call_sends_what_the_contract_says(name, args, options, reply, path, query, body):
    client, transport = service(answer(reply))
    getattr(client, name)(*args, **options)
    source = {"source": "memoryweb"}
    in_query = transport.sent.method == "GET" or name in ("delete_memory", "delete_bucket")
    assert (transport.sent.method, transport.path) == (OPERATIONS[name][0], path)
    assert transport.query == (query | source if in_query else query)
    assert transport.body == (None if body is None else body | source)


@pytest.mark.parametrize(("name", "args", "options", "reply"), [call[:4] for call in CALLS])
def test_a_call_goes_to_the_base_url_with_the_token(name, args, options, reply):
    client, transport = service(answer(reply))
    getattr(client, name)(*args, **options)
    assert transport.sent.url.startswith(client.base_url + "/api/")
    assert transport.sent.headers["Authorization"] == f"Bearer {TOKEN}"


def test_an_image_goes_to_the_service_as_a_file_beside_its_fields():
    client, transport = service(answer(CREATED))
    client.add_new_memory("A red kite", bucket_id="7", image=b"the bytes")
    assert transport.sent.headers["Content-Type"].startswith("multipart/form-data")
    parts = re.findall(rb'name="(\w+)"[^\r]*\r\n\r\n([^\r]*)\r\n', transport.sent.body)
    assert dict(parts) == {b"text": b"A red kite", b"bucketId": b"7", b"source": b"memoryweb", b"image": b"the bytes"}


@pytest.mark.parametrize(
    ("file_name", "sent"), [("IMG_1.jpg", b"IMG_1.jpg"), ("K\u00fcche.png", "K\u00fcche.png".encode()), ("", b"image")]
)
def test_an_image_says_what_its_file_is_called(file_name, sent):
    client, transport = service(answer(CREATED))
    client.add_new_memory("A red kite", image=b"the bytes", file_name=file_name)
    assert re.findall(rb'name="image"; filename="([^"]*)"', transport.sent.body) == [sent]


def test_a_similar_image_says_how_far_it_is():
    memory = {"id": "m1", "text": "A kite", "content_type": "image", "distance": 3, "metadata": {"fileName": "kite.png"}}
    client, _ = service(answer({"memories": [memory]}))
    (similar,) = client.get_similar_images("m2")
    assert (similar.id, similar.distance, similar.file_name) == ("m1", 3, "kite.png")


@pytest.mark.parametrize(
    ("name", "args", "reply", "expected"),
    [
        ("list_buckets", (), [{"id": 7, "name": "Work", "memoryCount": 2}], (Bucket("7", "Work", "", 2),)),
        ("create_bucket", ("Work",), {"id": 7, "name": "Work"}, Bucket("7", "Work")),
        ("add_new_memory", ("Tea",), CREATED | {"isDuplicate": True}, Created("mem_1", is_duplicate=True)),
        ("add_new_memory_v2", ("Tea",), CREATED, Created("mem_1")),
        ("update_or_move_memories", (["m1"],), {"done": "ok"}, None),
        ("delete_memory", ("m1",), {"done": "ok"}, None),
        ("bulk_delete_memories", (["m1", "m2"],), {"deleted": 1, "failed": 1}, BulkDeleted(1, 1)),
        (
            "bulk_delete_memories",
            (["m1", "m2"],),
            {"deleted": 1, "failed": 1, "rejectedIds": ["m2"]},
            BulkDeleted(1, 1, ("m2",)),
        ),
        ("get_versions", ("m1",), {"versions": [VERSION]}, (Version(2, "Tea", "7", "Work", NOTED),)),
        ("restore_memories", (["m1"],), {"restored": 1}, None),
        ("update_bucket", ("7",), BUCKET, Bucket("7", "Work")),
        ("delete_bucket", ("7",), {"done": "ok"}, None),
        ("restore_bucket", ("7",), BUCKET, Bucket("7", "Work")),
        ("load_examples", (), {"added": 2, "memoryIds": ["m1", "m2"]}, ("m1", "m2")),
        ("remove_examples", (), {"removed": 1, "memoryIds": ["m1"]}, ("m1",)),
    ],
)
def test_a_call_gives_what_the_service_answered(name, args, reply, expected):
    client, _ = service(answer(reply))
    assert getattr(client, name)(*args) == expected


def test_several_memories_are_asked_for_by_each_of_their_ids():
    client, transport = service(answer({"memories": [{"id": "m1", "text": "Tea"}]}))
    assert [memory.text for memory in client.get_memories_by_id(["m1", "a&b", "m2"])] == ["Tea"]
    assert [value for name, value in parse_qsl(urlsplit(transport.sent.url).query) if name == "id"] == ["m1", "a&b", "m2"]


def test_a_memory_in_the_trash_says_when_it_was_deleted():
    memory = {"id": "m1", "text": "Tea", "metadata": {"deletedAt": "2026-04-01T10:00:00Z"}}
    client, _ = service(answer({"memories": [memory], "total": 1, "days": 30}))
    trash = client.get_trash(count=1)
    assert (trash.memories[0].deleted_at, trash.total, trash.days) == (NOTED, 1, 30)


def test_a_memory_that_changed_meanwhile_is_a_conflict_that_knows_its_version():
    client, _ = service(answer({"error": "It has been changed.", "version": 4}, 409))
    with pytest.raises(Conflict, match="It has been changed.") as caught:
        client.update_or_move_memories(["m1"], text="Tea", if_version=3)
    assert (caught.value.version, caught.value.outcome_unknown) == (4, False)


@pytest.mark.parametrize(
    ("body", "rejected"),
    [
        ({"error": "no", "rejectedIds": ["m2", 7, None]}, ("m2", "7")),
        ({"error": "no"}, ()),
        ({"rejectedIds": "m2"}, ()),
        (["m2"], ()),
        (b"", ()),
    ],
)
def test_what_is_not_there_is_named_where_the_service_says_it(body, rejected):
    client, _ = service(answer(body, 404))
    with pytest.raises(NotFound) as caught:
        client.update_or_move_memories(["m1", "m2", "7"], bucket_id="1")
    assert caught.value.rejected_ids == rejected


OFFERS = {"create_bucket", "update", "delete"}


def test_the_embedded_server_offers_everything_without_being_asked():
    assert MemoryPluginClient(LOCAL_URL).offers() == OFFERS


@pytest.mark.parametrize("status", [400, 413, 422, 409, 200])
def test_a_hosted_service_offers_what_it_understands_well_enough_to_refuse(status):
    client, _ = service(lambda: answer({"error": "no"}, status))
    assert client.offers() == OFFERS


@pytest.mark.parametrize("status", [403, 404, 405, 410, 501])
def test_a_hosted_service_does_not_offer_what_it_does_not_know_or_allow(status):
    client, _ = service(lambda: answer({"error": "no"}, status))
    assert client.offers() == frozenset()


def test_each_offer_is_asked_for_on_its_own_with_what_changes_nothing():
    client, transport = service(answer({}, 400), answer({}, 404), answer({}, 400))
    assert client.offers() == {"create_bucket", "delete"}
    asked = {urlsplit(sent.url).path: json.loads(sent.body) for sent in transport.requests}
    nothing = {"source": "memoryweb"}
    assert asked == {
        "/api/buckets": nothing,
        "/api/v2/memory/update": nothing,
        "/api/memories/bulk-delete": nothing | {"memoryIds": []},
    }


@pytest.mark.parametrize(("status", "kind"), [(401, RefusedToken), (429, Limited), (500, MemoryPluginError)])
def test_a_service_that_does_not_tell_offers_nobody_knows_what(status, kind):
    client, _ = service(answer({}, status))
    with pytest.raises(kind):
        client.offers()


@pytest.mark.parametrize("name", ["get_memories", "get_memories_and_buckets"])
def test_a_list_gives_a_page(name):
    client, _ = service(answer({"memories": ["Tea", None], "buckets": [{"id": 7, "name": "Work"}], "total": 9}))
    page = getattr(client, name)()
    assert ([memory.text for memory in page.memories], page.unreadable, page.total) == (["Tea"], 1, 9)
    assert page.buckets == (Bucket("7", "Work"),)


def test_one_memory_gives_a_memory():
    client, _ = service(answer({"id": "m1", "text": "Tea"}))
    assert client.get_memory("m1").text == "Tea"


@pytest.mark.parametrize("written", ["https://memory.test", "https://memory.test/", "https://memory.test//"])
def test_a_slash_at_the_end_of_the_base_url_does_not_matter(written):
    assert MemoryPluginClient(written, TOKEN).base_url == "https://memory.test"


def test_a_base_url_may_have_a_path():
    assert MemoryPluginClient("https://memory.test:8443/sub", TOKEN).host == "memory.test"


def test_only_the_local_address_is_the_embedded_server():
    assert MemoryPluginClient(f"{LOCAL_URL}/").is_embedded
    assert not MemoryPluginClient("https://memory.test", TOKEN).is_embedded


def test_accounts_differ_by_service_and_by_token():
    clients = [MemoryPluginClient(url, token) for url in ("https://a.test", "https://b.test") for token in ("one", "two")]
    assert len({client.account for client in clients} | {MemoryPluginClient(LOCAL_URL).account}) == 5


def test_an_account_is_the_same_for_each_client_of_it():
    assert MemoryPluginClient("https://a.test", TOKEN).account == MemoryPluginClient("https://a.test/", TOKEN).account
