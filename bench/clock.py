"""Timing: one connection for latencies, several sides turn about, eight connections for what a server bears."""

import http.client
import itertools
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.sites import Site

CONNECTIONS = 8
ENCODINGS = "gzip, deflate, br, zstd"  # as Chromium asks for them, by https and on this machine
ROUNDS = 20  # a p95 needs as many, however slow
LONGEST = 4  # times the seconds given; then it ends with fewer
WARM_UP = 3
Turn = Callable[[int], object]  # does the n-th thing


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `body` makes it a POST, of JSON where `content_type` says nothing else; `token` sends the API's token."""

    address: str
    is_fragment: bool = False
    body: bytes | None = None
    token: bool = False
    content_type: str = "application/json"


class Line:
    """One kept-alive connection of a person's browser, or of a program with a token."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)

    def send(self, ask: Ask, encodings: str = ENCODINGS) -> bytes:
        """The answer's body as it came, compressed; anything but a 200 ends the measurement."""
        headers = {"Accept-Encoding": encodings, "Cookie": self._site.cookie}
        if ask.is_fragment:
            headers |= {"HX-Request": "true", "HX-Current-URL": f"http://127.0.0.1:{self._site.port}/"}
        if ask.token:
            headers["Authorization"] = f"Bearer {self._site.token}"
        if ask.body is not None:
            headers["Content-Type"] = ask.content_type
        self._connection.request("GET" if ask.body is None else "POST", ask.address, ask.body, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{ask.address} was answered with {answer.status}.")
        return body

    def text(self, ask: Ask) -> str:
        """The answer's text."""
        return self.send(ask, "identity").decode()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@dataclass(slots=True)
class Figures:
    """What was measured of one side: milliseconds, and what else is known of it."""

    times: list[float] = field(default_factory=list)
    rate: float | None = None
    size: int | None = None
    calls: int | None = None
    queries: int | None = None
    memory: float | None = None

    def at(self, share: float) -> float:
        """The percentile, such as .95, in milliseconds (nearest rank)."""
        ordered = sorted(self.times)
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    @property
    def p50(self) -> float:
        """The median."""
        return self.at(0.5)

    @property
    def p95(self) -> float:
        """What 19 of 20 stay under."""
        return self.at(0.95)


def turn_about(sides: Sequence[Turn], seconds: float, at_least: int = ROUNDS) -> list[Figures]:
    """Time the sides one after the other, again and again, so that what disturbs one disturbs all.

    For so many seconds, and at least so many rounds unless these take LONGEST times as long; a few rounds before them do not count.
    """
    figures = [Figures() for _ in sides]
    for n, side in itertools.product(range(WARM_UP), sides):
        side(n)
    began = time.monotonic()
    for n in itertools.count():
        passed = time.monotonic() - began
        if passed >= seconds and n and (n >= at_least or passed >= LONGEST * seconds):
            return figures
        for figure, side in zip(figures, sides, strict=True):
            start = time.perf_counter()
            side(n)
            figure.times.append((time.perf_counter() - start) * 1000)
    raise AssertionError("it counts for ever")


def rate(site: Site, asks: Callable[[int], Ask], seconds: float) -> float:
    """Answers a second at CONNECTIONS connections."""
    numbers, answered, failures = itertools.count(), [0] * CONNECTIONS, list[BaseException]()
    began = time.monotonic()

    def work(worker: int) -> None:
        line = Line(site)
        try:
            while time.monotonic() - began < seconds:
                line.send(asks(next(numbers)))
                answered[worker] += 1
        except BaseException as failure:  # noqa: BLE001  # a thread's errors are raised by whoever started it
            failures.append(failure)
        finally:
            line.close()

    threads = [threading.Thread(target=work, args=[worker]) for worker in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(answered) / (time.monotonic() - began)
