"""What of the project's apps the floor has to do without."""

from django.apps import AppConfig


class QuietAudit(AppConfig):
    """The audit's tables, without its ear for allauth, which is not there."""

    name = "memoryweb.audit"
    label = "audit"
