"""The Django app of the journal."""

from django.apps import AppConfig


class HistoryConfig(AppConfig):
    """What the pages wrote, and the way back."""

    name = "memoryweb.history"
    label = "history"
