"""`manage.py embed`: the memories that searching by meaning does not know yet."""

from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from memoryweb.localapi.models import Memory, Vector


class Command(BaseCommand):
    """Embeds them with progress on stderr. May be interrupted, run again, and run beside the server."""

    help = "Embed the memories that searching by meaning does not know yet (SEMANTIC_MODEL)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Called by Django."""
        parser.add_argument("--again", action="store_true", help="embed every memory anew")

    def handle(self, *args: object, **options: Any) -> None:
        """Called by Django. Ends with one line when there is no model."""
        if not settings.SEMANTIC_MODEL:
            raise CommandError("SEMANTIC_MODEL is not set, so searching by meaning is off. docs/search.md tells how to turn it on.")
        from memoryweb.localapi.meaning import engine

        running = engine.current(may_download=True)
        if running is None:
            problem = engine.problem()
            raise CommandError(f"{problem.problem} {problem.remedy}")
        from memoryweb.localapi.meaning import vectors  # needs numpy, which came with the model

        embedder = running.embedder
        if options["again"]:
            Vector.objects.filter(model=embedder.name).delete()
        # The oldest first, since the server embeds the newest first: so both run without doing the same work.
        ids = iter(list(vectors.backlog(embedder.name).order_by("pk").values_list("pk", flat=True)))
        done = 0
        try:
            with tqdm(total=vectors.backlog(embedder.name).count(), unit=" memories", disable=None, leave=False) as bar:
                while some := list(islice(ids, vectors.BATCH)):
                    done += vectors.embed(embedder, some)
                    bar.update(len(some))
        except KeyboardInterrupt:
            self.stdout.write("Interrupted. The next run goes on from here.")
        embedded, total = vectors.embedded(embedder.name), Memory.objects.count()
        self.stdout.write(f"{done} memories were embedded; {embedded} of {total} can be found by their meaning.")
