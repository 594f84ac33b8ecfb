"""Stores of so many memories, made once and kept in data/bench/. Run as a module, it fills the one that DATA_DIR names."""

import base64
import hashlib
import itertools
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench import texts

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "data" / "bench"
RECIPE = "1"  # another one makes the stores anew
NOTES = ("recipe", "analyser")  # files that tell how a store was made
AT_ONCE = 10_000


def environment(folder: Path) -> dict[str, str]:
    """What a process needs to work on the store in `folder`, whatever is set on this machine."""
    from memoryweb.tests.environment import DOCUMENTED

    kept = {name: value for name, value in os.environ.items() if name not in DOCUMENTED}
    return kept | {"ENV_FILE": "", "DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}


def store(number: int) -> Path:
    """The folder of the store of so many memories, made where it is missing; 100,000 take about half a minute.

    Where the analyser of words has changed since, the store is indexed anew.
    """
    folder, draft = KEPT / str(number), KEPT / f"{number}.part"
    if noted(folder / "recipe") != RECIPE:
        for old in (folder, draft):
            shutil.rmtree(old, ignore_errors=True)
        _run(draft, "-m", "bench.stores", str(number))
        (draft / "analyser").write_text(_analyser(), encoding="ascii")
        (draft / "recipe").write_text(RECIPE, encoding="ascii")
        draft.rename(folder)
    elif noted(folder / "analyser") != _analyser():
        print(f"store of {number:,}: indexed anew", file=sys.stderr, flush=True)
        _run(folder, "manage.py", "migrate", "--verbosity=0")
        _run(folder, "manage.py", "reindex")
        (folder / "analyser").write_text(_analyser(), encoding="ascii")
    return folder


def _run(folder: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment(folder), check=True, stdout=subprocess.DEVNULL)


def noted(file: Path) -> str:
    """What a store's file of NOTES says; nothing where it is missing."""
    return file.read_text(encoding="ascii") if file.is_file() else ""


def _analyser() -> str:
    return hashlib.sha256((ROOT / "memoryweb" / "words.py").read_bytes()).hexdigest()


def fill(number: int) -> None:
    """Store so many memories in the database that Django uses; the triggers index them, the counts are made at the end."""
    from django.db import transaction

    from memoryweb.localapi.models import Bucket, Memory

    rng, began = random.Random(texts.SEED), time.monotonic()
    buckets = [Bucket.objects.get_or_create(key=name.casefold(), defaults={"name": name})[0].id for name in texts.BUCKETS]
    made = (
        Memory(
            public_id=f"mem_{base64.urlsafe_b64encode(rng.randbytes(15)).decode()}",
            bucket_id=buckets[text.bucket],
            text=text.text,
            digest=hashlib.sha256(f"\n{text.text}".encode()).hexdigest(),
            content_type="text",
            source=text.source,
            created_at=text.created_at,
            updated_at=text.created_at,
        )
        for text in texts.memories(number)
    )
    done = 0
    while batch := list(itertools.islice(made, AT_ONCE)):
        with transaction.atomic():
            Memory.objects.bulk_create(batch)
        done += len(batch)
        print(f"\rstore of {number:,}: {done / number:4.0%}, {time.monotonic() - began:.0f} s", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for bucket_id in buckets:
        there = Memory.objects.filter(bucket_id=bucket_id).count()
        Bucket.objects.filter(id=bucket_id).update(text_count=there, image_count=0)


def main() -> None:
    """Make the tables and fill them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "memoryweb.settings")
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")  # a store that breaks off is made anew
    fill(int(sys.argv[1]))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


if __name__ == "__main__":
    main()
