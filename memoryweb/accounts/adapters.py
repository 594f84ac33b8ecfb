"""What django-allauth is told about this project: its sentences, and that secrets of second factors are encrypted."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


class AccountAdapter(DefaultAccountAdapter):
    """Signing in. The answer for a wrong password is that for a name that does not exist, and for a person who is disabled."""

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

    def get_client_ip(self, request: HttpRequest) -> str:
        """What attempts are counted by, beside the name; where the web server in between does not tell, all count together."""
        try:
            return super().get_client_ip(request)
        except PermissionDenied:
            return request.META.get("REMOTE_ADDR") or "unknown"


class MFAAdapter(DefaultMFAAdapter):
    """Second factors."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That code is not right, or not any more. Type the one that is shown now.",
        "rate_limited": "Too many attempts. Wait five minutes, then try again.",
    }

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
