"""The forms about people."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator

from .models import Role
from .passwordforms import HINT, ChosenPasswordForm, password_field


class RolesForm(forms.Form):
    """A role everywhere, and perhaps another in each of the buckets. What a form that was sent does not have stays as it was."""

    role = forms.ChoiceField(choices=Role.choices, error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose a role."))

    def __init__(self, data: Any, *, role: str, names: Mapping[str, str], own: Mapping[str, str] | None = None) -> None:
        """`names` are what all buckets are called, by id, and `own` the roles that were given in some of them."""
        self.own = dict(own or {})
        super().__init__(data, initial={"role": role} | {self.field(key): given for key, given in self.own.items()})
        roles = [(each.value, each.label) for each in (Role.VIEWER, Role.CONTRIBUTOR, Role.EDITOR, Role.NONE)]
        apart = sorted(self.own, key=lambda key: names.get(key, "").casefold())
        self.buckets = [*apart, *(key for key in names if key not in self.own)]
        for key in self.buckets:
            self.fields[self.field(key)] = forms.ChoiceField(choices=[("", "As in every bucket"), *roles], required=False)

    @staticmethod
    def field(bucket_id: str) -> str:
        """What the role in this bucket is called in the form."""
        return f"in-{bucket_id}"

    def rows(self, names: Mapping[str, str]) -> list[tuple[str, Any]]:
        """Each bucket's name and field, those first in which another role was given."""
        return [(names.get(key, "A bucket that is not there"), self[self.field(key)]) for key in self.buckets]

    def roles(self) -> dict[str, str]:
        """The roles in buckets that a valid form gives, by bucket id."""
        said = {
            key: self.cleaned_data[self.field(key)] if self.field(key) in self.data else self.own.get(key, "")
            for key in self.buckets
        }
        return {key: role for key, role in said.items() if role}


class InvitationForm(RolesForm):
    """Whom to invite: as what, and where the link is to be mailed."""

    for_whom = forms.CharField(
        required=False,
        max_length=80,
        error_messages={"max_length": "This name is too long. Use 80 characters at most."},
    )
    email = forms.EmailField(label="Mail the link to", required=False)


class NewcomerForm(ChosenPasswordForm):
    """What somebody who was invited chooses."""

    username = forms.CharField(
        label="Name",
        help_text="You sign in with it: letters, digits and @ . + - _, without blanks.",
        max_length=150,
        validators=[UnicodeUsernameValidator(message="Use letters, digits and @ . + - _ only, without blanks.")],
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "class": "input",
                "pattern": r"[\p{L}\p{N}_.@+\-]+",
                "title": "Letters, digits and @ . + - _, without blanks",
            }
        ),
    )
    password = password_field("Password", hint=HINT)
    field_order = ("username", "password")
