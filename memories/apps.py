"""The Django app of the memories."""

from typing import Any

from django.apps import AppConfig


class MemoriesConfig(AppConfig):
    """Browse, search, show, create and curate memories."""

    name = "memories"

    def ready(self) -> None:
        """After each write, keep of a hosted service's memories what has been written."""
        from memoryweb.history.signals import written

        written.connect(_keep, dispatch_uid="memories")


def _keep(sender: Any, client: Any, entries: Any, **_: Any) -> None:
    from .services import keep_written

    keep_written(client, entries)
