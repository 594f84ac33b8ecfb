"""The embedded server as its clients meet it: the same tests run in-process and over sockets, and each answer is checked."""

import threading
from io import BytesIO
from typing import Any
from unittest import mock

import pytest
import requests
from django.test import Client
from django.test.testcases import QuietWSGIRequestHandler
from PIL import Image
from requests.auth import AuthBase
from urllib3 import HTTPResponse

from memoryweb.accounts import tokens
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.exchange import BearerToken, pooled_session
from memoryweb.memoryplugin.local import LOCAL_URL, ActAs

from .contract import check_answer


class Service:
    """The embedded server behind one transport: `client` as the program uses it, `call` for what that would not send."""

    def __init__(self, client: MemoryPluginClient, auth: AuthBase) -> None:
        self.client = client
        self._auth = auth

    def call(self, method: str, path: str, **request: Any) -> requests.Response:
        return pooled_session(self.client.base_url).request(
            method, self.client.base_url + path, auth=self._auth, timeout=10, **request
        )

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.call("GET", path, params=params)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.call("POST", path, json=body)

    def add(self, text: str, **fields: Any) -> str:
        """A memory's id, stored with any field of the contract."""
        return self.post("/api/memory", {"text": text, **fields}).json()["memoryId"]

    def texts(self, **params: Any) -> list[str]:
        """The texts that GET /api/v2/memory lists."""
        return [memory.text for memory in self.client.get_memories_and_buckets(**params).memories]

    def bucket(self, name: str) -> int:
        """The id of a new bucket."""
        return int(self.client.create_bucket(name).id)

    def counts(self) -> dict[str, int | None]:
        """Each bucket's name and how many memories it says it holds."""
        return {bucket.name: bucket.memory_count for bucket in self.client.list_buckets()}


def _checked(response: requests.Response, **_: Any) -> requests.Response:
    """A response hook: holds the answer against the contract and passes it on unread."""
    body = response.raw.read(decode_content=True)
    response.headers.pop("Content-Encoding", None)
    request = response.request
    kind = response.headers.get("Content-Type", "")
    check_answer(request.method or "", request.url or "", response.status_code, kind, body)
    response.raw = HTTPResponse(BytesIO(body), preload_content=False)
    return response


@pytest.fixture(scope="module", autouse=True)
def tables_are_only_emptied():
    """After a test with `transactional_db` Django would also make its permissions anew, which nobody here asks for."""
    with mock.patch("django.core.management.commands.flush.emit_post_migrate_signal"):
        yield


@pytest.fixture
def test_server(live_server):
    """Django's test server, not waiting 40 ms for an ACK between an answer's head and body.

    It shares this thread's connection to the database, and tidies up after it has answered; so the test waits for that.
    """
    with mock.patch.object(QuietWSGIRequestHandler, "disable_nagle_algorithm", True):
        yield live_server
        pooled_session(live_server.url).close()
        for thread in threading.enumerate():
            if "process_request_thread" in thread.name:
                thread.join(10)


@pytest.fixture(params=["in-process", "sockets"])
def service(request, transactional_db, owner, test_server):
    """The real client and the real API views, once through LocalAdapter and once over HTTP with a real token."""
    if request.param == "in-process":
        service = Service(MemoryPluginClient(LOCAL_URL, acting_person=owner), ActAs(owner))
    else:
        token = tokens.make(owner, "contract suite")
        service = Service(MemoryPluginClient(test_server.url, token), BearerToken(token))
    session = pooled_session(service.client.base_url)
    session.hooks["response"] = [_checked]
    yield service
    session.hooks["response"] = []


@pytest.fixture
def token(owner):
    """A valid bearer token."""
    return tokens.make(owner, "a client")


@pytest.fixture
def api(token):
    """HTTP requests with a valid token, through all middleware, without sockets."""
    return Client(headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def picture():
    """Makes the bytes of a small image file: `picture("PNG", size=(4, 3), colour="red", **options of Pillow's save)`."""

    def make(kind: str = "PNG", *, size: tuple[int, int] = (4, 3), colour: str = "red", **options: Any) -> bytes:
        output = BytesIO()
        Image.new("RGB", size, colour).save(output, kind, **options)
        return output.getvalue()

    return make
