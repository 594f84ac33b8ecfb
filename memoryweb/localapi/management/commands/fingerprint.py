"""`manage.py fingerprint`: the embedded server's images, as far as nobody has looked at them yet."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from memoryweb.localapi import similar


class Command(BaseCommand):
    """Gives images that were stored before there were fingerprints theirs; done at each start too, for a few seconds."""

    help = "Look at images of before similar ones could be found; needed where there are too many for a start."

    def add_arguments(self, parser: CommandParser) -> None:
        """Called by Django."""
        parser.add_argument("--seconds", type=float, default=float("inf"), help="how long it may take")

    def handle(self, *args: object, **options: Any) -> None:
        """Called by Django."""
        looked = similar.look(options["seconds"])
        if options["verbosity"]:
            self.stdout.write(f"{looked} {'image was' if looked == 1 else 'images were'} looked at.")
