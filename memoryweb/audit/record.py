"""Adding to the audit, in one line from wherever something is done: `record(Action.DISABLED, request=request, subject=name)`."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from .models import GROUPS, Event

Action = Event.Action
RARELY_SECONDS = 60

# Each write through the API waits for it; by way of a model it takes four times as long.
ADD = """
    INSERT INTO audit_event
        (at, person_id, person_name, token_name, action, "group", subject, bucket_id, bucket_name, address, count)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def record(
    action: Action,
    *,
    request: HttpRequest | None = None,
    person: Any = None,
    subject: str = "",
    bucket: tuple[Any, str] = ("", ""),
    count: int = 1,
) -> None:
    """Note that `person` did something, by default who is signed in with this request; neither of both is the program itself.

    `subject` says whom or what it was about: a name that is known here. Never give it a memory's text, a secret, or what somebody
    has typed and nobody has checked. `bucket` is the id and name of the bucket that it was about, `count` of how many memories.
    """
    if person is None and request is not None:
        person = getattr(request, "user", None)
    known = person if getattr(person, "pk", None) else None
    token = getattr(known, "token", None)
    values = (
        connection.ops.adapt_datetimefield_value(timezone.now()),
        known.pk if known else None,
        known.get_username() if known else "",
        token.name if token else "",
        action.value,
        GROUPS[action].value,
        subject[:200],
        str(bucket[0] or "")[:40],
        bucket[1][:80],
        address_of(request)[:45] if request is not None else "",
        count,
    )
    with connection.cursor() as cursor:
        cursor.execute(ADD, values)


def record_rarely(action: Action, request: HttpRequest, *, person: Any = None, subject: str = "") -> None:
    """The same for what is refused and may be tried without end: once a minute for each address and subject."""
    who = getattr(person, "pk", "")
    if cache.add(f"audit:{action}:{who}:{subject}:{address_of(request)}".replace(" ", "-"), True, RARELY_SECONDS):
        record(action, request=request, person=person, subject=subject)


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, as the limits of signing in see it; empty where nothing tells."""
    if not request.META.get("REMOTE_ADDR"):
        return ""
    return str(get_adapter().get_client_ip(request))
