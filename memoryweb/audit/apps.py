"""The Django app of the audit."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who did what."""

    name = "memoryweb.audit"
    label = "audit"

    def ready(self) -> None:
        """Listen to what Django and allauth tell of signing in."""
        from . import signals  # noqa: F401  # connects its receivers
