"""How far the long tests go: a part of the way, so that `make test` stays short, and with THOROUGH=1, as in CI, all of it."""

import os


def far(short: int, whole: int) -> int:
    """The number of cases, runs or steps: `whole` where THOROUGH is set."""
    return whole if os.environ.get("THOROUGH") else short
