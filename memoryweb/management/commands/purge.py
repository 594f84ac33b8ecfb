"""`manage.py purge`: what has lain in the trash for too long goes for good, and so does what the audit has kept for long enough."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from memoryweb.audit.models import Event, Reads
from memoryweb.audit.record import Action, record
from memoryweb.localapi import trash


class Command(BaseCommand):
    """Removes what was deleted more than TRASH_DAYS ago, with versions, files and what the journal says; done at each start too.

    Of the audit, what is older than AUDIT_DAYS.
    """

    help = "Remove for good what was deleted more than TRASH_DAYS ago."

    def handle(self, *args: object, **options: Any) -> None:
        """Called by Django."""
        from memoryweb.captions import services as captions
        from memoryweb.history import journal  # the pages' side, which serves hosted memories as well

        before = timezone.now() - timedelta(days=settings.TRASH_DAYS)
        with transaction.atomic():  # both or neither, so that the journal forgets whatever is gone
            purged = trash.purge(before)
            journal.forget(purged)
            journal.forget_deleted(before)
            captions.forget(purged)
            if purged:
                record(Action.PURGED, count=len(purged))
        Event.objects.purge()
        Reads.objects.purge()
        if options["verbosity"]:
            self.stdout.write(f"{len(purged)} {'memory' if len(purged) == 1 else 'memories'} went for good.")
