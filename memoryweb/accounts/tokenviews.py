"""The pages about API tokens: everybody's own, and for owners those of all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from memoryweb.audit.record import Action as Done
from memoryweb.audit.record import record
from memoryweb.connection import inuse
from memoryweb.memoryplugin import client_for

from . import permissions, tokens
from .models import Role, Token, User
from .permissions import Action
from .tokenforms import TokenForm

USUAL = {"scope": "role", "where": "all", "expires": "90"}


@dataclass(frozen=True)
class Row:
    """A token, as the list shows it."""

    token: Token
    buckets: list[str]  # names; empty for all
    role: str  # of its person; empty where they have another one in each bucket
    gone: int  # how many of its buckets are not there any more, or not open to whoever looks
    made: date
    last_day: date | None
    used: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """`/tokens/`: the person's tokens, and the form that makes one. Its secret stands on the page that answers alone."""
    person = cast(User, request.user)
    names = _bucket_names(person)
    form = TokenForm(request.POST if request.method == "POST" else None, buckets=names, initial=USUAL)
    made = None
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            secret = tokens.make(person, name, **form.limits)
        except ValueError as error:
            form.add_error("name", str(error))
        else:
            record(Done.TOKEN_MADE, request=request, subject=name)
            made = {"name": name, "secret": secret}
            form = TokenForm(buckets=names, initial=USUAL)
    context = {
        "form": form,
        "made": made,
        "bucket_names": names,
        "own": [_row(token, names) for token in tokens.valid().filter(user=person).reverse()],
        "expired": [_row(token, names) for token in tokens.lately_expired().filter(user=person)],
        "others": [_row(token, names) for token in _of_others(person)],
        "about": _about(person),
        "example": request.build_absolute_uri("/api/v2/memory?query=bread"),
        "contract": request.build_absolute_uri("/api/openapi.json"),
        "hosted": inuse.current().host,
        "today": timezone.localdate(),
        "here": "tokens",
    }
    return render(request, "accounts/tokens.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """`/tokens/<number>/revoke/`: ends a token of one's own, for owners anybody's. A foreign one is as one that is not there."""
    person = cast(User, request.user)
    token = Token.objects.filter(pk=number).select_related("user").first()
    if token is None or not (token.user == person or permissions.may(person, Action.GOVERN)):
        raise Http404
    if request.method != "POST":
        return render(request, "accounts/token_revoke.html", {"token": token, "used": ago(token.last_used_at), "here": "tokens"})
    if tokens.revoke(Token.objects.filter(pk=number)):
        record(Done.TOKEN_REVOKED, request=request, subject=f"{token.name} of {token.user.username}")
        messages.success(request, f"The token {token.name} does not work any more.")
    else:
        messages.warning(request, f"The token {token.name} was revoked before.")
    return redirect("accounts:tokens")


def ago(moment: datetime | None) -> str:
    """When a token was used, in words; its use is noted once a minute."""
    if moment is None:
        return "never used"
    passed = timezone.now() - moment
    if passed < timedelta(minutes=2):
        return "used a moment ago"
    if passed < timedelta(hours=1):
        return f"used {passed // timedelta(minutes=1)} minutes ago"
    if passed < timedelta(days=1):
        hours = passed // timedelta(hours=1)
        return f"used {hours} hour{'' if hours == 1 else 's'} ago"
    days = (timezone.localdate() - timezone.localdate(moment)).days
    return "used yesterday" if days == 1 else f"used {days} days ago"


def _role(person: User) -> str:
    """What they are everywhere; empty where that depends on the bucket."""
    depends = person.role == Role.NONE or (person.has_bucket_roles and person.role != Role.OWNER)
    return "" if depends else Role(person.role).label.lower()


def _about(person: User) -> str:
    """What a token without limits may, in words: people are no business of a script, not even of an owner's."""
    role = _role(person)
    kind = Role.EDITOR if person.role == Role.OWNER else Role(person.role)
    return f"as {permissions.with_article(role)}: {permissions.ABOUT[kind]}" if role else "in each bucket as your role there"


def _of_others(person: User) -> list[Token]:
    """Everybody else's, by person, for those who look after them."""
    if not permissions.may(person, Action.GOVERN):
        return []
    return list(tokens.valid().exclude(user=person).order_by("user__username", "created_at", "id"))


def _bucket_names(person: User) -> dict[str, str]:
    """The embedded server's buckets that the person sees, by id; whatever service the other pages show, tokens open that one."""
    if not permissions.may(person, Action.READ):
        return {}
    return {bucket.id: bucket.name for bucket in client_for(inuse.EMBEDDED, person).list_buckets()}


def _row(token: Token, names: Mapping[str, str]) -> Row:
    chosen = token.buckets or []
    return Row(
        token=token,
        buckets=sorted((names[key] for key in chosen if key in names), key=str.casefold),
        role=_role(token.user),
        gone=sum(key not in names for key in chosen),
        made=timezone.localdate(token.created_at),
        last_day=timezone.localdate(token.expires_at - timedelta(microseconds=1)) if token.expires_at else None,
        used=ago(token.last_used_at),
    )
