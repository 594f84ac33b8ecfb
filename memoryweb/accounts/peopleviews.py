"""The list of people and their invitations, for owners; and the page that an invitation opens."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from memoryweb.audit.record import Action as Done
from memoryweb.audit.record import record
from memoryweb.connection import inuse
from memoryweb.errorpages import refusal
from memoryweb.memoryplugin.client import service_of
from memoryweb.names import in_sentence, visible

from . import again, bucketroles, handover, invitations, people, permissions
from .forms import InvitationForm, NewcomerForm
from .models import Invitation, Role, User
from .personview import apart, buckets_of, choices


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`/people/`: who there is, with their roles, and the invitations that are still open; the link of one just made, once."""
    own = bucketroles.everybodys(service_of(inuse.current().url))
    pending = invitations.open_ones()
    names = buckets_of(request)[1] if own or any(each.bucket_roles for each in pending) else {}
    context = {
        "people": [
            (person, person.get_role_display(), apart(person.role, own.get(person.pk, {}), names)) for person in people.everybody()
        ],
        "invitations": [(each, *_of_invitation(each, names)) for each in pending],
        "made": handover.take(request),
        "here": "people",
    }
    return render(request, "accounts/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """`/people/invite/`: make an invitation. Its link stands once on the list of people, and nowhere else; it is mailed where
    that can be done.
    """
    service, names, failure = buckets_of(request)
    form = InvitationForm(request.POST if request.method == "POST" else None, role=Role.CONTRIBUTOR, names=names)
    if request.method == "POST" and form.is_valid():
        said, role = form.cleaned_data, Role(form.cleaned_data["role"])
        if role == Role.OWNER:
            again.ask(request)
        by, email = cast(User, request.user), said["email"] if settings.EMAIL_HOST else ""
        whom = visible(said["for_whom"])
        secret = invitations.make(by, role, email, for_whom=whom, service=service, bucket_roles=form.roles())
        record(Done.INVITED, request=request, subject=_said(role, whom))
        link = request.build_absolute_uri(reverse("accounts:invitation", args=[secret]))
        mailed = None
        if email:
            try:
                invitations.send(email, by, role, link)
                mailed = True
            except OSError:
                mailed = False
        handover.leave(request, link=link, whom=whom, called=permissions.called(role), email=email, mailed=mailed)
        return redirect("accounts:people")
    rows = form.rows(names)
    context = {
        "form": form,
        "rows": rows,
        "is_apart": any(field.value() for _, field in rows),
        "roles": choices(),
        "failure": failure,
        "can_mail": bool(settings.EMAIL_HOST),
        "here": "people",
    }
    return render(request, "accounts/invite.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_invitation(request: HttpRequest, number: int) -> HttpResponse:
    """End an invitation."""
    if request.method == "POST":
        if ended := invitations.revoke(number):
            record(Done.INVITATION_REVOKED, request=request, subject=_said(Role(ended.role), ended.for_whom))
            whose = f"The invitation for {ended.for_whom}" if ended.for_whom else "That invitation"
            messages.success(request, f"{whose} does not work any more.")
        else:
            messages.warning(request, "That invitation was used or revoked meanwhile.")
    return redirect("accounts:people")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """`/invitation/<secret>/`: choose a name and a password, and be signed in."""
    found = invitations.find(secret)
    if found is None:
        return refusal(
            request, 410, "This invitation does not work any more",
            "Each works once, for a week, and can be revoked. Ask whoever sent it for another one.",
        )  # fmt: skip
    form = NewcomerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            person = invitations.accept(secret, form.cleaned_data["username"], form.cleaned_data["password"])
        except invitations.NameInUse:
            form.add_error("username", "Somebody else here is called so. Choose another name.")
        else:
            if person is None:
                return redirect(request.path)  # used meanwhile; that page says so
            record(Done.INVITATION_ACCEPTED, request=request, person=person, subject=person.role)
            login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
            messages.success(request, f"Welcome, {in_sentence(person.username)}.")
            return redirect("memories:browse")
    form.render_focus()
    context = {
        "form": form,
        "invitation": found,
        "called": permissions.called(found.role),
        "about": permissions.ABOUT[Role(found.role)],
        "today": timezone.localdate(),
        "secret": secret,
        "oidc_name": settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
    }
    return render(request, "accounts/invitation.html", context, status=422 if form.is_bound else 200)


def _said(role: Role, whom: str) -> str:
    """What the audit says of an invitation: "viewer, for Carl"."""
    return role.label.lower() + (f", for {whom}" if whom else "")


def _of_invitation(found: Invitation, names: dict[str, str]) -> tuple[str, str, object, object]:
    """Its role, where it gives another one, when it was made, and when it stops to work."""
    exceptions = apart(found.role, found.bucket_roles, names)
    return Role(found.role).label, exceptions, timezone.localtime(found.made_at), timezone.localtime(invitations.expires(found))
