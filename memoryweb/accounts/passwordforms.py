"""The forms that take a new password, and what may be wrong with one."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from .models import User

SHORTEST = 10  # as in AUTH_PASSWORD_VALIDATORS
HINT = f"At least {SHORTEST} characters, and not a common password."
# By the codes of Django's validators, the first that fits is said.
FAULTS = {
    "password_too_short": f"Use at least {SHORTEST} characters.",
    "password_too_common": "This is one of the passwords that are guessed first. Choose another.",
    "password_too_similar": "This is too much like your name. Choose another.",
}


def check(password: str, person: User) -> None:
    """Hold a password against the rules of the settings. Raises ValidationError, with one sentence."""
    try:
        password_validation.validate_password(password, person)
    except ValidationError as error:
        codes = {each.code for each in error.error_list}
        raise ValidationError(next((said for code, said in FAULTS.items() if code in codes), error.messages[0])) from None


def password_field(label: str, autocomplete: str = "new-password", hint: str = "") -> forms.CharField:
    """A field for a password; browsers see to the length of a new one before they send it."""
    attributes = {"autocomplete": autocomplete, "class": "input"} | ({"minlength": SHORTEST} if hint else {})
    return forms.CharField(label=label, help_text=hint, strip=False, widget=forms.PasswordInput(attrs=attributes))


class FocusesFault:
    """A form of which the first field that is wrong gets the focus, and else the first."""

    def render_focus(self) -> None:
        """Say so to the browser; to be called before the form is shown."""
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        errors: dict[str, Any] = self.errors if self.is_bound else {}  # type: ignore[attr-defined]
        for field in fields.values():
            field.widget.attrs.pop("autofocus", None)
        first = next((name for name in fields if name in errors), next(iter(fields)))
        fields[first].widget.attrs["autofocus"] = True


class ChosenPasswordForm(FocusesFault, forms.Form):
    """A password that somebody chooses who comes in by a link."""

    password = password_field("Password", hint=HINT)

    def __init__(self, data: Any = None, *, person: User | None = None) -> None:
        super().__init__(data)
        self.person = person

    def clean(self) -> dict[str, Any]:
        """Holds the password against the rules."""
        said = super().clean() or {}
        if "password" in said:
            try:
                check(said["password"], self.person or User(username=said.get("username", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return said


class PasswordForm(FocusesFault, forms.Form):
    """A first password, or another one for who knows the old."""

    old_password = password_field("The password until now", "current-password")
    new_password1 = password_field("The new password", hint=HINT)
    new_password2 = password_field("The new password again")

    def __init__(self, data: Any, person: User) -> None:
        super().__init__(data)
        self.person = person
        if not person.has_usable_password():
            del self.fields["old_password"]

    def clean_old_password(self) -> str:
        """Asks whether it is right."""
        said: str = self.cleaned_data["old_password"]
        if not self.person.check_password(said):
            raise ValidationError("That is not your password.")
        return said

    def clean(self) -> dict[str, Any]:
        """Says all that is wrong at once."""
        said = super().clean() or {}
        new, again = said.get("new_password1"), said.get("new_password2")
        if new is not None:
            try:
                check(new, self.person)
            except ValidationError as error:
                self.add_error("new_password1", error)
        if new is not None and again is not None and new != again:
            self.add_error("new_password2", "This is not the same as above.")
        return said

    def save(self) -> None:
        """Give the person the password of this valid form."""
        self.person.set_password(self.cleaned_data["new_password1"])
        self.person.save(update_fields=["password"])
