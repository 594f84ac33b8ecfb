"""The forms about people."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.validators import UnicodeUsernameValidator

from .models import Role, User


class RoleForm(forms.Form):
    """A role."""

    role = forms.ChoiceField(choices=Role.choices)


class InvitationForm(RoleForm):
    """Whom to invite: as what, and where the link is to be mailed."""

    email = forms.EmailField(label="Mail the link to", required=False)


class NewcomerForm(forms.Form):
    """What somebody who was invited chooses."""

    username = forms.CharField(
        label="Name",
        max_length=150,
        validators=[UnicodeUsernameValidator(message="Use letters, digits and @ . + - _ only, without blanks.")],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "class": "input", "autofocus": True}),
    )
    password = forms.CharField(
        label="Password",
        help_text="At least 10 characters, and not a common password.",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "input"}),
    )

    def clean(self) -> dict[str, Any] | None:
        """Holds the password against the rules of the settings."""
        said = super().clean() or {}
        if "password" in said:
            try:
                password_validation.validate_password(said["password"], User(username=said.get("username", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return said
