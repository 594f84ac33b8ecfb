"""`python -m bench`: makes the stores, runs ours and the floor over each, and prints the table. Ends what it started.

With SEMANTIC_MODEL set to a model's folder or name, searching by meaning is measured as well.
"""

import argparse
import os
import platform
import signal
import sqlite3
import sys
import time

from bench import measure, stores, table


def main() -> None:
    """Measure as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="memories in the stores")
    parser.add_argument("--seconds", type=float, default=8, help="for each operation's latency; a quarter of it for each rate")
    parser.add_argument("--make-only", action="store_true", help="only make the stores that are missing")
    chosen = parser.parse_args()
    model = os.environ.get("SEMANTIC_MODEL", "")  # asked now: the processes that are measured see only what is set for them
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end as well
    folders = {size: stores.store(size) for size in sorted(set(chosen.sizes))}
    if chosen.make_only:
        return
    about = surroundings()
    text = f"{about}\n\n{table.rendered(measure.everything(folders, chosen.seconds, model))}"
    print(text)
    (stores.KEPT / f"table-{time.strftime('%Y-%m-%d-%H%M%S')}.txt").write_text(text, encoding="utf-8")


def surroundings() -> str:
    """When and on what this was measured, and how busy that was with other things."""
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    version = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, {load} at the start, {version}"


if __name__ == "__main__":
    main()
