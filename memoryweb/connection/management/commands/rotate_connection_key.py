"""`manage.py rotate_connection_key`: encrypt the saved token with another key."""

from django.core.management.base import BaseCommand, CommandError

from memoryweb.connection import rotation
from memoryweb.connection.cipher import WrongKey


class Command(BaseCommand):
    """Exchanges the key, or says what to do where it stands in the environment. Can be run again after any interruption."""

    help = "Encrypt the saved token of the connection with a new key."

    def handle(self, *args: object, **options: object) -> None:
        """Called by Django."""
        try:
            for line in rotation.rotate():
                self.stdout.write(line)
        except WrongKey:
            raise CommandError(
                "None of the keys can read the saved token, so nothing was changed. Put its key back, or save the token again on "
                "the page “Connection”."
            ) from None
