"""What happened as a table for a spreadsheet, in which no cell can be taken for a formula."""

import csv
import re
from collections.abc import Iterable, Iterator

from .shown import Deed

COLUMNS = ("time", "person", "what", "action", "memories or reads", "bucket", "token", "address")
_BEGINS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff\u2028\u2029]")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines(deeds: Iterable[Deed]) -> Iterator[str]:
    """The table as CSV, line by line: first the mark by which spreadsheets know UTF-8, then the names of the columns."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff" + writer.writerow(COLUMNS)
    for deed in deeds:
        cells = (deed.at.isoformat(), deed.who, deed.what, deed.action, deed.count, deed.bucket, deed.token, deed.address)
        yield writer.writerow([safe(str(cell)) for cell in cells])


def safe(cell: str) -> str:
    """A cell that is text wherever it is opened: after an apostrophe where it looks like a formula, and without what turns writing
    around or cannot be seen.
    """
    cell = _UNSEEN.sub("", cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINS_FORMULA) else cell
