"""A service made of prepared answers, mounted below the real client: everything above the transport is what ships."""

import itertools
import json
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.exchange import pooled_session

TOKEN = "tok-4f9c2e7ab1d8"
_numbers = itertools.count(1)


def answer(body: Any = None, status: int = 200, **headers: str) -> requests.Response:
    """An answer; a body that is not bytes becomes JSON, and `Retry_After=` the header Retry-After."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = requests.Response()
    response.status_code = status
    response.headers = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    response.raw = HTTPResponse(BytesIO(content), headers=response.headers, status=status, preload_content=False)
    return response


class Transport(BaseAdapter):
    """Answers with each of `answers` in turn and stays with the last; what is an exception is raised."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = list(answers)
        self.requests: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self.requests.append(request)
        what = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        what = what() if callable(what) and not isinstance(what, type) else what
        if isinstance(what, requests.Response):
            what.request, what.url = request, request.url
            return what
        raise what

    def close(self) -> None:
        pass

    @property
    def sent(self) -> requests.PreparedRequest:
        """The one request that was made."""
        (request,) = self.requests
        return request

    @property
    def path(self) -> str:
        return urlsplit(self.sent.url).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.sent.url).query, keep_blank_values=True))

    @property
    def body(self) -> Any:
        return json.loads(self.sent.body) if self.sent.body else None


def service(*answers: Any, token: str = TOKEN, **options: Any) -> tuple[MemoryPluginClient, Transport]:
    """A client of a hosted service of its own, and the transport that answers for it and for every other host."""
    client = MemoryPluginClient(f"https://service-{next(_numbers)}.test", token, **options)
    transport = Transport(*answers)
    session = pooled_session(client.base_url)
    session.mount("https://", transport)
    session.mount("http://", transport)
    return client, transport
