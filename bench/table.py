"""The table as plain text, aligned."""

from collections.abc import Iterator, Sequence

from bench.bars import BARS, MARKUP, Measured
from bench.clock import Figures

HEAD = ["operation", "memories", "side", "p50 ms", "p95 ms", "p99 ms", "req/s", "bytes", "calls", "queries", "MB", "p50 / floor"]
SIDES = ("ours", "floor", MARKUP, "first", "sql")


def rendered(measured: Measured) -> str:
    """Both tables: what was measured, then the bars."""
    return f"{_aligned(list(_rows(measured)))}\n\n{_aligned(list(_bars(measured)))}\n"


def _rows(measured: Measured) -> Iterator[list[str]]:
    yield HEAD
    names = list(dict.fromkeys(name for name, _, _ in measured.figures))
    for name, size, side in sorted(measured.figures, key=lambda key: (names.index(key[0]), key[1], SIDES.index(key[2]))):
        figures, floor = measured.figures[name, size, side], measured.figures.get((name, size, "floor"))
        ratio = f"{figures.p50 / floor.p50:.2f}" if floor and side == "ours" else ""
        first = [name, f"{size:,}"] if side == "ours" else ["", ""]
        yield [*first, side, *_columns(figures), ratio]


def _columns(figures: Figures) -> list[str]:
    times = [f"{figures.at(share):.2f}" for share in (0.5, 0.95, 0.99)]
    others = (figures.rate, figures.size, figures.calls, figures.queries, figures.memory)
    return [*times, *("" if value is None else f"{value:,.0f}" for value in others)]


def _bars(measured: Measured) -> Iterator[list[str]]:
    yield ["bar", "measured", "bar", ""]
    for bar in BARS:
        limit = f"{'>=' if bar.at_least else '<='} {bar.limit:g} {bar.unit}"
        try:
            value = bar.value(measured)
        except KeyError:
            yield [bar.what, "-", limit, "not run"]
        else:
            yield [bar.what, f"{value:.3g} {bar.unit}", limit, "met" if bar.holds(value) else "not met"]


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; words to the left, figures to the right."""
    places = []
    for column in zip(*rows, strict=True):
        is_words = any(cell and not cell[0].isdigit() for cell in column[1:])
        places.append(f"{'<' if is_words else '>'}{max(map(len, column))}")
    return "\n".join("  ".join(map(format, row, places)).rstrip() for row in rows)
