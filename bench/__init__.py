"""Measures the real server against the leanest one that answers the same; `python -m bench --help`."""

import memoryweb  # noqa: F401  # before anything imports sqlite3: it brings the one that may read and write in WAL mode
