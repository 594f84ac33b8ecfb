"""Signing in, by password or by a link that works once; signing out; setting a password."""

from typing import Any, cast

from allauth.account.internal.stagekit import clear_login
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from memoryweb.audit.record import Action as Done
from memoryweb.audit.record import record
from memoryweb.errorpages import refusal
from memoryweb.names import in_sentence

from . import services, sessions
from .factors import passkeys_are_offered
from .models import User
from .passwordforms import ChosenPasswordForm, PasswordForm


class SignIn(LoginView):
    """`/signin/`: name and password, then perhaps a code. Leads to `next` when that is an address of this site."""

    template_name = "accounts/signin.html"

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:
        """Who comes back here from the page for the code begins again; allauth would send them back."""
        clear_login(request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With today's date, which the page shows in its margin."""
        next_url = self.request.POST.get("next", self.request.GET.get("next", ""))
        doors = {
            "has_passkeys": passkeys_are_offered(),
            "passkey_refused": self.request.GET.get("passkey") == "refused",
            "oidc_name": settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
        }
        has_ended = "ended" in self.request.GET  # as the page says to which they were led
        page = {"today": timezone.localdate(), "next": next_url, "has_ended": has_ended}
        return super().get_context_data(**kwargs) | page | doors

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again, with an honest status."""
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def use_link(request: HttpRequest, secret: str) -> HttpResponse:
    """`/signin/<secret>/`: a link that signs in once. A GET only asks, since chats and mail servers look at links as well.

    After a reset, the POST has the password that is chosen with it; 422 when that will not do.
    """
    link = services.find_sign_in_link(secret)
    if link is None:
        return _used_link(request)
    form = ChosenPasswordForm(request.POST if request.method == "POST" else None, person=link.user) if link.asks_password else None
    if request.method == "POST" and (form is None or form.is_valid()):
        person = services.use_sign_in_link(secret)
        if person is None:
            return redirect(request.path)  # used meanwhile; that page says so
        if form is not None:
            person.set_password(form.cleaned_data["password"])
            person.save(update_fields=["password"])
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        if form is None:
            return redirect("memories:browse")
        record(Done.PASSWORD_SET, request=request, person=person)
        messages.success(
            request, f"Your password is set, {in_sentence(person.username)}. Here you can set up a second factor again."
        )
        return redirect("mfa_index")
    if form is not None:
        form.render_focus()
    context = {"person": link.user, "form": form, "today": timezone.localdate()}
    return render(request, "accounts/come_in.html", context, status=422 if form is not None and form.is_bound else 200)


def _used_link(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("memories:browse")
    return refusal(
        request, 410, "This sign-in link has been used",
        "Each link works once, for a day. Ask an owner for a new one. "
        "Whoever runs memoryweb gets one with “.venv/bin/python manage.py signin”.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """`/account/password/`: set a first password, or change it knowing the old one. Other sessions end."""
    person = cast(User, request.user)  # pages are for signed-in people only
    has_one = person.has_usable_password()
    form = PasswordForm(request.POST if request.method == "POST" else None, person)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, person)
        sessions.tell()
        record(Done.PASSWORD_SET, request=request)
        messages.success(request, f"The password is set. Sign in as “{in_sentence(person.get_username())}” with it from now on.")
        return redirect("memories:browse")
    form.render_focus()
    status = 422 if form.is_bound else 200
    return render(request, "accounts/password.html", {"form": form, "has_one": has_one}, status=status)
