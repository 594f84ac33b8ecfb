"""Similar images among many, on a store of their own, which holds rows and no files; run as a program, it makes that store."""

import os
import secrets
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path

from bench.bars import MIDDLE
from bench.clock import Ask, Figures, Line, turn_about
from bench.sites import ours
from bench.stores import ROOT, environment

ASKED = 20
AT_ONCE = 5_000


def measured(seconds: float) -> Figures:
    """How long the images take that look like one of MIDDLE."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "bench.alike"], cwd=ROOT, env=environment(Path(folder)), check=True)
        with ours(Path(folder)) as site:
            line = Line(site)
            (figures,) = turn_about([lambda n: line.send(Ask(f"/api/memories/mem_{n % ASKED}/similar", token=True))], seconds)
            line.close()
    return figures


def fill() -> None:
    """Store MIDDLE images in the database that Django uses."""
    from django.db import transaction
    from django.utils import timezone

    from memoryweb.localapi import buckets
    from memoryweb.localapi.models import Memory

    now, bucket = timezone.now(), buckets.default()
    made = (
        Memory(
            public_id=f"mem_{number}",
            bucket=bucket,
            text=f"2025-06-01 - Photo {number}.",
            digest=secrets.token_hex(32),
            content_type="image",
            image=f"00/{secrets.token_hex(32)}.jpg",
            file_name=f"IMG_{number}.jpg",
            fingerprint=secrets.token_bytes(32),
            created_at=now,
            updated_at=now,
        )
        for number in range(MIDDLE)
    )
    with transaction.atomic():
        while batch := list(islice(made, AT_ONCE)):
            Memory.objects.bulk_create(batch)


def main() -> None:
    """Make the tables and fill them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "memoryweb.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    fill()


if __name__ == "__main__":
    main()
