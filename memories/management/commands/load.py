"""`manage.py load FILE...`: take memories from files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from memories import loading
from memoryweb.accounts import services as accounts
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.errors import MemoryPluginError


class Command(BaseCommand):
    """Loads memories into the account that the pages show, embedded or hosted. Running it twice adds nothing."""

    help = "Load memories from JSON, JSON Lines or text files (a memory a line). What is there already is not added again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Called by Django."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--bucket", default="", help="file them all here, instead of in the buckets that they name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Called by Django. Ends with an error when a file cannot be opened or the service fails."""
        entries = [(f"{path.name}, {place}", entry) for path in options["files"] for place, entry in self._read(path)]
        report = loading.Report()
        owner = accounts.owner()
        try:
            reports = loading.load(connect(owner), owner, entries, options["bucket"].strip())
            for so_far in tqdm(reports, total=len(entries), unit=" memories", disable=None, leave=False):
                report = so_far
        except MemoryPluginError as error:
            self._tell(report)
            raise CommandError(f"Stopped: {error.sentence} What was added stays; run the same command again to go on.") from None
        self._tell(report)

    def _read(self, path: Path) -> list[loading.Entry]:
        try:
            return loading.read_file(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}. Nothing was loaded.") from None
        except ValueError:
            raise CommandError(f"{path} is not UTF-8 text. Save it as UTF-8. Nothing was loaded.") from None

    def _tell(self, report: loading.Report) -> None:
        self.stdout.write(f"{report.added} added, {report.there} were there already, {len(report.unreadable)} could not be read.")
        for place, why in report.unreadable:
            self.stdout.write(f"  {place}: {why.reason}")
