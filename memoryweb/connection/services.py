"""Changing the connection. What is in use, `inuse.current` tells; `testing.test` says beforehand whether it works."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from memoryweb.accounts import sessions
from memoryweb.history.models import Batch
from memoryweb.memoryplugin.client import MemoryPluginClient

from . import inuse
from .models import ONLY, Connection


def saved() -> Connection | None:
    """What is saved, whether or not it is in use."""
    return Connection.objects.select_related("saved_by").filter(pk=ONLY).first()


def save(url: str, token: str, person: Any, *, same_account: bool) -> None:
    """Use this service with this token, which has just been tested, from now on and in all processes.

    With `same_account` the token takes the place of the last one of the same service: history and caches go on.
    """
    with transaction.atomic():  # nobody can exchange the keys meanwhile, see rotation.py
        account = MemoryPluginClient(url, token).account
        now = timezone.now()
        Connection.objects.update_or_create(
            pk=ONLY,
            defaults={
                "url": url,
                "token": inuse.seal(url, token),
                "last_four": inuse.last_four(token),
                "account": (_last_account(account) if same_account else "") or account,
                "saved_by": person,
                "saved_at": now,
                "tested_at": now,
            },
        )
    _tell()


def remove() -> bool:
    """Forget service and token, for the embedded server; returns whether there was anything to forget."""
    deleted, _ = Connection.objects.filter(pk=ONLY).delete()
    _tell()
    return bool(deleted)


def note_test() -> None:
    """The saved token was accepted just now."""
    Connection.objects.filter(pk=ONLY).update(tested_at=timezone.now())


def has_history() -> bool:
    """Whether there is an account, beside the embedded server's, that a new token may belong to."""
    return Connection.objects.exists() or Batch.objects.exclude(account__endswith="-embedded").exists()


def _last_account(account: str) -> str:
    """The account in use last at the service of this one; empty where there was none."""
    service = account.partition("-")[0] + "-"
    row = Connection.objects.filter(account__startswith=service).first() or (
        Batch.objects.filter(account__startswith=service).order_by("-id").first()
    )
    return row.account if row else ""


def _tell() -> None:
    inuse.tell()
    sessions.tell()  # so that no worker goes on serving images of the account before without asking
