"""A stand-in for the hosted service: it answers as the examples on the API's own pages do, and fails on demand.

Text memories of /api/v2/memory are thin (`{id, text}`, or strings), its images have no id, bucket ids are integers in one answer
and strings in another, GET /api/memory knows no total, and our own operations do not exist. What is merely observed in clients of
the service (changing, deleting, creating buckets) is there unless the stand-in `lacks` it. Signed image addresses die after four
hours of the stand-in's own clock, which `pass_time` moves.

Tests mount it as a transport (the fixture `hosted`); `python -m memoryweb.tests.hosted --port 8065 --delay 0.3` serves it over
HTTP, to be named in MEMORYPLUGIN_URL together with the token `hosted-token`.
"""

import argparse
import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
from PIL import Image
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from memoryweb.memoryplugin import deadline

TOKEN = "hosted-token"
IMAGE_LIFETIME = timedelta(hours=4)
DEFAULT_BUCKET = 64
OFFERS = {"update", "delete", "create_bucket"}  # what a service may lack
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Call:
    """One request that came in."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Answer:
    """Status, body and headers of an answer."""

    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class NoAnswer(Exception):
    """The connection fails: `kind` is refused (never made), lost (after the request) or timed_out."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


@dataclass
class Item:
    """A memory as the service stores it; `picture` names an image's file."""

    id: str
    text: str
    bucket: int
    created_at: datetime
    picture: str = ""


def as_json(status: int, body: Any, **headers: str) -> Answer:
    content = json.dumps(body, ensure_ascii=False).encode()
    return Answer(status, content, {"Content-Type": "application/json; charset=utf-8"} | headers)


def refusal(status: int, sentence: str, **headers: str) -> Answer:
    return as_json(status, {"error": sentence}, **headers)


# What can be asked to go wrong; an Answer is given, a string is a NoAnswer's kind.
FAULTS: dict[str, Answer | str] = {
    "refused": "refused",
    "lost": "lost",
    "timed_out": "timed_out",
    "400": refusal(400, "query: the service does not like this one."),
    "401": refusal(401, "Unauthorized"),
    "403": refusal(403, "Forbidden"),
    "404": refusal(404, "Not found"),
    "429": refusal(429, "Too many requests", **{"Retry-After": "120"}),
    "500": refusal(500, "Internal server error"),
    "html": Answer(200, b"<!DOCTYPE html><title>Maintenance</title><p>Traceback of a proxy", {"Content-Type": "text/html"}),
    "truncated": Answer(200, b'{"memories": [{"id": "1", "te', {"Content-Type": "application/json"}),
    "wrong_shape": as_json(200, {"ok": True}),
}


def picture(width: int = 40, height: int = 30, colour: str = "teal") -> bytes:
    """A PNG."""
    file = BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


class Hosted:
    """One account of the hosted service, empty but for three buckets.

    `calls` are the requests that came in; `lacks` names those of OFFERS that are answered with a 404.
    """

    def __init__(self, base_url: str, token: str = TOKEN) -> None:
        self.base_url = base_url
        self.token = token
        self.buckets = {DEFAULT_BUCKET: "General", 65: "Work", 66: "Personal"}
        self.items: list[Item] = []
        self.pictures: dict[str, bytes] = {}
        self.calls: list[Call] = []
        self.lacks: set[str] = set()
        self.before: Callable[[Call], object] = lambda call: None  # a test may hold a call here
        self._faults: dict[str, tuple[str, bool]] = {}
        self._passed = timedelta()
        self._ids = itertools.count(1)
        self._lock = threading.RLock()

    # What a test arranges

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self._passed

    def pass_time(self, **duration: float) -> None:
        """Move the service's clock: `pass_time(hours=5)`."""
        self._passed += timedelta(**duration)

    def add(self, text: str, *, bucket: int = DEFAULT_BUCKET, created_at: datetime | None = None, id: str = "") -> Item:
        """Store a text; the id holds characters that no address takes as they are, unless one is given."""
        item = Item(id or f"user/1:abc=?é{next(self._ids)}", text, bucket, created_at or self.now)
        self.items.append(item)
        return item

    def add_image(
        self, description: str, *, bucket: int = DEFAULT_BUCKET, created_at: datetime | None = None, content: bytes | None = None
    ) -> Item:
        """Store an image memory."""
        item = self.add(description, bucket=bucket, created_at=created_at)
        item.picture = f"{next(self._ids)}.png"
        self.pictures[item.picture] = picture() if content is None else content
        return item

    def fill(self, number: int, *, bucket: int = DEFAULT_BUCKET, images: bool = False) -> None:
        """So many memories, a day apart, the last one the newest; with `images`, every other one is one."""
        for n in range(number):
            moment = self.now - timedelta(days=number - n)
            add = self.add_image if images and n % 2 else self.add
            add(f"{moment.date()} - Note number {n + 1} about the garden.", bucket=bucket, created_at=moment)

    def fail(self, fault: str, on: str = "", *, after: bool = False) -> None:
        """From now on answer with one of FAULTS; `on` is "METHOD /path", or a path's beginning. `after` does the work first."""
        assert fault in FAULTS
        self._faults[on] = (fault, after)

    def recover(self) -> None:
        """Answer well again."""
        self._faults.clear()

    def count(self, call: str) -> int:
        """How many times "METHOD /path" was called."""
        return sum(str(made) == call for made in self.calls)

    # What it answers

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """The answer to one request; raises NoAnswer where a fault wants none."""
        parts = urlsplit(target)
        call = Call(method, parts.path, dict(parse_qsl(parts.query)), CaseInsensitiveDict(headers), body)
        with self._lock:
            self.calls.append(call)
        self.before(call)
        fault, after = self._fault(call)
        with self._lock:
            answer = self._work(call) if after or not fault else None
        if not fault:
            return answer  # type: ignore[return-value]  # it has worked
        wanted = FAULTS[fault]
        if isinstance(wanted, str):
            raise NoAnswer(wanted)
        return wanted

    def _fault(self, call: Call) -> tuple[str, bool]:
        for on, fault in self._faults.items():
            if str(call).startswith(on) or call.path.startswith(on):
                return fault
        return "", False

    def _work(self, call: Call) -> Answer:
        if call.path.startswith("/storage/"):
            return self._image(call)
        if call.headers.get("Authorization") != f"Bearer {self.token}":
            return refusal(401, "Unauthorized")
        operations: dict[str, tuple[Callable[[Call], Answer], str]] = {
            "GET /api/buckets": (self._list_buckets, ""),
            "POST /api/buckets": (self._create_bucket, "create_bucket"),
            "GET /api/memory": (self._get_memories, ""),
            "POST /api/memory": (self._add_memory, ""),
            "GET /api/v2/memory": (self._get_memories_and_buckets, ""),
            "POST /api/v2/memory": (self._add_memory, ""),
            "POST /api/v2/memory/update": (self._update, "update"),
            "POST /api/memories/bulk-delete": (self._delete_many, "delete"),
        }
        one = call.method == "DELETE" and call.path.startswith("/api/memories/")
        operation, offer = (self._delete_one, "delete") if one else operations.get(str(call), (None, ""))
        return operation(call) if operation and offer not in self.lacks else refusal(404, "Not found")

    def _list_buckets(self, call: Call) -> Answer:
        counts = {number: sum(item.bucket == number for item in self.items) for number in self.buckets}
        return as_json(
            200,
            [{"id": str(n), "name": name, "description": "", "memoryCount": counts[n]} for n, name in self.buckets.items()],
        )

    def _create_bucket(self, call: Call) -> Answer:
        name = call.json.get("name", "").strip()
        if not name:
            return refusal(400, "name is required")
        if name.casefold() in (there.casefold() for there in self.buckets.values()):
            return refusal(400, "A bucket with this name exists already.")
        number = max(self.buckets) + 1
        self.buckets[number] = name
        return as_json(200, {"id": number, "name": name, "memoryCount": 0})

    def _get_memories(self, call: Call) -> Answer:
        items = self._chosen(call.params, best=5)
        if call.params.get("v") == "1":
            return as_json(200, [item.text for item in items])
        return as_json(200, {"data": [self._full(item) for item in items], "count": len(items)})

    def _get_memories_and_buckets(self, call: Call) -> Answer:
        bucket, kind = call.params.get("bucketId"), call.params.get("contentType")
        items = self._chosen(call.params, bucket=int(bucket) if bucket else None, kind=kind)
        ids = call.params.get("includeIds") == "true"
        return as_json(
            200,
            {
                "memories": [self._thin(item, ids) for item in items],
                "buckets": [{"id": number, "name": name} for number, name in self.buckets.items()],
            },
        )

    def _add_memory(self, call: Call) -> Answer:
        body = call.json
        text, bucket = body.get("text", "").strip(), body.get("bucketId", DEFAULT_BUCKET)
        if not text:
            return refusal(400, "text is required")
        if bucket not in self.buckets:
            return refusal(400, "bucketId: there is no such bucket")
        same = next((item for item in self.items if (item.text, item.bucket) == (text, bucket)), None)
        if same:
            return as_json(200, {"done": "ok", "memoryId": same.id, "isDuplicate": True})
        return as_json(200, {"done": "ok", "memoryId": self.add(text, bucket=bucket).id})

    def _update(self, call: Call) -> Answer:
        """One memory's text, bucket or both; or the bucket of up to 100, all or none. What else is sent is ignored."""
        body = call.json
        ids = [body["memoryId"]] if body.get("memoryId") else list(dict.fromkeys(body.get("memoryIds") or ()))
        text, names_bucket = body.get("text"), "bucketId" in body or "bucketName" in body
        if not 1 <= len(ids) <= 100 or (not names_bucket and (text is None or "memoryIds" in body)):
            return refusal(400, "memoryId or memoryIds, and what to change, are required")
        if text is not None and not text.strip():
            return refusal(400, "text is required")
        named = (body.get("bucketName") or "").casefold()
        bucket = next((n for n, name in self.buckets.items() if n == body.get("bucketId") or name.casefold() == named), None)
        if names_bucket and bucket is None:
            return refusal(404, "There is no such bucket")
        items = {item.id: item for item in self.items if item.id in ids}
        if rejected := [memory_id for memory_id in ids if memory_id not in items]:
            return as_json(404, {"error": "Memory not found", "rejectedIds": rejected})
        for item in items.values():
            item.text = item.text if text is None else text.strip()
            item.bucket = item.bucket if bucket is None else bucket
        return as_json(200, {"done": "ok"} | ({"moved": len(items)} if "memoryIds" in body else {}))

    def _delete_one(self, call: Call) -> Answer:
        memory_id = unquote(call.path.removeprefix("/api/memories/"))
        return as_json(200, {"done": "ok"}) if self._remove({memory_id}) else refusal(404, "Memory not found")

    def _delete_many(self, call: Call) -> Answer:
        ids = call.json.get("memoryIds") or []
        if not 1 <= len(ids) <= 100:
            return refusal(400, "memoryIds must name 1 to 100 memories")
        deleted = self._remove(set(ids))
        return as_json(200, {"deleted": deleted, "failed": len(set(ids)) - deleted})

    def _remove(self, ids: set[str]) -> int:
        """Delete, for good, those of the memories that are there; returns how many."""
        before = len(self.items)
        self.items = [item for item in self.items if item.id not in ids]
        return before - len(self.items)

    def _chosen(
        self, params: Mapping[str, str], *, bucket: int | None = None, kind: str | None = None, best: int | None = None
    ) -> list[Item]:
        """The items that a list asks for: newest first, or those with a word of the query, most words first."""
        items = [
            item
            for item in sorted(self.items, key=lambda item: (item.created_at, item.id), reverse=True)
            if bucket in (None, item.bucket) and kind in (None, "image" if item.picture else "text")
        ]
        count = int(params.get("count", 10))
        if query := params.get("query"):
            words = set(re.findall(r"\w+", query.lower()))
            hits = {item.id: len(words & set(re.findall(r"\w+", item.text.lower()))) for item in items}
            items = sorted((item for item in items if hits[item.id]), key=lambda item: -hits[item.id])
            count = best or count
        items = items[int(params.get("skip", 0)) :]
        return items if params.get("all") == "true" else items[:count]

    def _thin(self, item: Item, ids: bool) -> Any:
        if not item.picture:
            return {"id": item.id, "text": item.text} if ids else item.text
        full = self._full(item)
        metadata = {name: value for name, value in full["metadata"].items() if name != "text"}
        return {name: full[name] for name in ("content_type", "image_url", "image_description")} | {"metadata": metadata}

    def _full(self, item: Item) -> dict[str, Any]:
        metadata = {
            "text": item.text,
            "createdAt": item.created_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "bucketId": item.bucket,
            "bucketName": self.buckets[item.bucket],
        }
        full = {"id": item.id, "text": item.text, "content_type": "image" if item.picture else "text", "metadata": metadata}
        if item.picture:
            url = f"{self.base_url}/storage/v1/object/sign/memory-images/{item.picture}?token={self.now.timestamp()}"
            full |= {"image_url": url, "image_description": item.text}
        return full

    def _image(self, call: Call) -> Answer:
        signed_at = datetime.fromtimestamp(float(call.params.get("token", 0)), UTC)
        if self.now - signed_at > IMAGE_LIFETIME:
            return refusal(400, '"exp" claim timestamp check failed')  # as the storage service puts it
        content = self.pictures.get(call.path.rpartition("/")[2])
        return refusal(404, "Object not found") if content is None else Answer(200, content, {"Content-Type": "image/png"})


class HostedAdapter(BaseAdapter):
    """A requests transport that ends at a Hosted."""

    def __init__(self, hosted: Hosted) -> None:
        super().__init__()
        self.hosted = hosted

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        try:
            answer = self.hosted.answer(request.method, request.path_url, request.headers, body)
        except NoAnswer as error:
            raise self._transport_error(error.kind, request.url) from None
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.raw = HTTPResponse(BytesIO(answer.content), preload_content=False)
        response.url, response.request = request.url, request
        return response

    @staticmethod
    def _transport_error(kind: str, url: str) -> Exception:
        """What requests raises; for a timeout the caller's deadline passes at once, so that no test waits for it."""
        if kind == "refused":
            return requests.ConnectionError(MaxRetryError(None, url, NewConnectionError(None, "refused")))
        if kind == "lost":
            return requests.ConnectionError(ProtocolError("Connection aborted."))
        if running := deadline._current.get():
            running.ends = 0
        return requests.ReadTimeout("timed out")

    def close(self) -> None:
        """Nothing is kept open."""


def mounted(token: str = TOKEN) -> Hosted:
    """A service at an address of its own, which the client reaches through the transport."""
    from memoryweb.memoryplugin.exchange import pooled_session

    hosted = Hosted(f"https://hosted-{next(_numbers)}.test", token)
    pooled_session(hosted.base_url).mount(hosted.base_url, HostedAdapter(hosted))
    return hosted


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hosted: Hosted

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            answer = self.hosted.answer(self.command, self.path, dict(self.headers), body)
        except NoAnswer:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


def http_server(port: int = 0, kind: type[Hosted] = Hosted) -> tuple[ThreadingHTTPServer, Hosted]:
    """A server on 127.0.0.1, not running yet, and the account of some kind that it serves; port 0 takes a free one."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    handler.hosted = kind(f"http://127.0.0.1:{server.server_address[1]}")
    return server, handler.hosted


@contextmanager
def hosted_account() -> Iterator[Hosted]:
    """An empty account, served over HTTP on this machine."""
    server, hosted = http_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hosted
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    """Serve an account with about a hundred memories until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A stand-in for the hosted memory service.")
    parser.add_argument("--port", type=int, default=8065)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that every answer takes")
    parser.add_argument("--fault", choices=sorted(FAULTS), help="fail like this, always")
    parser.add_argument("--lacks", nargs="*", default=[], choices=sorted(OFFERS), help="operations that are not there")
    parser.add_argument("--empty", action="store_true", help="start without memories")
    options = parser.parse_args()
    server, hosted = http_server(options.port)
    hosted.before = lambda call: time.sleep(options.delay)
    if not options.empty:
        hosted.fill(70, bucket=65)
        hosted.fill(36, bucket=66, images=True)
    if options.fault:
        hosted.fail(options.fault)
    hosted.lacks = set(options.lacks)
    print(f"MEMORYPLUGIN_URL={hosted.base_url} MEMORYPLUGIN_TOKEN={hosted.token}", flush=True)  # noqa: T201
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
