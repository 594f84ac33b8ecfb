"""What the first visit loads: the page, every style, script and icon that it names, and what those name in turn, compressed."""

import re
from urllib.parse import urljoin

from bench.clock import Ask, Line

_NAMED = {
    "html": re.compile(r'(?:src|href)="(/static/[^"#]+)'),
    "js": re.compile(r'^import [^"(]*"(\./[^"]+)"', re.MULTILINE),  # what a call imports is only loaded when it is needed
    "css": re.compile(r'url\("?([^")#]+)'),
}


def first_visit(line: Line) -> int:
    """Bytes on the wire, without headers."""
    sizes: dict[str, int] = {}
    waiting = {"/"}
    while waiting:
        address = waiting.pop()
        sizes[address] = len(line.send(Ask(address)))
        waiting |= _named(address, line) - sizes.keys()
    return sum(sizes.values())


def _named(address: str, line: Line) -> set[str]:
    """What the page or file at this address loads."""
    pattern = _NAMED.get("html" if address == "/" else address.rpartition(".")[2])
    return {urljoin(address, name) for name in pattern.findall(line.text(Ask(address)))} if pattern else set()
