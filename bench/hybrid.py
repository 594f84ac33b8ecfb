"""Searching by words and by meaning: measured where SEMANTIC_MODEL names a model, on a copy of a store that has vectors as well.

To embed 100,000 texts takes many minutes, so the vectors are made up: scattered around those of the store's first memories, which
the model embeds itself, so that queries come as near to them as to real ones. Run as a module with what SEMANTIC_MODEL and DATA_DIR
name: `fill` stores them, and a number of seconds is how long to time searches in this process on one core.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.bars import HYBRID, HYBRID_INSIDE, Key
from bench.clock import Figures, Line, rate, turn_about
from bench.operations import queries, search_pages
from bench.sites import ours
from bench.stores import KEPT, NOTES, ROOT, environment, noted
from bench.texts import SEED

CENTRES = 200  # memories that the model embeds
SPREAD = 1.0  # how long a vector's own part is, beside its centre's of length 1: a cosine of 0.7 to it
AT_ONCE = 10_000
ROWS = 30  # that the page shows


def measured(number: int, model: str, seconds: float) -> dict[Key, Figures]:
    """The figures of the page, with the memory of the server's processes afterwards, and of the search in a process on one core."""
    folder = store(number, model)
    with ours(folder, SEMANTIC_MODEL=model) as site:
        line = Line(site)
        asks = search_pages(number, line)
        (page,) = turn_about([lambda n: line.send(asks[n % len(asks)])], seconds, len(asks))
        page.size = sum(len(line.send(ask)) for ask in asks) // len(asks)
        line.close()
        page.rate = rate(site, lambda n: asks[n % len(asks)], max(seconds / 4, 1))
        page.memory = site.memory()
    inside = Figures(json.loads(_run(folder, model, str(seconds))))
    return {(HYBRID, number, "ours"): page, (HYBRID_INSIDE, number, "ours"): inside}


def store(number: int, model: str) -> Path:
    """The folder of a copy of the store of so many memories, each with a vector of the model; what is missing is made."""
    source, folder = KEPT / str(number), KEPT / f"{number}-meaning"
    if any(noted(folder / name) != noted(source / name) for name in NOTES):
        draft = KEPT / f"{number}-meaning.part"
        for old in (folder, draft):
            shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(source, draft, ignore=shutil.ignore_patterns("static"))
        draft.rename(folder)
    _run(folder, model, "fill")
    return folder


def fill() -> int:
    """Store a vector under the model's name for each memory that has none, and remove all others; returns how many were stored."""
    from django.db import transaction
    from django.db.models import F

    from memoryweb.localapi.meaning import engine
    from memoryweb.localapi.models import Vector

    running = engine.current(may_download=True)
    if running is None:
        raise SystemExit(f"{engine.problem().problem} {engine.problem().remedy}")
    import numpy as np  # came with the model

    from memoryweb.localapi.meaning import vectors

    model = running.embedder.name
    Vector.objects.exclude(model=model, digest=F("memory__digest")).delete()
    missing = vectors.backlog(model).order_by("pk")
    rows = list(missing.values_list("pk", "digest"))
    if not rows:
        return 0
    centres = running.embedder.embed(list(missing.values_list("text", flat=True)[:CENTRES]))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    rng = np.random.default_rng(SEED)
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        own = rng.standard_normal((len(some), centres.shape[1]))
        own *= SPREAD / np.linalg.norm(own, axis=1, keepdims=True)
        made = vectors.quantised(centres[rng.integers(len(centres), size=len(some))] + own)
        with transaction.atomic():
            Vector.objects.bulk_create(
                Vector(memory_id=pk, model=model, digest=digest, data=row.tobytes())
                for (pk, digest), row in zip(some, made, strict=True)
            )
    return len(rows)


def search(seconds: float) -> list[float]:
    """Milliseconds of searches for the first page, each query embedded anew."""
    from memoryweb.localapi import lists, meaning
    from memoryweb.localapi.filters import EVERYTHING

    if not meaning.is_on():
        raise SystemExit("The model cannot be used.")
    asked = queries()

    def find(n: int) -> None:
        lists.find(asked[n % len(asked)], EVERYTHING, order=lists.RELEVANCE, skip=0, count=ROWS)

    return turn_about([find], seconds, len(asked))[0].times


def _run(folder: Path, model: str, task: str) -> str:
    """What this module prints in a process over the store."""
    command = [sys.executable, "-m", "bench.hybrid", task]
    settings = environment(folder) | {"SEMANTIC_MODEL": model, "DJANGO_SETTINGS_MODULE": "memoryweb.settings"}
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def main() -> None:
    """Do what the argument says; the milliseconds are printed as JSON."""
    is_measured = sys.argv[1] != "fill"
    if is_measured and hasattr(os, "sched_setaffinity"):  # before any library counts the cores
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    import django
    from django.core.management import call_command

    django.setup()
    if is_measured:
        json.dump(search(float(sys.argv[1])), sys.stdout)
    else:
        call_command("migrate", interactive=False, verbosity=0)
        fill()


if __name__ == "__main__":
    main()
