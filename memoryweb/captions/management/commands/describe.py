"""`manage.py describe`: describes the images that wait, until Ctrl-C."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """The worker that `manage.py serve` runs beside itself; for a machine on which something else serves memoryweb."""

    help = "Describe the images that wait, until Ctrl-C. `manage.py serve` does that itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Called by Django."""
        parser.add_argument("--parent", type=int, help="end when this is not the number of the process that started it any more")

    def handle(self, *args: object, **options: Any) -> None:
        """Called by Django. Ends with one line when captions are off."""
        if not settings.CAPTION_URL:
            raise CommandError("CAPTION_URL is not set, so there is nobody to describe images.")
        from memoryweb.captions.worker import Worker

        parent = options["parent"]
        Worker(lambda: parent is None or os.getppid() == parent).run()
