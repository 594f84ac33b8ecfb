"""`make prove-authz`: that every address answers everybody as its table says; one line with how many requests that were."""

import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

TABLE = "memoryweb.tests.test_access_table"
FILES = ("test_access_table.py", "test_closed_buckets.py", "test_closed_buckets_hosted.py")


class Outcomes:
    """A pytest plugin that remembers what failed."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest."""
        if report.failed:
            self.failed.append(f"{report.nodeid}\n{report.longreprtext}")


def main() -> None:
    """Run the table's tests; exits with 1 when one fails."""
    outcomes = Outcomes()
    with redirect_stdout(StringIO()) as said:
        files = [str(Path(__file__).with_name(name)) for name in FILES]
        status = pytest.main([*files, "-p", "no:cacheprovider"], plugins=[outcomes])
    if status or outcomes.failed:
        sys.exit("\n".join([*outcomes.failed, "" if outcomes.failed else said.getvalue(), "prove-authz: FAILED"]))
    table = sys.modules[TABLE]
    each = len(table.EVERYBODY) * len(table.TARGETS)
    pages, calls = 2 * each * len(table.PAGES), each * len(table.API)
    sys.stdout.write(
        f"prove-authz: {pages:,} requests to {len(table.PAGES)} pages and {calls:,} calls of {len(table.API)} operations, "
        f"by {len(table.EVERYBODY)} kinds of people for {len(table.TARGETS)} kinds of things, each answered as the table says; "
        "and what lies in a closed bucket as what is not there\n"
    )


if __name__ == "__main__":
    main()
