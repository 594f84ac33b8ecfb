"""Adding to the audit, in one line from wherever something is done: `record(Action.DISABLED, request=request, subject=name)`."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from .models import Event

Action = Event.Action
RARELY_SECONDS = 60


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
    Event.objects.create(
        action=action,
        person_id=known.pk if known else None,
        person_name=known.get_username() if known else "",
        token_name=token.name if token else "",
        subject=subject[:200],
        bucket_id=str(bucket[0] or "")[:40],
        bucket_name=bucket[1][:80],
        address=address_of(request)[:45] if request is not None else "",
        count=count,
    )


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
