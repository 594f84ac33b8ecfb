"""Signing in, by password or by a link that works once; signing out; setting a password."""

from typing import Any, cast

from allauth.account.internal.stagekit import clear_login
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import forms, login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from memoryweb.audit.record import Action as Done
from memoryweb.audit.record import record
from memoryweb.errorpages import refusal

from . import services, sessions
from .factors import passkeys_are_offered
from .models import User


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
        return super().get_context_data(**kwargs) | {"today": timezone.localdate(), "next": next_url} | doors

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again, with an honest status."""
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response


@login_not_required
@require_GET
def use_link(request: HttpRequest, secret: str) -> HttpResponse:
    """`/signin/<secret>/`: sign in with a link that works once."""
    person = services.use_sign_in_link(secret)
    if person is not None:
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("memories:browse")
    if request.user.is_authenticated:
        return redirect("memories:browse")
    return refusal(
        request, 410, "This sign-in link has been used",
        "Each link works once, for a day. Run “.venv/bin/python manage.py signin” where memoryweb runs, and open the new one.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """`/account/password/`: set a first password, or change it knowing the old one. Other sessions end."""
    person = cast(User, request.user)  # pages are for signed-in people only
    has_one = person.has_usable_password()
    kind = forms.PasswordChangeForm if has_one else forms.SetPasswordForm
    form = kind(person, request.POST or None)
    form.fields["new_password1"].help_text = "At least 10 characters, and not a common password."
    form.fields["new_password2"].label, form.fields["new_password2"].help_text = "The new password again", ""
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, person)
        sessions.tell()
        record(Done.PASSWORD_SET, request=request)
        messages.success(request, f"The password is set. Sign in as “{person.get_username()}” with it from now on.")
        return redirect("memories:browse")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/password.html", {"form": form, "has_one": has_one}, status=status)
