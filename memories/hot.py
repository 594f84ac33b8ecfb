"""Images that were served a moment ago, served again at the cost of a static file: session and memory are not looked up again.

A page of 60 images is 60 requests. Each worker keeps the last small ones, and trusts a session that it has just seen to be good, if
it is of somebody to whom no bucket is closed: it does not know in which one an image lies.
"""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from memoryweb.accounts import permissions, sessions

from .serving import FOR_GOOD

MOST_BYTES = 16_000_000  # in each worker
LARGEST_BYTES = 500_000
KEPT_SECONDS = 60
TRUSTED_SECONDS = 10  # no longer than that, although the end of a session is told to every worker of this machine
_ADDRESS = re.compile(r"/memories/[\w-]+/image\?(?:w=\d+&)?v=\w+")


class HotImages:
    """A middleware. It keeps what a browser may keep for good, so nothing of it can be out of date."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, tuple[float, bytes, Mapping[str, str]]] = OrderedDict()
        self._bytes = 0
        self._sessions: dict[str, float] = {}
        self._ended = 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django."""
        address = f"{request.path_info}?{request.META.get('QUERY_STRING', '')}"
        session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "") if _ADDRESS.fullmatch(address) else ""
        if not session or request.method != "GET" or "HTTP_RANGE" in request.META or "HTTP_IF_NONE_MATCH" in request.META:
            return self.get_response(request)
        now, ended = time.monotonic(), sessions.ended()
        with self._lock:
            if ended != self._ended:
                self._sessions, self._ended = {}, ended
                self._answers.clear()  # or the account is another one now
                self._bytes = 0
        kept = self._answers.get(address)
        if kept and kept[0] > now and self._sessions.get(session, 0) > now:
            return HttpResponse(kept[1], headers=kept[2])
        response = self.get_response(request)
        may_keep = response.status_code == 200 and response.get("Cache-Control") == FOR_GOOD
        if may_keep and not permissions.is_limited(getattr(request, "user", None)):
            self._keep(address, session, response, now, ended)
        return response

    def _keep(self, address: str, session: str, response: HttpResponse, now: float, ended: int) -> None:
        with self._lock:
            if ended != self._ended:  # this session may be the one that has ended since
                return
            self._sessions = {each: until for each, until in self._sessions.items() if until > now} | {
                session: now + TRUSTED_SECONDS
            }
            if len(response.content) > LARGEST_BYTES:
                return
            self._drop(address)
            self._answers[address] = now + KEPT_SECONDS, response.content, dict(response.headers)
            self._bytes += len(response.content)
            while self._bytes > MOST_BYTES:
                self._drop(next(iter(self._answers)))

    def _drop(self, address: str) -> None:
        if dropped := self._answers.pop(address, None):
            self._bytes -= len(dropped[1])
