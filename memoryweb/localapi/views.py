"""The operations of openapi.yaml: each reads its input, has the work done, and returns what becomes JSON.

`endpoint.py` does what all have in common.
"""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from memoryweb.accounts.permissions import Action
from memoryweb.audit.record import Action as Done

from . import buckets, examples, images, inputs, lists, meaning, noting, outputs, similar, store, trash, versions
from .auth import needs, only_addable, only_changeable, only_movable, only_where_allowed, principal_of, seen_by
from .errors import Missing
from .filters import EVERYTHING, NOWHERE

DEFAULT_COUNT = 10
BEST_COUNT = 5  # GET /api/memory with a query "will receive the 5 most relevant memories"


@functools.cache
def contract_document() -> dict[str, Any]:
    """openapi.yaml, as it lies in the repository."""
    return yaml.safe_load((Path(__file__).parent / "openapi.yaml").read_text(encoding="utf-8"))


def contract(request: HttpRequest) -> dict[str, Any]:
    """GET /api/openapi.json: the contract, with the address it is served from. It tells nothing of this instance."""
    return contract_document() | {"servers": [{"url": f"{request.scheme}://{request.get_host()}"}]}


@needs(Action.READ)
def list_buckets(request: HttpRequest) -> list[dict[str, Any]]:
    """GET /api/buckets."""
    inputs.read_parameters(request, inputs.BucketsParameters)
    return [outputs.bucket_json(bucket) for bucket in _buckets(request)]


@needs(Action.ARRANGE)
def create_bucket(request: HttpRequest) -> dict[str, Any]:
    """POST /api/buckets."""
    bucket = inputs.read_body(request, inputs.BucketInput)
    only_where_allowed(request, Action.ARRANGE, None)
    with noting.together(request):
        made = buckets.create(bucket.name, bucket.description)
        noting.bucket(request, Done.BUCKET_CREATED, made.id)
    return outputs.bucket_json(made)


@needs(Action.ARRANGE)
def update_bucket(request: HttpRequest, bucket_id: str) -> dict[str, Any]:
    """PATCH /api/buckets/{bucketId}."""
    change = inputs.read_body(request, inputs.BucketUpdateInput)
    number = _arranged(request, bucket_id)
    if change.name not in (None, buckets.names([number]).get(number)):
        only_where_allowed(request, Action.ARRANGE, None)
    with noting.together(request):
        bucket = buckets.update(number, name=change.name, description=change.description)
        noting.bucket(request, Done.BUCKET_EDITED, bucket.id)
    return outputs.bucket_json(bucket)


@needs(Action.ARRANGE)
def delete_bucket(request: HttpRequest, bucket_id: str) -> dict[str, str]:
    """DELETE /api/buckets/{bucketId}."""
    number = _arranged(request, bucket_id)
    with noting.together(request):
        buckets.delete(number)
        noting.bucket(request, Done.BUCKET_DELETED, number)
    return {"done": "ok"}


@needs(Action.ARRANGE)
def restore_bucket(request: HttpRequest, bucket_id: str) -> dict[str, Any]:
    """POST /api/buckets/{bucketId}/restore."""
    only_where_allowed(request, Action.ARRANGE, None)
    with noting.together(request):
        bucket = buckets.restore(inputs.read_bucket_id(bucket_id))
        noting.bucket(request, Done.BUCKET_RESTORED, bucket.id)
    return outputs.bucket_json(bucket)


@needs(Action.READ)
def get_memories(request: HttpRequest) -> Any:
    """GET /api/memory: `{data, count, total}`, or strings for v=1."""
    wanted = inputs.read_parameters(request, inputs.MemoriesParameters)
    count = BEST_COUNT if wanted.query and not wanted.all else wanted.limit(DEFAULT_COUNT)
    filters = EVERYTHING.within(seen_by(request))
    answer = lists.find(wanted.query, filters, order=wanted.order(), skip=wanted.offset(), count=count)
    if wanted.v == 1:
        return [row["text"] for row in answer.rows]
    data = {"data": [outputs.memory_json(row, request) for row in answer.rows], "count": len(answer.rows)}
    return data if wanted.query else data | {"total": lists.total(filters, _buckets(request))}


@needs(Action.READ)
def get_memories_and_buckets(request: HttpRequest) -> dict[str, Any]:
    """GET /api/v2/memory: memories, all buckets, and how many examples there are; of all this what is seen."""
    wanted = inputs.read_parameters(request, inputs.MemoriesAndBucketsParameters)
    seen = seen_by(request)
    filters = wanted.filters().within(seen)
    answer = lists.find(
        wanted.query,
        filters,
        order=wanted.order(),
        skip=wanted.offset(),
        count=wanted.limit(DEFAULT_COUNT),
        after=wanted.after(),
        explains=wanted.explain,
    )
    memories = [outputs.memory_json(row, request) if wanted.includeIds or row["image"] else row["text"] for row in answer.rows]
    there = _buckets(request)
    body = {
        "memories": memories,
        "buckets": [outputs.bucket_json(bucket) for bucket in there],
        "examples": examples.count(seen),
        "total": None if wanted.query else lists.total(filters, there),
        "found": answer.found,
        "isCapped": answer.is_capped if wanted.query else None,
        "nextCursor": outputs.cursor(wanted.order(), answer.next) if answer.next else None,
    }
    return {name: value for name, value in body.items() if value is not None}


@needs(Action.ADD)
def add_new_memory(request: HttpRequest) -> dict[str, Any]:
    """POST /api/memory and POST /api/v2/memory."""
    memory, image = inputs.read_memory(request)
    only_addable(request, memory.bucketId)
    public_id, there = store.add(
        memory.text,
        bucket_id=memory.bucketId,
        source=memory.source,
        created_at=memory.createdAt,
        image=image,
        added_by=principal_of(request).person.pk,
        noted=functools.partial(noting.added, request),
    )
    return {"done": "ok", "memoryId": public_id, "isDuplicate": there}


@needs(Action.CHANGE_OWN)
def update_or_move_memories(request: HttpRequest) -> dict[str, Any]:
    """POST /api/v2/memory/update."""
    change = inputs.read_body(request, inputs.UpdateInput)
    only_changeable(request, change.memoryIds or [change.memoryId or ""])
    if change.bucketId is not None or change.bucketName is not None:
        only_movable(request, change.bucketId, change.bucketName)
    seen = seen_by(request)
    if change.memoryIds is not None:
        with noting.together(request):
            moved = store.move(change.memoryIds, bucket_id=change.bucketId, bucket_name=change.bucketName, seen=seen)
            noting.memories(request, Done.MOVED, change.memoryIds)
        return {"done": "ok", "moved": moved}
    with noting.together(request):
        store.update(
            change.memoryId or "",
            text=change.text,
            bucket_id=change.bucketId,
            bucket_name=change.bucketName,
            if_version=change.ifVersion,
            seen=seen,
        )
        noting.memories(request, Done.MOVED if change.text is None else Done.EDITED, [change.memoryId or ""])
    return {"done": "ok"}


@needs(Action.READ)
def get_memories_by_id(request: HttpRequest) -> dict[str, Any]:
    """GET /api/memories: those with the ids of the query."""
    wanted = inputs.read_parameters(request, inputs.MemoriesByIdParameters)
    return {"memories": [outputs.memory_json(row, request) for row in lists.memories(wanted.id, seen_by(request))]}


@needs(Action.READ)
def get_memory(request: HttpRequest, memory_id: str) -> dict[str, Any]:
    """GET /api/memories/{memoryId}; with a query, why that finds it."""
    wanted = inputs.read_parameters(request, inputs.MemoryParameters)
    return outputs.memory_json(lists.memory(memory_id, wanted.query, seen_by(request)), request)


@needs(Action.CHANGE_OWN)
def delete_memory(request: HttpRequest, memory_id: str) -> dict[str, str]:
    """DELETE /api/memories/{memoryId}."""
    only_changeable(request, [memory_id])
    with noting.together(request):
        if not trash.delete([memory_id], seen_by(request)):
            raise Missing("There is no memory with this id.")
        noting.memories(request, Done.DELETED, [memory_id])
    return {"done": "ok"}


@needs(Action.CHANGE_OWN)
def bulk_delete_memories(request: HttpRequest) -> dict[str, Any]:
    """POST /api/memories/bulk-delete."""
    ids = set(inputs.read_body(request, inputs.MemoryIdsInput).memoryIds)
    only_changeable(request, ids)
    with noting.together(request):
        deleted = trash.delete(ids, seen_by(request))
        noting.memories(request, Done.DELETED, deleted)
    rejected = sorted(ids.difference(deleted))
    return {"deleted": len(deleted), "failed": len(rejected), "rejectedIds": rejected}


@needs(Action.READ)
def get_versions(request: HttpRequest, memory_id: str) -> dict[str, Any]:
    """GET /api/memories/{memoryId}/versions."""
    return {"versions": [outputs.version_json(state) for state in versions.of(memory_id, seen_by(request))]}


@needs(Action.READ)
def get_similar_images(request: HttpRequest, memory_id: str) -> dict[str, Any]:
    """GET /api/memories/{memoryId}/similar."""
    wanted = inputs.read_parameters(request, inputs.SimilarParameters)
    return {"memories": [outputs.memory_json(row, request) for row in similar.of(memory_id, wanted.count, seen_by(request))]}


@needs(Action.READ)
def get_trash(request: HttpRequest) -> dict[str, Any]:
    """GET /api/trash."""
    wanted = inputs.read_parameters(request, inputs.PageParameters)
    seen = seen_by(request)
    rows = trash.listed(skip=wanted.offset(), count=wanted.limit(DEFAULT_COUNT), seen=seen)
    return {
        "memories": [outputs.memory_json(row, request) for row in rows],
        "total": trash.total(seen),
        "days": settings.TRASH_DAYS,
    }


@needs(Action.CHANGE_OWN)
def restore_memories(request: HttpRequest) -> dict[str, int]:
    """POST /api/memories/restore."""
    ids = inputs.read_body(request, inputs.MemoryIdsInput).memoryIds
    only_changeable(request, ids)
    with noting.together(request):
        restored = trash.restore(ids, seen_by(request))
        noting.memories(request, Done.RESTORED, ids)
    return {"restored": restored}


@needs(Action.ARRANGE)
def load_examples(request: HttpRequest) -> dict[str, Any]:
    """POST /api/examples."""
    only_where_allowed(request, Action.ARRANGE, None)
    added = examples.add()
    noting.memories(request, Done.ADDED, added)
    return {"added": len(added), "memoryIds": added}


@needs(Action.ARRANGE)
def remove_examples(request: HttpRequest) -> dict[str, Any]:
    """DELETE /api/examples."""
    only_where_allowed(request, Action.ARRANGE, None)
    with noting.together(request):
        removed = examples.remove()
        noting.memories(request, Done.DELETED, removed)
    return {"removed": len(removed), "memoryIds": removed}


@needs(Action.READ)
def status(request: HttpRequest) -> dict[str, Any]:
    """GET /api/status."""
    return outputs.status_json(_buckets(request), meaning.status(seen_by(request)))


def _buckets(request: HttpRequest) -> Sequence[buckets.Listed]:
    """The buckets that are seen."""
    seen, every = seen_by(request), buckets.every()
    return every if seen.is_all else [bucket for bucket in every if bucket.id in seen]


def _arranged(request: HttpRequest, part: str) -> int:
    """The bucket that an address names, which may be changed; one that is not seen becomes one that is not there."""
    number = inputs.read_bucket_id(part)
    number = number if number in seen_by(request) else NOWHERE
    only_where_allowed(request, Action.ARRANGE, number)
    return number


def image(request: HttpRequest, signed: str) -> HttpResponse:
    """GET /api/images/{signed}: an image by its signed address, or its thumbnail; the signature is the permission."""
    wanted = inputs.read_parameters(request, inputs.ImageParameters)
    content, content_type = images.open_signed(signed, wanted.width)
    response = HttpResponse(content, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = f"private, max-age={images.LIFETIME_SECONDS}"
    return response
