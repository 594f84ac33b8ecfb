"""The vectors in the database: which memories lack one, and storing them.

A vector is its direction in signed bytes, each number a multiple of 1/127 of the largest: the cosine needs no more.
"""

from collections.abc import Sequence

import numpy as np
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from numpy.typing import NDArray

from memoryweb.accounts.permissions import EVERY_BUCKET, Seen

from ..models import Memory, Vector
from ..seen import on
from .embedder import Embedder

BATCH = 16  # texts stored together


def backlog(model: str) -> QuerySet[Memory]:
    """The memories without a vector of their present text."""
    return Memory.objects.exclude(Exists(Vector.objects.filter(memory=OuterRef("pk"), model=model, digest=OuterRef("digest"))))


def embedded(model: str, seen: Seen = EVERY_BUCKET) -> int:
    """How many memories have a vector of their present text."""
    return Vector.objects.filter(on(seen, "memory__bucket_id"), model=model, digest=F("memory__digest")).count()


def embed(embedder: Embedder, ids: Sequence[int]) -> int:
    """Embed those of these memories that need it, and store their vectors; returns how many were stored.

    What is deleted or edited meanwhile is left out. Doing it twice, also at the same time, does no harm. Each vector is a new row,
    also of a memory that had one: the highest id tells every process what is new.
    """
    rows = list(backlog(embedder.name).filter(pk__in=ids).values_list("pk", "text", "digest"))
    if not rows:
        return 0
    data = [row.tobytes() for row in quantised(embedder.embed([text for _, text, _ in rows]))]
    with transaction.atomic():
        digests = dict(Memory.objects.filter(pk__in=ids).values_list("pk", "digest"))
        made = [
            Vector(memory_id=pk, model=embedder.name, digest=digest, data=content)
            for (pk, _, digest), content in zip(rows, data, strict=True)
            if digests.get(pk) == digest
        ]
        Vector.objects.filter(model=embedder.name, memory_id__in=[vector.memory_id for vector in made]).delete()
        Vector.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def quantised(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """The vectors' directions, a row each."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.rint(vectors * (127 / np.maximum(largest, 1e-12))).astype(np.int8)
