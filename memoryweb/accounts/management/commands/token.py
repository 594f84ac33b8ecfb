"""`manage.py token create|list|revoke`: the bearer tokens of the embedded API."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from memoryweb.accounts import services, tokens
from memoryweb.accounts.models import Token
from memoryweb.audit.record import Action, record


class Command(BaseCommand):
    """Makes tokens of the owner, for everything and without an end; lists and revokes those of all people."""

    help = "Make, list or revoke tokens for the embedded API."

    def add_arguments(self, parser: CommandParser) -> None:
        """Called by Django."""
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="make a token of the owner and print it, this once")
        create.add_argument("name", help="what it is for, such as the assistant that will use it")
        actions.add_parser("list", help="list the valid tokens")
        revoke = actions.add_parser("revoke", help="end a token at once")
        revoke.add_argument("name")
        revoke.add_argument("--person", help="whose token, where several people have one of that name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Called by Django. `create` prints the token alone on the last line."""
        if options["action"] == "create":
            self._create(options["name"])
        elif options["action"] == "list":
            self._list()
        else:
            self._revoke(options["name"].strip(), options["person"])

    def _create(self, name: str) -> None:
        try:
            secret = tokens.make(services.owner(), name)
        except ValueError as error:
            raise CommandError(str(error)) from None
        record(Action.TOKEN_MADE, subject=name.strip())
        self.stdout.write("This token is shown only now. Send it as “Authorization: Bearer TOKEN”:")
        self.stdout.write(secret)

    def _list(self) -> None:
        listed = list(tokens.valid())
        whose = len({token.user_id for token in listed}) > 1
        for token in listed:
            person = f"  {token.user.username}" if whose else ""
            self.stdout.write(f"{timezone.localtime(token.created_at):%Y-%m-%d %H:%M}{person}  {token.name}")
        if not listed:
            self.stdout.write("There is no token. Make one with “manage.py token create NAME”.")

    def _revoke(self, name: str, person: str | None) -> None:
        """Ends one token or none: where several people have one of that name, it asks whose is meant."""
        named = tokens.valid().filter(name=name)
        found = list(named.filter(user__username=person) if person else named)
        if not found:
            whose = f" of {person}" if person else ""
            raise CommandError(f"There is no valid token{whose} named {name}. “manage.py token list” shows them.")
        if len(found) > 1:
            people = " and ".join(token.user.username for token in found)
            raise CommandError(f"{people} each have a token named {name}. Say whose with “--person NAME”.")
        tokens.revoke(Token.objects.filter(pk=found[0].pk))
        record(Action.TOKEN_REVOKED, subject=f"{name} of {found[0].user.username}")
        self.stdout.write(f"The token {name} does not work any more.")
