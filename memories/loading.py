"""Files of memories, and taking them into an account."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils import timezone

from memoryweb.memoryplugin import wire
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import BrokenAnswer, Invalid
from memoryweb.memoryplugin.types import Bucket, Memory

from . import dates
from .curating import Loading

DEFAULT_BUCKET = "General"
READ_AT_ONCE = 500  # memories a call, when comparing with what is there


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why an entry could not be read or stored."""

    reason: str


@dataclass(slots=True)
class Report:
    """What became of the files' memories."""

    added: int = 0
    there: int = 0
    unreadable: list[tuple[str, Unreadable]] = field(default_factory=list)


Entry = tuple[str, Memory | Unreadable]


def read_file(path: Path) -> list[Entry]:
    """The memories of a file, each with its place ("line 3", "item 3").

    JSON in any shape that the API answers with, JSON Lines (`.jsonl`, or any file of which each line is JSON), else plain
    text, a memory a line. Raises OSError, and ValueError where the file is not UTF-8.
    """
    content = path.read_text(encoding="utf-8-sig")
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return list(_lines(content, is_json=_looks_like_json_lines(path, content)))
    items = _items(answer)
    if items is None:
        return [("the file", Unreadable("holds no list of memories"))]
    return [_entry(f"item {number}", item) for number, item in enumerate(items, 1)]


def load(client: MemoryPluginClient, person: Any, entries: Iterable[Entry], bucket_name: str = "") -> Iterator[Report]:
    """Add what is not there yet, and yield the report after each entry, for a progress bar. All of it is one batch in the journal.

    Each memory goes into `bucket_name`, else into the bucket that it names, else into "General"; missing buckets are made.
    The embedded server keeps the dates that the entries tell, or else those at the head of their texts; on a hosted service
    dates live in the text alone, so a text without one gets its own there. Raises a MemoryPluginError when the service
    fails; what was added until then stays, and running it again goes on.
    """
    report = Report()
    target = _Target(client, Loading(client, person))
    for place, memory in entries:
        if isinstance(memory, Unreadable):
            report.unreadable.append((place, memory))
        elif memory.is_image:
            report.unreadable.append((place, Unreadable("is an image; only texts can be loaded")))
        else:
            try:
                added = target.add(memory, bucket_name or memory.bucket_name or DEFAULT_BUCKET)
            except Invalid as error:
                report.unreadable.append((place, Unreadable(error.sentence)))
            else:
                report.added += added
                report.there += not added
        yield report


class _Target:
    """An account that memories are added to: its buckets by name, and the texts that each held before."""

    def __init__(self, client: MemoryPluginClient, loading: Loading) -> None:
        self._client = client
        self._loading = loading
        self._buckets: dict[str, Bucket] = {bucket.name.casefold(): bucket for bucket in client.list_buckets()}
        self._texts: dict[str, set[str]] = defaultdict(set)
        self._compared: set[str] = set()

    def add(self, memory: Memory, bucket_name: str) -> bool:
        """Add the memory unless it is there; returns whether it was added."""
        bucket = self._bucket(bucket_name)
        text = memory.text.strip()
        if memory.created_at and not self._client.is_embedded:
            text = dates.with_date(text, timezone.localtime(memory.created_at).date())
        texts = self._texts_of(bucket)
        if text in texts:
            return False
        texts.add(text)
        return self._loading.add(text, bucket, memory.created_at or dates.noted(text))

    def _bucket(self, name: str) -> Bucket:
        key = " ".join(name.split()).casefold()
        if key not in self._buckets:
            self._buckets[key] = self._loading.add_bucket(name)
            self._compared.add(self._buckets[key].id)
        return self._buckets[key]

    def _texts_of(self, bucket: Bucket) -> set[str]:
        texts = self._texts[bucket.id]
        if bucket.id not in self._compared:
            self._compared.add(bucket.id)
            start, received = 0, READ_AT_ONCE
            while received == READ_AT_ONCE:
                page = self._client.get_memories_and_buckets(
                    bucket_id=bucket.id, content_type="text", latest=True, count=READ_AT_ONCE, skip=start
                )
                texts.update(memory.text.strip() for memory in page.memories)
                received = page.received
                start += received
        return texts


def _looks_like_json_lines(path: Path, content: str) -> bool:
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return True
    return next((line for line in content.splitlines() if line.strip()), "").lstrip().startswith("{")


def _lines(content: str, is_json: bool) -> Iterator[Entry]:
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        place = f"line {number}"
        if not is_json:
            yield _entry(place, line)
            continue
        try:
            yield _entry(place, json.loads(line))
        except (ValueError, RecursionError):
            yield place, Unreadable("is not JSON")


def _items(answer: Any) -> list[Any] | None:
    if isinstance(answer, dict):
        lists = [answer[name] for name in ("memories", "data") if isinstance(answer.get(name), list)]
        return lists[0] if lists else [answer] if "text" in answer else None
    return answer if isinstance(answer, list) else None


def _entry(place: str, item: Any) -> Entry:
    try:
        return place, wire.read_memory(item.strip() if isinstance(item, str) else item)
    except BrokenAnswer:
        return place, Unreadable("is no memory: it has no text")
