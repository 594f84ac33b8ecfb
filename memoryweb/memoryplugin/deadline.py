"""A bound on a whole HTTP exchange, whatever trickles in.

`timeout=` of requests is per read: a server that sends one byte a second holds a call for as long as it likes. Here each
call has a deadline; when it passes, a timer shuts the connection's socket, so that a read that is under way ends at
once, in the headers as well as in the body. Likewise the connect timeout is per address, and looking a name up has none: here
one connect timeout covers the look-up and all the host's addresses together.
"""

import socket
import threading
import time
from contextlib import suppress
from contextvars import ContextVar
from types import TracebackType

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from . import addresses

_current: ContextVar["Deadline | None"] = ContextVar("deadline", default=None)


class Deadline:
    """`with Deadline(10) as deadline:` bounds the requests made inside, in this thread, to 10 seconds together."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self._connection: HTTPConnection | None = None
        self._timer: threading.Timer | None = None

    @property
    def left(self) -> float:
        """Seconds until it passes; negative afterwards."""
        return self.ends - time.monotonic()

    @property
    def passed(self) -> bool:
        """Whether the time is up (to within the timer's own precision)."""
        return self.left <= 0.01

    def watch(self, connection: HTTPConnection) -> None:
        """Shut this connection, instead of an earlier one, when the time is up."""
        self._connection = connection
        if self._timer is None:
            self._timer = threading.Timer(max(self.left, 0), self._shut)
            self._timer.daemon = True
            self._timer.start()

    def _shut(self) -> None:
        sock = getattr(self._connection, "sock", None)
        if isinstance(sock, socket.socket):
            with suppress(OSError):  # closed already
                # The plain socket's method, for TLS too: it ends a read without touching what the reader uses.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def __enter__(self) -> "Deadline":
        self._token = _current.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._connection = None
        _current.reset(self._token)


class _Watched(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        ends = time.monotonic() + float(self.timeout or 0)
        error: OSError | None = None
        try:
            found = addresses.look_up(self._dns_host, self.port, ends - time.monotonic())
            addresses.check([address[0] for *_, address in found], ends - time.monotonic())
            for untried, (family, kind, protocol, _, address) in zip(range(len(found), 0, -1), found, strict=True):
                sock = socket.socket(family, kind, protocol)
                try:
                    for option in self.socket_options or ():
                        sock.setsockopt(*option)
                    sock.settimeout(max((ends - time.monotonic()) / untried, 0.001))
                    sock.connect(address)
                except OSError as failed:
                    sock.close()
                    error = failed
                else:
                    sock.settimeout(float(self.timeout or 0))
                    return sock
        except TimeoutError as late:
            raise ConnectTimeoutError(self, "the name could not be looked up in time") from late
        except (OSError, UnicodeError) as unknown:
            raise NameResolutionError(self.host, self, unknown) from unknown  # type: ignore[arg-type]  # any reason will do
        if isinstance(error, TimeoutError):
            raise ConnectTimeoutError(self, "no address answered in time") from error
        raise NewConnectionError(self, "no address could be connected to") from error

    def request(self, *args: object, **kwargs: object) -> None:
        if deadline := _current.get():
            deadline.watch(self)
        if self.sock is not None:  # used again: it may have been made for something that may go anywhere
            addresses.check([self.sock.getpeername()[0]], float(self.timeout or 0))
        super().request(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came


class _WatchedTLS(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


class DeadlineAdapter(HTTPAdapter):
    """requests' own transport, over connections that the current Deadline can end. It never retries by itself."""

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        """As requests does, with our connections."""
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}
