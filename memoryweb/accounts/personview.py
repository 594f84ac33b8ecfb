"""The page of one person: what they are everywhere and in single buckets; letting them out, in again, and in anew."""

from collections.abc import Mapping

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from memoryweb.audit.record import Action as Done
from memoryweb.audit.record import record
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.errors import MemoryPluginError
from memoryweb.names import in_sentence

from . import again, bucketroles, handover, people, permissions, tokens
from .forms import RolesForm
from .models import Role, User

ASKED = "sure"  # in a form: whether the person has said yes to the question


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """`/people/<id>/`: the roles of a person; POST saves them all, and asks first where it takes one's own away."""
    shown = _person(person_id)
    service, names, failure = buckets_of(request)
    own = bucketroles.everybodys(service).get(shown.pk, {})
    is_sent = request.method == "POST"
    form = RolesForm(request.POST if is_sent else None, role=shown.role, own=own, names=names)
    if is_sent and form.is_valid():
        role = form.cleaned_data["role"]
        is_own = shown == request.user
        try:
            if Role.OWNER in (role, shown.role) and role != shown.role:
                if role != Role.OWNER:
                    people.keep_an_owner(shown)
                again.ask(request)
                if is_own and ASKED not in request.POST:
                    return _question(request, shown, "step_down", role=Role(role).label, sent=list(request.POST.items()))
            _save(request, shown, service, role, own, form.roles(), names)
        except people.LastOwner as error:
            form.add_error("role", str(error))
        else:
            messages.success(request, is_now("You" if is_own else in_sentence(shown.username), role, form.roles(), names))
            is_out = is_own and not permissions.may(shown, "govern")
            return redirect("memories:browse") if is_out else redirect("accounts:person", person_id)
    context = {
        "person": shown,
        "form": form,
        "rows": form.rows(names),
        "roles": choices(),
        "failure": failure,
        "made": handover.take(request),
        "here": "people",
    }
    return render(request, "accounts/person.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@again.asks_again
def disable(request: HttpRequest, person_id: int) -> HttpResponse:
    """`/people/<id>/disable/`: let a person in no more; a GET asks whether that is meant."""
    shown = _person(person_id)
    if shown == request.user:
        messages.warning(request, "You cannot disable yourself. Another owner can.")
    elif request.method != "POST" and shown.is_active:
        return _question(request, shown, "disable", tokens=tokens.valid().filter(user=shown).count())
    elif request.method == "POST":
        try:
            people.disable(shown)
        except people.LastOwner as error:
            messages.warning(request, str(error))
        else:
            record(Done.DISABLED, request=request, subject=shown.username)
            messages.success(request, f"{in_sentence(shown.username)} cannot sign in any more. Sessions and tokens have ended.")
    return redirect("accounts:person", person_id)


@require_http_methods(["GET", "HEAD", "POST"])
def enable(request: HttpRequest, person_id: int) -> HttpResponse:
    """`/people/<id>/enable/`: let a person in again."""
    shown = _person(person_id)
    if request.method == "POST":
        people.enable(shown)
        record(Done.ENABLED, request=request, subject=shown.username)
        messages.success(request, f"{in_sentence(shown.username)} can sign in again. Tokens have to be made anew.")
    return redirect("accounts:person", person_id)


@require_http_methods(["GET", "HEAD", "POST"])
@again.asks_again
def reset(request: HttpRequest, person_id: int) -> HttpResponse:
    """`/people/<id>/reset/`: a new sign-in link for somebody who has lost password or phone; a GET asks whether that is meant.

    The link stands once on the person's page, and nowhere else.
    """
    shown = _person(person_id)
    if shown == request.user or not shown.is_active:
        messages.warning(request, "Your own password is under your account." if shown == request.user else "Enable them first.")
    elif request.method != "POST":
        return _question(request, shown, "reset")
    else:
        link = request.build_absolute_uri(reverse("accounts:use_link", args=[people.reset(shown)]))
        record(Done.RESET, request=request, subject=shown.username)
        handover.leave(request, link=link, person=shown.pk)
    return redirect("accounts:person", person_id)


def buckets_of(request: HttpRequest) -> tuple[str, dict[str, str], MemoryPluginError | None]:
    """The service in use, what its buckets are called by id, and why that is not known."""
    client = connect(request.user)
    try:
        return client.service, {bucket.id: bucket.name for bucket in client.list_buckets()}, None
    except MemoryPluginError as error:  # what was given can be seen and taken away all the same
        return client.service, {}, error


def choices() -> list[tuple[str, str, str]]:
    """The roles with what they mean, as they are offered: "no access" last, since it is rare."""
    ordered = [*(role for role in Role if role != Role.NONE), Role.NONE]
    return [(role.value, str(role.label), permissions.ABOUT[role]) for role in ordered]


def apart(role: str, own: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Where somebody is something else than everywhere, in brief: "viewer in Travel, no access to 2 buckets"."""
    said = []
    for other in sorted({*own.values()} - {role}, key=Role.values.index, reverse=True):
        keys = [key for key, given in own.items() if given == other]
        where = names[keys[0]] if len(keys) == 1 and keys[0] in names else f"{len(keys)} bucket{'' if len(keys) == 1 else 's'}"
        said.append(f"no access to {where}" if other == Role.NONE else f"{Role(other).label.lower()} in {where}")
    return ", ".join(said) if role != Role.OWNER else ""


def is_now(who: str, role: str, own: Mapping[str, str], names: Mapping[str, str]) -> str:
    """What somebody is from now on, in sentences; `who` may be "You"."""
    is_, has = ("are", "have") if who == "You" else ("is", "has")
    what = f"{has} no access" if role == Role.NONE else f"{is_} {permissions.called(role)}"
    exceptions = apart(role, own, names)
    return f"{who} {what} now." + (f" In single buckets: {exceptions}." if exceptions else "")


def _person(person_id: int) -> User:
    found = people.find(person_id)
    if found is None:
        raise Http404
    return found


def _question(request: HttpRequest, shown: User, what: str, **context: object) -> HttpResponse:
    return render(request, f"accounts/person_{what}.html", {"person": shown, "here": "people", **context})


@transaction.atomic
def _save(
    request: HttpRequest, shown: User, service: str, role: str, own: dict[str, str], roles: dict[str, str], names: dict[str, str]
) -> None:
    """Give the roles and note each change. Raises LastOwner, and then nothing is changed."""
    before = shown.role
    people.change_role(shown, Role(role))
    bucketroles.change(shown, service, roles)
    if role != before:
        record(Done.ROLE_CHANGED, request=request, subject=f"{shown.username} from {before} to {role}")
    for bucket_id in sorted({*own, *roles}):
        was, now = (each.get(bucket_id, "as everywhere") for each in (own, roles))
        if was != now:
            bucket = (bucket_id, names.get(bucket_id, ""))
            said = f"{shown.username} from {was} to {now}"
            record(Done.BUCKET_ROLE_CHANGED, request=request, subject=said, bucket=bucket)
