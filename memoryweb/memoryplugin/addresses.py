"""Where connections may go: an answer that names an address inside a network must not make this server ask there.

The address counts that is connected to, after the name was looked up; so no name and no trick with names leads around it.
"""

import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult

from .errors import BrokenAnswer, OutOfBounds

_service: ContextVar[SplitResult | None] = ContextVar("service", default=None)
_may_reach: ContextVar[Callable[[str], bool] | None] = ContextVar("may_reach", default=None)
_is_inside: dict[str, bool] = {}  # by the service's base URL, since what its name leads to may change later
_resolvers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolve")
_TRANSLATED = ip_network("64:ff9b::/96")  # IPv4 addresses behind a translator


@contextmanager
def public_only(service: SplitResult) -> Iterator[None]:
    """Connections made inside, in this thread, go to public addresses alone, unless the service at this URL lies at another one."""
    token = _service.set(service)
    try:
        yield
    finally:
        _service.reset(token)


@contextmanager
def only_where(may_reach: Callable[[str], bool] | None) -> Iterator[None]:
    """Connections made inside, in this thread, go only to IP addresses for which `may_reach` is true; None for any."""
    token = _may_reach.set(may_reach)
    try:
        yield
    finally:
        _may_reach.reset(token)


def look_up(host: str, port: int | None, seconds: float) -> list[tuple[Any, ...]]:
    """What getaddrinfo says of a host, within so many seconds; raises TimeoutError and OSError."""
    return _resolvers.submit(socket.getaddrinfo, host.strip("[]"), port, 0, socket.SOCK_STREAM).result(max(seconds, 0))


def check(addresses: Sequence[str], seconds: float) -> None:
    """Raises a BrokenAnswer where one of the addresses is none to connect to now. To know that may take so many seconds."""
    may_reach = _may_reach.get()
    if may_reach is not None and not all(map(may_reach, addresses)):
        raise OutOfBounds
    service = _service.get()
    if service is None or all(map(is_public, addresses)):
        return
    base_url = service.geturl()
    if base_url not in _is_inside:
        found = look_up(service.hostname or "", service.port or 443, seconds)
        _is_inside[base_url] = not all(is_public(address[0]) for *_, address in found)
    if not _is_inside[base_url]:
        raise BrokenAnswer("The image lies at an address inside a network, where memoryweb does not ask.")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: not private, loopback, link-local, reserved or of a group."""
    there = _embedded(ip_address(address))
    return there.is_global and not there.is_multicast


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own."""
    return _embedded(ip_address(address)).is_loopback


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, where it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)
