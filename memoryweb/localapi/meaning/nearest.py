"""Which memories are nearest to a query: an index in the memory of each process, and exact cosines from the database.

Up to EXACT vectors the index holds them as they are stored, and all are compared. Beyond, it holds one bit for each number, its
sign; the nearest by these are then compared exactly, REFINED times as many as are asked for. The index may be behind: whatever it
finds is looked up before anyone sees it.
"""

import threading
from collections.abc import Collection, Sequence
from typing import TypeAlias

import numpy as np
from django.db.models import F
from numpy.typing import NDArray

from ..filters import Filter
from ..models import Memory, Vector
from .embedder import Embedder

EXACT = 50_000
REFINED = 4
AT_ONCE = 4_000  # rows read together
COMPARED_AT_ONCE = 1_024  # so that their floats stay in the processor's cache
Ids: TypeAlias = NDArray[np.int64]
Rows: TypeAlias = NDArray[np.int8]
Signs: TypeAlias = NDArray[np.uint64]
Floats: TypeAlias = NDArray[np.float32]


class Index:
    """The vectors of one model. Safe for several threads: its arrays are replaced, never written to."""

    def __init__(self, model: str) -> None:
        self.model = model
        self._lock = threading.Lock()
        self._newest = 0  # the highest Vector.id taken in
        self._keys: Ids = np.empty(0, np.int64)  # of vectors
        self._memories: Ids = np.empty(0, np.int64)
        self._data: Rows | Signs = np.empty((0, 0), np.int8)

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def is_exact(self) -> bool:
        """Whether the order it finds needs no refining."""
        return self._data.dtype == np.int8

    def refresh(self) -> None:
        """Take in the vectors that were stored since the last time, by whichever process."""
        with self._lock:
            stored = Vector.objects.filter(model=self.model).order_by("pk").values_list("pk", "memory_id", "data")
            while news := list(stored.filter(pk__gt=self._newest)[:AT_ONCE]):
                keys, memories, data = zip(*news, strict=True)
                self._add(np.array(keys), np.array(memories), _rows(data))
                self._newest = keys[-1]

    def drop(self, keys: Sequence[int]) -> None:
        """Forget vectors that are not stored any more."""
        with self._lock:
            self._keep(~np.isin(self._keys, keys))

    def nearest(self, query: Floats, count: int, among: Ids | None = None) -> list[int]:
        """The vectors of the `count` nearest memories, of those in `among` if it is given, in no order."""
        with self._lock:
            keys, memories, data = self._keys, self._memories, self._data
        if among is not None:
            chosen = np.flatnonzero(np.isin(memories, among))
            keys, data = keys[chosen], data[chosen]
        if len(keys) > count:
            nearness = _cosines(data, query) if data.dtype == np.int8 else _equal_signs(data, query)
            keys = keys[np.argpartition(-nearness, count)[:count]]
        return keys.tolist()

    def of(self, memories: Sequence[int]) -> list[int]:
        """The vectors of these memories, of those that have one, in no order."""
        with self._lock:
            return self._keys[np.isin(self._memories, memories)].tolist()

    def _keep(self, chosen: NDArray[np.bool_]) -> None:
        if not chosen.all():
            self._keys, self._memories, self._data = self._keys[chosen], self._memories[chosen], self._data[chosen]

    def _add(self, keys: Ids, memories: Ids, rows: Rows) -> None:
        self._keep(~np.isin(self._memories, memories))  # what was edited
        if not len(self):
            self._data = rows[:0]
        if self.is_exact and len(self) + len(keys) > EXACT:
            self._data = _signs(self._data)
        self._data = np.concatenate([self._data, rows if self.is_exact else _signs(rows)])
        self._keys, self._memories = np.concatenate([self._keys, keys]), np.concatenate([self._memories, memories])


def near(embedder: Embedder, index: Index, text: str, filters: Filter, count: int, also: Sequence[int]) -> dict[int, float]:
    """As `meaning.near`; raises whatever goes wrong."""
    index.refresh()
    query = embedder.embed([text])[0]
    among = _allowed(filters)
    others = index.of(also)
    wanted = count if index.is_exact else REFINED * count
    while True:
        candidates = index.nearest(query, wanted, among)
        cosines = _look_up({*candidates, *others}, query)
        gone = [key for key in candidates if key not in cosines]
        if not gone:
            break
        index.drop(gone)  # deleted since; others take their places
    best = sorted(candidates, key=lambda key: cosines[key][1], reverse=True)[:count]
    chosen = [key for key in (*best, *others) if key in cosines]
    present = Vector.objects.filter(pk__in=chosen, digest=F("memory__digest")).values_list("pk", flat=True)  # not edited since
    return dict(cosines[key] for key in present)


def _allowed(filters: Filter) -> Ids | None:
    """The memories that the filters allow, phrases and excluded words aside; None for all."""
    wanted = filters.on_memories()
    return np.fromiter(Memory.objects.filter(wanted).values_list("pk", flat=True), np.int64) if wanted else None


def _look_up(keys: Collection[int], query: Floats) -> dict[int, tuple[int, float]]:
    """Of each vector that is stored its memory and its cosine to the query."""
    stored = list(Vector.objects.filter(pk__in=keys).values_list("pk", "memory_id", "data"))
    cosines = _cosines(_rows([data for *_, data in stored]), query) if stored else np.empty(0)
    return {key: (memory, cosine) for (key, memory, _), cosine in zip(stored, cosines.tolist(), strict=True)}


def _rows(data: Sequence[bytes | memoryview]) -> Rows:
    return np.frombuffer(b"".join(data), np.int8).reshape(len(data), -1)


def _signs(rows: Rows) -> Signs:
    """A bit for each number, set where it is above zero, in whole words."""
    packed = np.packbits(rows > 0, axis=1)
    return np.pad(packed, ((0, 0), (0, -packed.shape[1] % 8))).view(np.uint64)


def _equal_signs(signs: Signs, query: Floats) -> NDArray[np.int16]:
    """How much the signs agree: higher is nearer."""
    differing: NDArray[np.int16] = np.zeros(len(signs), np.int16)
    for place, word in enumerate(_signs(query[np.newaxis])[0]):
        differing += np.bitwise_count(signs[:, place] ^ word)
    return -differing


def _cosines(rows: Rows, query: Floats) -> Floats:
    """The cosine of each row to the query, at most 1."""
    products: Floats = np.empty(len(rows), np.float32)
    lengths: Floats = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), COMPARED_AT_ONCE):
        some = rows[start : start + COMPARED_AT_ONCE].astype(np.float32)
        products[start : start + len(some)] = some @ query
        lengths[start : start + len(some)] = np.einsum("ij,ij->i", some, some)
    return np.minimum(products / np.maximum(np.sqrt(lengths) * np.linalg.norm(query), 1e-12), 1)
