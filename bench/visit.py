"""What the first visit loads: the page and every style, script and icon that it names, compressed."""

import re

from bench.clock import Ask, Line

_NAMED = re.compile(r'(?:src|href)="(/static/[^"#]+)')


def first_visit(line: Line) -> int:
    """Bytes on the wire, without headers."""
    page = line.text(Ask("/"))
    return len(line.send(Ask("/"))) + sum(len(line.send(Ask(address))) for address in sorted(set(_NAMED.findall(page))))
