"""The pages about people, for owners; and the one that an invitation opens."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from memoryweb.audit.record import Action as Done
from memoryweb.audit.record import record
from memoryweb.connection import inuse
from memoryweb.errorpages import refusal
from memoryweb.memoryplugin.client import service_of

from . import bucketroles, invitations, people, permissions
from .forms import InvitationForm, NewcomerForm, RoleForm
from .models import Role, User
from .personview import choices, in_words


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`/people/`: who there is, with their roles, and the invitations that are still open."""
    return _page(request, InvitationForm(initial={"role": Role.CONTRIBUTOR}))


@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Make an invitation. Its link stands on the page that answers, and nowhere else; it is mailed where that can be done."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    by, role = cast(User, request.user), Role(form.cleaned_data["role"])
    email = form.cleaned_data["email"] if settings.EMAIL_HOST else ""
    secret = invitations.make(by, role, email)
    record(Done.INVITED, request=request, subject=role.label.lower())
    link = request.build_absolute_uri(reverse("accounts:invitation", args=[secret]))
    mailed = None
    if email:
        try:
            invitations.send(email, by, role, link)
            mailed = True
        except OSError:
            mailed = False
    made = {"link": link, "called": permissions.called(role), "email": email, "mailed": mailed}
    return _page(request, InvitationForm(initial={"role": role}), made=made)


@require_POST
def revoke_invitation(request: HttpRequest, number: int) -> HttpResponse:
    """End an invitation."""
    if role := invitations.revoke(number):
        record(Done.INVITATION_REVOKED, request=request, subject=role)
        messages.success(request, "That invitation does not work any more.")
    else:
        messages.warning(request, "That invitation was used or revoked meanwhile.")
    return redirect("accounts:people")


@require_POST
def change_role(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give a person another role."""
    person = _person(person_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, InvitationForm(initial={"role": Role.CONTRIBUTOR}), status=422)
    role, before = Role(form.cleaned_data["role"]), person.role
    try:
        people.change_role(person, role)
    except people.LastOwner as error:
        messages.warning(request, str(error))
    else:
        if role != before:
            record(Done.ROLE_CHANGED, request=request, subject=f"{person.username} from {before} to {role.value}")
        about = f"{person.username} is {permissions.called(role)} now"
        messages.success(request, f"{about}: {permissions.ABOUT[role]}.")
    return _back(request, person)


@require_POST
def disable(request: HttpRequest, person_id: int) -> HttpResponse:
    """Let a person in no more."""
    person = _person(person_id)
    if person == request.user:
        messages.warning(request, "You cannot disable yourself. Another owner can.")
        return redirect("accounts:people")
    try:
        people.disable(person)
    except people.LastOwner as error:
        messages.warning(request, str(error))
    else:
        record(Done.DISABLED, request=request, subject=person.username)
        messages.success(request, f"{person.username} cannot sign in any more. Sessions and tokens have ended.")
    return _back(request, person)


@require_POST
def enable(request: HttpRequest, person_id: int) -> HttpResponse:
    """Let a person in again."""
    person = _person(person_id)
    people.enable(person)
    record(Done.ENABLED, request=request, subject=person.username)
    messages.success(request, f"{person.username} can sign in again. Tokens have to be made anew.")
    return redirect("accounts:people")


@require_POST
def reset(request: HttpRequest, person_id: int) -> HttpResponse:
    """A new sign-in link for somebody who has lost password or phone. It stands on the page that answers, and nowhere else."""
    person = _person(person_id)
    if person == request.user or not person.is_active:
        messages.warning(request, "Your own password is under your account." if person == request.user else "Enable them first.")
        return redirect("accounts:people")
    link = request.build_absolute_uri(reverse("accounts:use_link", args=[people.reset(person)]))
    record(Done.RESET, request=request, subject=person.username)
    form = InvitationForm(initial={"role": Role.CONTRIBUTOR})
    return _page(request, form, reset={"link": link, "name": person.username})


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
    form = NewcomerForm(request.POST or None)
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
            messages.success(request, f"Welcome, {person.username}.")
            return redirect("memories:browse")
    context = {
        "form": form,
        "invitation": found,
        "role": Role(found.role).label.lower(),
        "about": permissions.ABOUT[Role(found.role)],
        "today": timezone.localdate(),
        "secret": secret,
        "oidc_name": settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
    }
    return render(request, "accounts/invitation.html", context, status=422 if form.is_bound else 200)


def _person(person_id: int) -> User:
    person = people.find(person_id)
    if person is None:
        raise Http404
    return person


def _back(request: HttpRequest, person: User) -> HttpResponse:
    """To the list of people; whoever has just taken that from themselves, to the memories."""
    return redirect("memories:browse" if person == request.user and not permissions.may(person, "govern") else "accounts:people")


def _page(request: HttpRequest, form: InvitationForm, *, status: int = 200, **outcome: dict[str, object]) -> HttpResponse:
    """The list of people, with what has just been `made` or whose sign-in was `reset`."""
    own = bucketroles.everybodys(service_of(inuse.current().url))
    context = {
        "people": [(person, in_words(person.role, own.get(person.pk, {})).partition(", ")[2]) for person in people.everybody()],
        "invitations": [(found, Role(found.role).label, invitations.expires(found)) for found in invitations.open_ones()],
        "roles": choices(),
        "form": form,
        "can_mail": bool(settings.EMAIL_HOST),
        "here": "people",
    }
    return render(request, "accounts/people.html", context | outcome, status=status)
