"""The embedded server as a Django app."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class LocalApiConfig(AppConfig):
    """Gives each database connection what the search index's triggers call."""

    name = "memoryweb.localapi"

    def ready(self) -> None:
        """Called by Django."""
        from . import search  # it reads the models, which are there by now

        connection_created.connect(search.register)
