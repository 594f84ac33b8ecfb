"""The pages about second factors: allauth's own, with an honest status for a form that was refused."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account import views as account
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.mfa.webauthn.internal import auth, flows
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator

from . import linking, oidc

# What a page that asks again is for, by the name of the address that comes next, and where "Cancel" leads.
NEXT = {
    "accounts:reset": ("Resetting somebody’s sign-in", "accounts:people"),
    "accounts:disable": ("Disabling somebody", "accounts:people"),
    "accounts:person": ("Changing who is an owner", "accounts:people"),
    "accounts:invite": ("Inviting an owner", "accounts:people"),
    "connection:page": ("The connection", "memories:browse"),
    "connection:remove": ("Removing the connection", "memories:browse"),
    "mfa_activate_totp": ("Setting up an app", "mfa_index"),
    "mfa_deactivate_totp": ("Removing the app", "mfa_index"),
    "mfa_view_recovery_codes": ("Looking at recovery codes", "mfa_index"),
    "mfa_generate_recovery_codes": ("Making recovery codes", "mfa_index"),
    "mfa_add_webauthn": ("Making a passkey", "mfa_index"),
    "mfa_remove_webauthn": ("Removing a passkey", "mfa_index"),
    "oidc_link": ("Linking your account", "mfa_index"),
    "oidc_unlink": ("Unlinking your account", "mfa_index"),
}


class Honest:
    """A form that was refused is a 422."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again."""
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # of the view beside it
        response.status_code = 422
        return response


class Index(base.IndexView):
    """`/account/factors/`: everything beside a password that lets this person in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With whom the provider knows them as, where there is one, and whether there can be passkeys."""
        context = super().get_context_data(**kwargs)
        if oidc.is_offered():
            context |= {"oidc_name": settings.OIDC_NAME, "oidc_link": linking.link_of(self.request.user)}
        return context | {"has_passkeys": passkeys_are_offered()}


class Authenticate(Honest, base.AuthenticateView):
    """`/signin/code/`: the code after the password."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Signed in; whoever has used a recovery code learns how many are left."""
        response: HttpResponse = super().form_valid(form)
        used = getattr(form, "authenticator", None)  # not of a passkey
        if used is not None and used.type == Authenticator.Type.RECOVERY_CODES:
            used.refresh_from_db()
            left = len(used.wrap().get_unused_codes())
            said = "1 recovery code is left" if left == 1 else f"{left or 'no'} recovery codes are left"
            messages.warning(self.request, f"That code does not work any more; {said}. Make new ones under “Second factor”.")
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With today's date, which the page shows in its margin, and what the person can use."""
        kinds = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        return super().get_context_data(**kwargs) | {
            "today": timezone.localdate(),
            "has_app": Authenticator.Type.TOTP in kinds,
            "has_passkeys": Authenticator.Type.WEBAUTHN in kinds and passkeys_are_offered(),
        }


class SaysWhatFor:
    """Is it you? The page says what for, and has a way back."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With both, by the address that comes next."""
        context = super().get_context_data(**kwargs)  # type: ignore[misc]  # of the view beside it
        request: HttpRequest = self.request  # type: ignore[attr-defined]
        try:
            name = resolve(urlsplit(get_next_redirect_url(request) or "/").path).view_name
        except Resolver404:
            name = ""
        what, back = NEXT.get(name, ("What comes next", "memories:browse"))
        return context | {"what_next": what, "way_back": reverse(back)}


class Reauthenticate(SaysWhatFor, Honest, account.ReauthenticateView):
    """`/account/again/`: the password again, before something that whoever finds an open browser must not do."""


class ReauthenticateByCode(SaysWhatFor, Honest, base.ReauthenticateView):
    """`/account/again/code/`: a code instead of the password."""


class Activate(Honest, totp.ActivateTOTPView):
    """`/account/factors/app/`: set up an app that shows codes."""


class Deactivate(Honest, totp.DeactivateTOTPView):
    """`/account/factors/app/remove/`: sign in with the password alone again."""


class NewCodes(Honest, codes.GenerateRecoveryCodesView):
    """`/account/factors/codes/new/`: other recovery codes."""


def passkeys_are_offered() -> bool:
    """Whether this site has a domain that passkeys can belong to."""
    return "webauthn" in settings.MFA_SUPPORTED_TYPES


class Offered:
    """A page that is there where passkeys are."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Called by Django."""
        if not passkeys_are_offered():
            raise Http404
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # of the view beside it
        return response


class AddPasskey(Offered, Honest, passkeys.AddWebAuthnView):
    """`/account/factors/passkeys/`: make a passkey. Each can sign in by itself, and instead of a code."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the browser is asked to make: a key that it finds by itself, behind a finger, a face or a PIN."""
        context = super().get_context_data(**kwargs)
        return context | {"options": auth.begin_registration(self.request.user, passwordless=True)}


class RemovePasskey(Offered, passkeys.RemoveWebAuthnView):
    """`/account/factors/passkeys/<id>/remove/`."""

    success_url = reverse_lazy("mfa_index")


class ReauthenticateByPasskey(SaysWhatFor, Offered, passkeys.ReauthenticateWebAuthnView):
    """`/account/again/passkey/`: a passkey instead of the password."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Begin again."""
        return HttpResponseRedirect(self.request.get_full_path())


@method_decorator(login_not_required, name="dispatch")
class SignInByPasskey(Offered, passkeys.LoginWebAuthnView):
    """`/signin/passkey/`: what a browser needs to sign in with a passkey alone, as JSON, and what it answers."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """To the sign-in page, which says that it did not work."""
        return HttpResponseRedirect(f"{reverse('account_login')}?passkey=refused")

    def form_valid(self, form: Any) -> HttpResponse:
        """Signed in; on to `next` when that is an address of this site."""
        used = form.cleaned_data["credential"]
        login = Login(user=used.user, redirect_url=get_next_redirect_url(self.request))
        response: HttpResponse = flows.perform_passwordless_login(self.request, used, login)
        return response
