"""The Django app of the buckets."""

from typing import Any

from django.apps import AppConfig


class BucketsConfig(AppConfig):
    """The bucket list, cached, and the bucket pages."""

    name = "buckets"

    def ready(self) -> None:
        """Drop the kept list after each write."""
        from memoryweb.history.signals import written

        written.connect(_forget, dispatch_uid="buckets")


def _forget(sender: Any, client: Any, **_: Any) -> None:
    from .services import forget

    forget(client)
