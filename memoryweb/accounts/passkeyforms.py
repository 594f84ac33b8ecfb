"""What a browser answers about a passkey: allauth's forms, for which what cannot be read is a wrong passkey, and no fault."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms

UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


class Make(forms.AddWebAuthnForm):
    """A new passkey."""

    def clean(self) -> dict[str, Any]:
        """Called by Django."""
        try:
            return dict(super().clean())
        except UNREADABLE:
            raise get_adapter().validation_error("incorrect_code") from None


class _Use:
    def clean_credential(self) -> Any:
        """Called by Django."""
        try:
            return super().clean_credential()  # type: ignore[misc]  # of the form beside it
        except UNREADABLE:
            raise get_adapter().validation_error("incorrect_code") from None


class SignIn(_Use, forms.LoginWebAuthnForm):
    """Instead of name and password."""


class Second(_Use, forms.AuthenticateWebAuthnForm):
    """After the password."""


class Again(_Use, forms.ReauthenticateWebAuthnForm):
    """Before something that whoever finds an open browser must not do."""
