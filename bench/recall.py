"""`python -m bench.recall MEMORIES QUESTIONS`: how many of the memories that answer a question are among the first ten found.

MEMORIES is a JSON file as GET /api/memory answers (`data`: `text`, `metadata` with `createdAt` and `bucketName`). QUESTIONS is
a list of `{"q": ..., "bucket": ..., "evidence": [places in data]}`. Each is asked of the whole store and within its bucket,
of the search as it is and of searches that lack a part of it, and with SEMANTIC_MODEL set, also by meaning.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.stores import ROOT, environment

FIRST = 10
PATIENCE_SECONDS = 600  # for all memories to be embedded

Patch = Callable[[], None]


def no_stems() -> None:
    """Only the same words match."""
    from memoryweb import words

    words.stem = words.plain


def no_stop_words() -> None:
    """Every word of the question is looked for."""
    from memoryweb import words

    words.STOP_WORDS = frozenset()


def no_dates() -> None:
    """A date is nothing but its digits."""
    from memoryweb import words

    words._date_words = lambda text: []


def no_rescoring() -> None:
    """The order is FTS5's own."""
    from memoryweb.localapi import search

    search._ranked = lambda candidates, *_: [(candidate.id, 0.0) for candidate in candidates]


def only_meaning() -> None:
    """Words do not count."""
    from memoryweb.localapi import ranking

    ranking.together = lambda points, most, cosine: cosine


WORDS: dict[str, Patch] = {
    "words": lambda: None,
    "words, no stems": no_stems,
    "words, no stop words": no_stop_words,
    "words, no dates": no_dates,
    "words, FTS5's order": no_rescoring,
}
MEANING: dict[str, Patch] = {"meaning alone": only_meaning, "words and meaning": lambda: None}


def main() -> None:
    """Measure each way in a process and a store of its own, and print a line for each."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.recall", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("memories", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--way", choices=[*WORDS, *MEANING], help="only this one, in this process")
    chosen = parser.parse_args()
    if chosen.way:
        print(json.dumps(measured(chosen.way, chosen.memories, chosen.questions)))
        return
    model = os.environ.get("SEMANTIC_MODEL", "")
    print(f"{'':24}whole store   within the bucket   first at (mean 1/rank)")
    for way in [*WORDS, *(MEANING if model else [])]:
        with tempfile.TemporaryDirectory() as folder:
            settings = environment(Path(folder)) | ({"SEMANTIC_MODEL": model} if way in MEANING else {})
            command = [sys.executable, "-W", "ignore", "-m", "bench.recall", chosen.memories, chosen.questions, "--way", way]
            done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        whole, inside, first = json.loads(done.stdout.splitlines()[-1])
        print(f"{way:24}{whole:11.3f}{inside:20.3f}{first:25.3f}", flush=True)


def measured(way: str, memories: Path, questions: Path) -> tuple[float, float, float]:
    """Recall in the first ten over the whole store and within the bucket, and the mean of 1/rank of the first answer."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "memoryweb.settings"
    import django

    django.setup()
    (WORDS | MEANING)[way]()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    told = json.loads(memories.read_text(encoding="utf-8"))["data"]
    places, buckets = filled(told)
    wait_for_meaning(len(places))
    whole, inside, ranks = [], [], []
    for question in json.loads(questions.read_text(encoding="utf-8")):
        answers = question["evidence"]
        everywhere = [places[key] for key in found(question["q"], None)]
        whole.append(recall(answers, everywhere))
        at_home = [place for place in answers if told[place]["metadata"]["bucketName"] == question["bucket"]]
        inside.append(recall(at_home, [places[key] for key in found(question["q"], buckets[question["bucket"]])]))
        ranks.append(max((1 / (everywhere.index(place) + 1) for place in answers if place in everywhere), default=0.0))
    return sum(whole) / len(whole), sum(inside) / len(inside), sum(ranks) / len(ranks)


def filled(told: list[dict[str, Any]]) -> tuple[dict[str, int], dict[str, int]]:
    """Store the memories; returns where each stood in the file, by its id, and the buckets' ids by their names."""
    from datetime import datetime

    from memoryweb.localapi import buckets, store

    names = dict.fromkeys(memory["metadata"]["bucketName"] for memory in told)
    ids = {name: buckets.create(name).id for name in names}
    places = {}
    for place, memory in enumerate(told):
        made = datetime.fromisoformat(memory["metadata"]["createdAt"])
        places[store.add(memory["text"], bucket_id=ids[memory["metadata"]["bucketName"]], created_at=made)[0]] = place
    return places, ids


def found(query: str, bucket_id: int | None) -> list[str]:
    """The ids of the first ten memories."""
    from memoryweb.localapi import lists
    from memoryweb.localapi.filters import Filter

    answer = lists.find(query, Filter(bucket_id=bucket_id), order=lists.RELEVANCE, skip=0, count=FIRST)
    return [row["public_id"] for row in answer.rows]


def recall(answers: list[int], places: list[int]) -> float:
    """The share of the answers that stand at the places found."""
    return len(set(answers) & set(places)) / len(answers)


def wait_for_meaning(number: int) -> None:
    """Until so many memories are embedded, where searching by meaning is on."""
    from memoryweb.localapi import meaning

    until = time.monotonic() + PATIENCE_SECONDS
    while (now := meaning.status()).state in ("on", "loading") and now.embedded < number:
        if time.monotonic() > until:
            raise SystemExit("The memories were not embedded in time.")
        meaning.wake()
        time.sleep(0.2)
    if now.problem:
        raise SystemExit(f"{now.problem} {now.remedy}")


if __name__ == "__main__":
    main()
