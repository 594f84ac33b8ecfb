"""LocalAdapter: the transport that takes the client's requests to the embedded server without leaving the process.

It builds a Django request, resolves the URL and calls the view. The whole WSGI handler would close the caller's database
connection and reset the script prefix; so no middleware runs, and the API's authentication is a decorator.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import requests
from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolve
from requests.adapters import BaseAdapter
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

# requests encodes `params` for http addresses only; this one cannot exist (RFC 6761).
LOCAL_HOST = "memoryplugin.invalid"
LOCAL_URL = f"http://{LOCAL_HOST}"

# Whoever asks, in the WSGI environ. Headers arrive there as HTTP_..., so no header can set this key.
ACTING_PERSON = "memoryweb.acting_person"


class ActAs(AuthBase):
    """Marks a request with the person on whose behalf it is made; the embedded server takes that for a token."""

    def __init__(self, person: Any) -> None:
        self.person = person

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Called by requests."""
        request.acting_person = self.person  # type: ignore[attr-defined]  # read by LocalAdapter alone
        return request


class LocalRequest(WSGIRequest):
    """A request that was made in this process: its host is not checked against ALLOWED_HOSTS, since nobody sent it."""

    def get_host(self) -> str:
        """The host of the client's base URL, so that addresses in answers lead back through the client."""
        return LOCAL_HOST


class LocalAdapter(BaseAdapter):
    """A requests transport; mounted on LOCAL_URL."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Answer `request` by calling the view that its path leads to; the other arguments concern sockets."""
        answer = _call(request)
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers = CaseInsensitiveDict(answer.headers)
        response.raw = HTTPResponse(BytesIO(b"".join(answer)), preload_content=False)
        response.url = request.url or LOCAL_URL
        response.request = request
        return response  # `answer` stays open: to close it would tell Django that the caller's own request is over

    def close(self) -> None:
        """Nothing is kept open."""


def _call(request: requests.PreparedRequest) -> Any:
    parts = urlsplit(request.url or "")
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    sent = BytesIO(body)
    environ = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": LOCAL_HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": sent,
        "wsgi.url_scheme": "http",
        ACTING_PERSON: getattr(request, "acting_person", None),
    }
    django_request = LocalRequest(environ)
    match = resolve(django_request.path_info)
    try:
        return match.func(django_request, *match.args, **match.kwargs)
    finally:
        django_request.close()
        sent.close()  # the request may refer to itself, and would keep an image until the garbage is collected
