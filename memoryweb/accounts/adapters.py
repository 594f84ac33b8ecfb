"""What django-allauth is told about this project: its sentences, who comes in, and that secrets of second factors are encrypted."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base.constants import AuthError
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from memoryweb.audit.record import Action as Done
from memoryweb.audit.record import record, record_rarely
from memoryweb.errorpages import refusal

from .models import User

PASSKEY = "mfa_reauthenticate:webauthn"


class AccountAdapter(DefaultAccountAdapter):
    """Signing in. The answer for a wrong password is that for a name that does not exist, and for a person who is disabled."""

    _tried: User | None = None
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "That name and password do not belong together. Check both, and whether Caps Lock is on.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, then try again.",
        "incorrect_password": "That is not your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody comes in without an invitation."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether signing in may lead there: to this very site, and to no other name that it has."""
        return url_has_allowed_host_and_scheme(url, {context.request.get_host()}, require_https=context.request.is_secure())

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Who is disabled learns no more than a stranger."""
        return stranger(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Called by allauth, which counts the attempt. Whose name it is, is known to the audit, should it be one too many."""
        self._tried = User.named(str(credentials.get("username", "")))
        super().pre_authenticate(request, **credentials)

    def validation_error(self, code: str, *args: Any) -> Any:
        """The error with this code. That somebody tries too often stands in the audit."""
        if code == "too_many_login_attempts":
            record_rarely(Done.LIMIT_REACHED, context.request, person=self._tried, subject="signing in")
        return super().validation_error(code, *args)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What wrong passwords are counted by: the name alone. allauth counts anew for each name that the site has."""
        return str(credentials.get("username", "")).lower()

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """With what somebody can show again that it is them, named as our pages name it; the first is asked for."""
        names = {"reauthenticate": "Use the password", PASSKEY: "Use a passkey", "mfa_reauthenticate": "Use a code"}
        if "webauthn" not in settings.MFA_SUPPORTED_TYPES:
            del names[PASSKEY]
        ways = {way["id"]: way for way in super().get_reauthentication_methods(user)}
        return [ways[known] | {"description": name} for known, name in names.items() if known in ways]

    def get_client_ip(self, request: HttpRequest) -> str:
        """What attempts are counted by, beside the name; where the web server in between does not tell, all count together."""
        try:
            return super().get_client_ip(request)
        except PermissionDenied:
            return request.META.get("REMOTE_ADDR") or "unknown"


def stranger(request: HttpRequest) -> HttpResponse:
    """For whom another door knows, and this one does not, or not any more."""
    return refusal(request, 403, "You are not let in here", "Ask an owner of this memoryweb to invite you, or to let you in again.")


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Who comes by single sign-on. `linking` says who that is here; what went wrong is a page of ours."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """The one that there is."""
        from . import oidc

        return oidc.provider(request)

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Make a link or a person where one is due, before anybody is signed in. Raises ImmediateHttpResponse for the rest."""
        from . import linking

        data = sociallogin.state.get("data") or {}
        if sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(self._link(request, sociallogin, data.get("person")))
        if not sociallogin.is_existing:
            newcomer = linking.newcomer(sociallogin, data.get("invitation"))
            if newcomer is None:
                raise ImmediateHttpResponse(stranger(request))
            record(Done.JOINED, request=request, person=newcomer, subject=newcomer.get_role_display().lower())

    def _link(self, request: HttpRequest, sociallogin: Any, person_id: int | None) -> HttpResponse:
        """Link who has asked for it, if they are still who is signed in."""
        from . import linking

        if not request.user.is_authenticated or request.user.pk != person_id:
            return stranger(request)
        try:
            linking.link(sociallogin, request.user)
        except linking.LinkedToAnother:
            messages.warning(request, f"That account of {settings.OIDC_NAME} belongs to somebody else here. Nothing is linked.")
        else:
            record(Done.LINKED, request=request)
            messages.success(request, f"You can sign in with {settings.OIDC_NAME} from now on.")
        return redirect("mfa_index")

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Say what went wrong, without what the provider has sent. Raises ImmediateHttpResponse."""
        name = settings.OIDC_NAME
        if isinstance(exception, OSError):
            status, title, sentence = (
                502,
                f"No answer from {name}",
                "Wait a moment, then try again. An owner can say whether it works.",
            )
        elif exception is not None:
            status, title, sentence = (
                403,
                f"{name} was not believed",
                "What it answered does not hold. Begin again; if it stays so, tell an owner.",
            )
        elif error == AuthError.CANCELLED:
            status, title, sentence = 403, "You are not signed in", f"{name} says that you have changed your mind."
        else:
            status, title, sentence = (
                400,
                "That sign-in is over",
                f"It took too long, or was begun in another browser. Begin again with {name}.",
            )
        raise ImmediateHttpResponse(refusal(request, status, title, sentence))


class MFAAdapter(DefaultMFAAdapter):
    """Second factors."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That code is not right, or not any more. Type the one that is shown now.",
        "rate_limited": "Too many attempts. Wait five minutes, then try again.",
    }

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002  # allauth calls it so
        """What a passkey is called by one who gives it no name."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The domain that passkeys belong to."""
        return super().get_public_key_credential_rp_entity() | {"name": "memoryweb"}

    def encrypt(self, text: str) -> str:
        """As it is kept in the database. Who has that file alone cannot make codes."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again. Raises InvalidToken when SECRET_KEY is another now."""
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """The QR code as an element to stand within a page."""
        return super().build_totp_svg(url).partition("?>")[2].strip()


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"second factor {settings.SECRET_KEY}".encode()).digest()))
