"""What Django and allauth tell of signing in and of second factors, noted. Loaded by the app's `ready`."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from .record import Action, record

# By the page that signs in without asking allauth, and by what allauth calls the ways that it knows.
_PAGES = {"accounts:use_link": "a link", "accounts:invitation": "an invitation"}
_METHODS = {
    "password": "password",
    "totp": "code",
    "recovery_codes": "recovery code",
    "webauthn": "passkey",
    "socialaccount": "single sign-on",
}
_FACTORS = {"totp": "an app that shows codes", "webauthn": "a passkey"}
UNKNOWN_NAME = "name"  # never the name: it may be a password in the wrong field


@receiver(user_logged_in, dispatch_uid="memoryweb.audit.signed_in")
def _signed_in(request: HttpRequest, user: Any, **_: Any) -> None:
    record(Action.SIGNED_IN, request=request, person=user, subject=_way(request, user))


@receiver(user_logged_out, dispatch_uid="memoryweb.audit.signed_out")
def _signed_out(request: HttpRequest, user: Any, **_: Any) -> None:
    if user is not None:
        record(Action.SIGNED_OUT, request=request, person=user)


@receiver(user_login_failed, dispatch_uid="memoryweb.audit.sign_in_failed")
def _sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    known = get_user_model().named(str(credentials.get("username", "")))
    if known and getattr(request, "is_of_disabled", False):
        record(Action.DISABLED_REFUSED, request=request, person=known)
    else:
        record(Action.SIGN_IN_FAILED, request=request, person=known, subject="password" if known else UNKNOWN_NAME)


@receiver(factors.authentication_failed, dispatch_uid="memoryweb.audit.factor_failed")
def _factor_failed(request: HttpRequest, user: Any, **_: Any) -> None:
    record(Action.FACTOR_FAILED, request=request, person=user, subject="code")


@receiver(factors.authenticator_added, dispatch_uid="memoryweb.audit.factor_added")
def _factor_added(request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        record(Action.CODES_MADE, request=request, person=user)
    else:
        record(Action.FACTOR_ADDED, request=request, person=user, subject=_FACTORS.get(authenticator.type, ""))


@receiver(factors.authenticator_reset, dispatch_uid="memoryweb.audit.codes_made")
def _codes_made(request: HttpRequest, user: Any, **_: Any) -> None:
    record(Action.CODES_MADE, request=request, person=user)


@receiver(factors.authenticator_removed, dispatch_uid="memoryweb.audit.factor_removed")
def _factor_removed(request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:  # they go with it
        record(Action.FACTOR_REMOVED, request=request, person=user, subject=_FACTORS.get(authenticator.type, ""))


def _way(request: HttpRequest, person: Any) -> str:
    """With what somebody has signed in: "password and code"."""
    page = request.resolver_match.view_name if getattr(request, "resolver_match", None) else ""  # type: ignore[union-attr]  # asked before
    if page in _PAGES:
        return _PAGES[page]
    used = [each.get("type") or each.get("method", "") for each in get_authentication_records(request, person)]
    return " and ".join(dict.fromkeys(_METHODS[kind] for kind in used if kind in _METHODS))
