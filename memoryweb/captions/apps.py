"""The Django app of the captions."""

from typing import Any

from django.apps import AppConfig


class CaptionsConfig(AppConfig):
    """Images that are to be described."""

    name = "memoryweb.captions"
    label = "captions"

    def ready(self) -> None:
        """What a person writes or deletes is not to be described any more."""
        from memoryweb.history.signals import written

        written.connect(_let_go, dispatch_uid="captions")


def _let_go(sender: Any, client: Any, entries: Any, **_: Any) -> None:
    from .services import let_go_of_written

    let_go_of_written(client, entries)
