"""The form of the connection."""

from django import forms

from . import addresses


class ConnectionForm(forms.Form):
    """Service and token. The token is the one thing typed that no page gives back, however the form is refused."""

    url = forms.CharField(max_length=500, error_messages={"required": "Enter the address of the service."})
    token = forms.CharField(max_length=2000, error_messages={"required": "Paste the token. It is needed each time."})
    same_account = forms.BooleanField(required=False)

    def clean_url(self) -> str:
        """The address as it is kept."""
        try:
            return addresses.read(self.cleaned_data["url"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean_token(self) -> str:
        """A token is a word."""
        token: str = self.cleaned_data["token"]
        if not token.isascii() or not token.isprintable() or " " in token:
            raise forms.ValidationError("A token has no blanks and no accents. Copy it again, without what stands around it.")
        return token
