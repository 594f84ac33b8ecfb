"""The page of one person: what they are everywhere, and in which buckets something else."""

from collections.abc import Mapping

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from memoryweb.audit.record import Action as Done
from memoryweb.audit.record import record
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.errors import MemoryPluginError

from . import bucketroles, people, permissions
from .forms import PersonForm
from .models import Role, User

GONE = "A bucket that is not there"


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """`/people/<id>/`: the roles of a person; POST saves them all."""
    shown = people.find(person_id)
    if shown is None:
        raise Http404
    client = connect(request.user)
    failure = None
    try:
        names = {bucket.id: bucket.name for bucket in client.list_buckets()}
    except MemoryPluginError as error:  # what was given can be seen and taken away all the same
        names, failure = {}, error
    own = bucketroles.everybodys(client.service).get(shown.pk, {})
    form = PersonForm(request.POST or None, role=shown.role, own=own, names=names)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, shown, client.service, form.cleaned_data["role"], own, form.roles(), names)
        except people.LastOwner as error:
            form.add_error("role", str(error))
        else:
            words = in_words(form.cleaned_data["role"], form.roles())
            is_now = f"has {words}" if shown.role == Role.NONE else f"is {permissions.with_article(words)}"
            messages.success(request, f"{shown.username} {is_now} from now on.")
            is_out = shown == request.user and not permissions.may(shown, "govern")
            return redirect("memories:browse") if is_out else redirect("accounts:person", person_id)
    context = {
        "person": shown,
        "form": form,
        "rows": [(bucket_id, names.get(bucket_id, GONE), form[PersonForm.field(bucket_id)]) for bucket_id in form.given],
        "roles": choices(),
        "everywhere": Role(shown.role).label.lower(),
        "failure": failure,
        "here": "people",
    }
    return render(request, "accounts/person.html", context, status=422 if form.is_bound else 200)


def choices() -> list[tuple[str, str, str]]:
    """The roles with what they mean, as they are offered: "no access" last, since it is rare."""
    ordered = [*(role for role in Role if role != Role.NONE), Role.NONE]
    return [(role.value, str(role.label), permissions.ABOUT[role]) for role in ordered]


def in_words(role: str, own: Mapping[str, str]) -> str:
    """What somebody is, in brief: "editor, but viewer in 1 bucket, no access to 2 buckets"."""
    said = []
    for other in sorted({*own.values()} - {role}, key=Role.values.index, reverse=True):
        number = sum(given == other for given in own.values())
        where = f"{number} bucket{'' if number == 1 else 's'}"
        said.append(f"no access to {where}" if other == Role.NONE else f"{Role(other).label.lower()} in {where}")
    return Role(role).label.lower() + (f", but {', '.join(said)}" if said and role != Role.OWNER else "")


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
