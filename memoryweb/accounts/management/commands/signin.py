"""`manage.py signin`: a fresh sign-in link."""

from django.core.management.base import BaseCommand

from memoryweb.accounts import services
from memoryweb.addresses import sign_in_url
from memoryweb.audit.record import Action, record


class Command(BaseCommand):
    """Prints a link that signs the owner in once, within a day."""

    help = "Print a link that signs you in once, within a day."

    def handle(self, *args: object, **options: object) -> None:
        """Called by Django."""
        owner = services.owner()
        self.stdout.write(sign_in_url(services.make_sign_in_link(owner)))
        record(Action.LINK_MADE, subject=owner.get_username())
