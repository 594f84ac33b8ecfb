"""One exchange with the service over HTTP: a bounded request, its retries, the whole answer or the error it stands for."""

import json
import math
import random
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NoReturn

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, NewConnectionError

from . import wire
from .addresses import only_where
from .deadline import Deadline, DeadlineAdapter
from .errors import (
    BrokenAnswer,
    Conflict,
    Forbidden,
    Invalid,
    Limited,
    MemoryPluginError,
    Moved,
    NotAllowed,
    NotFound,
    RefusedToken,
    ServerError,
    TimedOut,
    Unreachable,
    UnreadableToken,
    Unsupported,
)
from .local import LOCAL_URL, ActAs, LocalAdapter

SOURCE = "memoryweb"
HEADERS = {
    "Accept": "application/json, image/*",
    "Accept-Encoding": requests.utils.default_headers()["Accept-Encoding"],
    "Connection": "keep-alive",
    "User-Agent": SOURCE,
}
CONNECT_SECONDS = 3.0
DEADLINE_SECONDS = 10.0
ANSWER_BYTES = 10_000_000
GET_ATTEMPTS = 3


class BearerToken(AuthBase):
    """Puts the token into the Authorization header. An AuthBase, since a .netrc file would override a plain header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __repr__(self) -> str:
        return "BearerToken(...)"

    def is_in(self, text: str) -> bool:
        """Whether the text holds the token."""
        return self._token in text

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Called by requests."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class NoToken(AuthBase):
    """In place of a token that cannot be read: nothing is sent, each call raises UnreadableToken."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Called by requests."""
        raise UnreadableToken


class Session(requests.Session):
    """A Session that can leave out what takes as long as an answer of the embedded server: cookies, redirects, the environment."""

    def send_straight(self, request: requests.PreparedRequest, timeout: tuple[float, float]) -> requests.Response:
        """The transport's answer, its body unread; hooks are called. Raises what requests raises."""
        response = self.get_adapter(request.url or "").send(request, stream=True, timeout=timeout, verify=True)
        return requests.hooks.dispatch_hook("response", self.hooks, response)


@lru_cache(maxsize=8)
def pooled_session(base_url: str) -> Session:
    """The process's one Session for `base_url`, so that connections are used again; it keeps no cookies.

    A test that wants a fake service mounts its transport here.
    """
    session = Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", DeadlineAdapter(pool_maxsize=32))
    session.mount("http://", DeadlineAdapter(pool_maxsize=32))
    session.mount(LOCAL_URL, LocalAdapter())
    return session


class Exchange:
    """Sends requests to one service, as whom `auth` says; their errors are MemoryPluginErrors.

    `may_reach` says which IP addresses may be connected to, None that all may; `refused` what a refused token is raised as, and
    `accepted` is called when one was accepted.
    """

    def __init__(
        self,
        base_url: str,
        auth: AuthBase,
        may_reach: Callable[[str], bool] | None = None,
        refused: Callable[[], RefusedToken] | None = None,
        accepted: Callable[[], None] | None = None,
    ) -> None:
        self._base_url = base_url
        self._auth = auth
        self._may_reach = may_reach
        self._refused = refused
        self._accepted = accepted

    def send(self, method: str, url: str, **request: Any) -> tuple[requests.Response, bytes]:
        """Send, with retries for GETs, and read the whole answer; raises the error that a failed answer stands for.

        `request` is what requests takes; with `auth=no_auth` the token stays here.
        """
        with Deadline(DEADLINE_SECONDS) as deadline, only_where(self._may_reach):
            for attempt in range(1, GET_ATTEMPTS + 1):
                try:
                    return self._attempt(method, url, deadline, **request)
                except RefusedToken as error:
                    raise (self._refused() if self._refused else error) from None
                except (Unreachable, ServerError) as error:
                    pause = random.uniform(0.5, 1) * 0.2 * 2**attempt
                    if method != "GET" or attempt == GET_ATTEMPTS or pause >= deadline.left:
                        raise error from None
                    time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, method: str, url: str, deadline: Deadline, **request: Any) -> tuple[requests.Response, bytes]:
        sent = method != "GET"  # a write that breaks from here on may have happened
        left = max(deadline.left, 0.1)
        try:
            prepared = _prepared(method, url, **{"auth": self._auth} | request)
            response = pooled_session(self._base_url).send_straight(prepared, (min(CONNECT_SECONDS, left), left))
            content = _read(response, deadline, sent)
        except requests.ConnectTimeout:
            raise Unreachable from None
        except requests.ConnectionError as error:
            if deadline.passed:
                raise TimedOut(outcome_unknown=sent) from None
            raise Unreachable(outcome_unknown=sent and not _never_connected(error)) from None
        except (requests.RequestException, HTTPError, OSError):
            # requests' messages and those under them repeat the address, and with it what was searched for
            if deadline.passed:
                raise TimedOut(outcome_unknown=sent) from None
            raise BrokenAnswer(outcome_unknown=sent) from None
        if response.status_code == 403 and isinstance(self._auth, ActAs):
            raise NotAllowed(wire.read_error(self._readable(content)))
        if not 200 <= response.status_code < 300:
            _raise_for(response, self._readable(content), sent)
        if self._accepted and "auth" not in request:
            self._accepted()
        return response, content

    def _readable(self, content: bytes) -> Any:
        """An error's body; None where it is unreadable or repeats the token."""
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            return None
        return None if isinstance(self._auth, BearerToken) and self._auth.is_in(wire.read_error(body)) else body


def no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An `auth` that adds nothing; with None, requests would look for credentials in the address."""
    return request


def _prepared(
    method: str, url: str, *, auth: AuthBase, params: Mapping[str, Any] | None = None, **body: Any
) -> requests.PreparedRequest:
    """The request as it is sent. What makes up a GET is worked out once: that takes as long as to read what it asks for."""
    if method != "GET" or body:
        return requests.Request(method, url, headers=HEADERS, auth=auth, params=params, **body).prepare()
    given = tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in (params or {}).items())
    return auth(_prepared_get(url, given).copy())


@lru_cache(maxsize=64)
def _prepared_get(url: str, params: tuple[tuple[str, Any], ...]) -> requests.PreparedRequest:
    return requests.Request("GET", url, headers=HEADERS, params=params, auth=no_auth).prepare()


def _read(response: requests.Response, deadline: Deadline, sent: bool) -> bytes:
    """The body, as it trickles in, up to the deadline and the size limit."""
    chunks: list[bytes] = []
    size = 0
    try:
        while chunk := response.raw.read1(65_536, decode_content=True):  # what has come; read() waits for all
            size += len(chunk)
            if size > ANSWER_BYTES:
                raise BrokenAnswer("The memory service sent more than 10 MB at once.", outcome_unknown=sent)
            if deadline.passed:
                raise TimedOut(outcome_unknown=sent)
            chunks.append(chunk)
    except BaseException:
        response.close()
        raise
    if deadline.passed:  # its timer shut the socket, which looks like an end
        raise TimedOut(outcome_unknown=sent)
    return b"".join(chunks)


def _never_connected(error: requests.ConnectionError) -> bool:
    reason = error.args[0] if error.args else None
    return isinstance(getattr(reason, "reason", reason), NewConnectionError)


def _raise_for(response: requests.Response, body: Any, sent: bool) -> NoReturn:
    """Raise what a status outside 200 to 299 means, with what its `body` says."""
    status = response.status_code
    if status in (301, 302, 303, 307, 308):
        raise Moved(outcome_unknown=sent)
    if status == 429:
        raise Limited(_retry_after(response.headers.get("Retry-After", "")))
    if status >= 500 and status != 501:
        raise ServerError(outcome_unknown=sent)
    meanings: dict[int, type[MemoryPluginError]] = {401: RefusedToken, 403: Forbidden, 405: Unsupported, 501: Unsupported}
    if status in meanings:
        raise meanings[status]
    if status in (404, 410):
        raise NotFound(rejected_ids=wire.read_rejected(body))
    if status == 409:
        raise Conflict(wire.read_error(body), version=wire.read_version(body))
    if status in (400, 413, 415, 422):
        raise Invalid(wire.read_error(body))
    raise BrokenAnswer(outcome_unknown=sent)


def _retry_after(value: str) -> int | None:
    """The header's seconds, or its date in seconds from now, at most a day; None where it says nothing useful."""
    try:
        seconds = int(value) if value.isdigit() else parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(math.ceil(seconds), 86_400) if seconds > 0 else None
