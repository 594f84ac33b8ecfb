"""Ending sessions. What a worker remembers of a session for some seconds is forgotten in every worker at once."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.models import Session
from django.utils import timezone

from .models import User


def end(person: User) -> None:
    """End every session of this person. There are few, and the table does not say whose they are, so all are looked through."""
    ended = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        if session.get_decoded().get(SESSION_KEY) == str(person.pk)
    ]
    Session.objects.filter(pk__in=ended).delete()
    tell()


def tell(**_: Any) -> None:
    """Tell all workers that a session has ended: the file grows, which each of them can see at the price of one look."""
    with _file().open("ab") as file:
        file.write(b".")


def ended() -> int:
    """How often a session has been ended; what was known of sessions before it changed counts for nothing."""
    try:
        return _file().stat().st_size
    except FileNotFoundError:
        return 0


def _file() -> Path:
    return settings.DATA_DIR / "sessions-ended"


user_logged_out.connect(tell, dispatch_uid="memoryweb.accounts.sessions")
