"""`manage.py reindex`: the embedded server's search index, made anew."""

from django.core.management.base import BaseCommand

from memoryweb.localapi import search


class Command(BaseCommand):
    """Indexes every memory again, as SEARCH_LANGUAGE now says."""

    help = "Make the search index anew; needed once after a change of SEARCH_LANGUAGE."

    def handle(self, *args: object, **options: object) -> None:
        """Called by Django."""
        self.stdout.write(f"{search.rebuild()} memories are indexed.")
