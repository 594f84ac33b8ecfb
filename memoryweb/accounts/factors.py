"""The pages about second factors: allauth's own, with an honest status for a form that was refused."""

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.http import HttpResponse
from django.utils import timezone


class Honest:
    """A form that was refused is a 422."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again."""
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # of the view beside it
        response.status_code = 422
        return response


class Authenticate(Honest, base.AuthenticateView):
    """`/signin/code/`: the code after the password."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With today's date, which the page shows in its margin."""
        return super().get_context_data(**kwargs) | {"today": timezone.localdate()}


class Reauthenticate(Honest, account.ReauthenticateView):
    """`/account/again/`: the password again, before something that whoever finds an open browser must not do."""


class ReauthenticateByCode(Honest, base.ReauthenticateView):
    """`/account/again/code/`: a code instead of the password."""


class Activate(Honest, totp.ActivateTOTPView):
    """`/account/factors/app/`: set up an app that shows codes."""


class Deactivate(Honest, totp.DeactivateTOTPView):
    """`/account/factors/app/remove/`: sign in with the password alone again."""


class NewCodes(Honest, codes.GenerateRecoveryCodesView):
    """`/account/factors/codes/new/`: other recovery codes."""
