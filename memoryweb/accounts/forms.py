"""The forms about people."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.validators import UnicodeUsernameValidator

from .models import Role, User


class RoleForm(forms.Form):
    """A role."""

    role = forms.ChoiceField(choices=Role.choices)


class PersonForm(RoleForm):
    """A person's role, the roles in buckets that were `given` already, and perhaps one in `another` bucket."""

    another = forms.ChoiceField(
        required=False, error_messages={"invalid_choice": "There is no such bucket any more. Choose another."}
    )
    another_role = forms.ChoiceField(required=False)

    def __init__(self, data: Any, *, role: str, own: Mapping[str, str], names: Mapping[str, str]) -> None:
        """`own` are the roles in buckets by their ids, `names` what all buckets are called."""
        super().__init__(
            data, initial={"role": role, "another_role": Role.NONE} | {self.field(key): given for key, given in own.items()}
        )
        as_everywhere = ("", f"As everywhere ({Role(role).label.lower()})")
        roles = [(each.value, each.label) for each in (Role.VIEWER, Role.CONTRIBUTOR, Role.EDITOR, Role.NONE)]
        self.given = sorted(own, key=lambda key: names.get(key, "").casefold())
        for key in self.given:
            self.fields[self.field(key)] = forms.ChoiceField(choices=[as_everywhere, *roles], required=False)
        others = [(key, name) for key, name in names.items() if key not in own]
        self.fields["another"].choices = [("", "Choose a bucket"), *others]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["another_role"].choices = roles  # type: ignore[attr-defined]

    @staticmethod
    def field(bucket_id: str) -> str:
        """What the role in this bucket is called in the form."""
        return f"in-{bucket_id}"

    def roles(self) -> dict[str, str]:
        """The roles in buckets that a valid form gives, by bucket id."""
        said = {key: self.cleaned_data[self.field(key)] for key in self.given} | {
            self.cleaned_data["another"]: self.cleaned_data["another_role"]
        }
        return {key: role for key, role in said.items() if key and role}


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
