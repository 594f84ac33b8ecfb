"""`manage.py token create|list|revoke`: the bearer tokens of the embedded API."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from memoryweb.accounts import services


class Command(BaseCommand):
    """Makes, lists and revokes the owner's API tokens."""

    help = "Make, list or revoke tokens for the embedded API."

    def add_arguments(self, parser: CommandParser) -> None:
        """Called by Django."""
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="make a token and print it, this once")
        create.add_argument("name", help="what it is for, such as the assistant that will use it")
        actions.add_parser("list", help="list the valid tokens")
        revoke = actions.add_parser("revoke", help="end a token at once")
        revoke.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Called by Django. `create` prints the token alone on the last line."""
        if options["action"] == "create":
            try:
                secret = services.make_token(services.owner(), options["name"])
            except ValueError as error:
                raise CommandError(str(error)) from None
            self.stdout.write("This token is shown only now. Send it as “Authorization: Bearer TOKEN”:")
            self.stdout.write(secret)
        elif options["action"] == "list":
            tokens = services.valid_tokens()
            for token in tokens:
                self.stdout.write(f"{timezone.localtime(token.created_at):%Y-%m-%d %H:%M}  {token.name}")
            if not tokens:
                self.stdout.write("There is no token. Make one with “manage.py token create NAME”.")
        elif services.revoke_token(options["name"]):
            self.stdout.write(f"The token {options['name']} does not work any more.")
        else:
            raise CommandError(f"There is no valid token named {options['name']}. “manage.py token list” shows them.")
