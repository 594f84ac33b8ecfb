"""The operations of openapi.yaml: each reads its input, has the work done, and returns what becomes JSON.

`endpoint.py` does what all have in common.
"""

import functools
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from memoryweb.accounts.permissions import Action

from . import buckets, examples, images, inputs, lists, meaning, outputs, similar, store, trash, versions
from .auth import needs, only_changeable, principal_of
from .errors import Missing
from .filters import EVERYTHING

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
    return [outputs.bucket_json(bucket) for bucket in buckets.every()]


@needs(Action.ARRANGE)
def create_bucket(request: HttpRequest) -> dict[str, Any]:
    """POST /api/buckets."""
    bucket = inputs.read_body(request, inputs.BucketInput)
    return outputs.bucket_json(buckets.create(bucket.name, bucket.description))


@needs(Action.ARRANGE)
def update_bucket(request: HttpRequest, bucket_id: str) -> dict[str, Any]:
    """PATCH /api/buckets/{bucketId}."""
    change = inputs.read_body(request, inputs.BucketUpdateInput)
    bucket = buckets.update(inputs.read_bucket_id(bucket_id), name=change.name, description=change.description)
    return outputs.bucket_json(bucket)


@needs(Action.ARRANGE)
def delete_bucket(request: HttpRequest, bucket_id: str) -> dict[str, str]:
    """DELETE /api/buckets/{bucketId}."""
    buckets.delete(inputs.read_bucket_id(bucket_id))
    return {"done": "ok"}


@needs(Action.ARRANGE)
def restore_bucket(request: HttpRequest, bucket_id: str) -> dict[str, Any]:
    """POST /api/buckets/{bucketId}/restore."""
    return outputs.bucket_json(buckets.restore(inputs.read_bucket_id(bucket_id)))


@needs(Action.READ)
def get_memories(request: HttpRequest) -> Any:
    """GET /api/memory: `{data, count, total}`, or strings for v=1."""
    wanted = inputs.read_parameters(request, inputs.MemoriesParameters)
    count = BEST_COUNT if wanted.query and not wanted.all else wanted.limit(DEFAULT_COUNT)
    answer = lists.find(wanted.query, EVERYTHING, order=wanted.order(), skip=wanted.offset(), count=count)
    if wanted.v == 1:
        return [row["text"] for row in answer.rows]
    data = {"data": [outputs.memory_json(row, request) for row in answer.rows], "count": len(answer.rows)}
    return data if wanted.query else data | {"total": lists.total(EVERYTHING, buckets.every())}


@needs(Action.READ)
def get_memories_and_buckets(request: HttpRequest) -> dict[str, Any]:
    """GET /api/v2/memory: memories, all buckets, and how many examples there are."""
    wanted = inputs.read_parameters(request, inputs.MemoriesAndBucketsParameters)
    filters = wanted.filters()
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
    there = buckets.every()
    body = {
        "memories": memories,
        "buckets": [outputs.bucket_json(bucket) for bucket in there],
        "examples": examples.count(),
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
    public_id, there = store.add(
        memory.text,
        bucket_id=memory.bucketId,
        source=memory.source,
        created_at=memory.createdAt,
        image=image,
        added_by=principal_of(request).person.pk,
    )
    return {"done": "ok", "memoryId": public_id, "isDuplicate": there}


@needs(Action.CHANGE_OWN)
def update_or_move_memories(request: HttpRequest) -> dict[str, Any]:
    """POST /api/v2/memory/update."""
    change = inputs.read_body(request, inputs.UpdateInput)
    only_changeable(request, change.memoryIds or [change.memoryId or ""])
    if change.memoryIds is not None:
        moved = store.move(change.memoryIds, bucket_id=change.bucketId, bucket_name=change.bucketName)
        return {"done": "ok", "moved": moved}
    store.update(
        change.memoryId or "",
        text=change.text,
        bucket_id=change.bucketId,
        bucket_name=change.bucketName,
        if_version=change.ifVersion,
    )
    return {"done": "ok"}


@needs(Action.READ)
def get_memories_by_id(request: HttpRequest) -> dict[str, Any]:
    """GET /api/memories: those with the ids of the query."""
    wanted = inputs.read_parameters(request, inputs.MemoriesByIdParameters)
    return {"memories": [outputs.memory_json(row, request) for row in lists.memories(wanted.id)]}


@needs(Action.READ)
def get_memory(request: HttpRequest, memory_id: str) -> dict[str, Any]:
    """GET /api/memories/{memoryId}; with a query, why that finds it."""
    wanted = inputs.read_parameters(request, inputs.MemoryParameters)
    return outputs.memory_json(lists.memory(memory_id, wanted.query), request)


@needs(Action.CHANGE_OWN)
def delete_memory(request: HttpRequest, memory_id: str) -> dict[str, str]:
    """DELETE /api/memories/{memoryId}."""
    only_changeable(request, [memory_id])
    if not trash.delete([memory_id]):
        raise Missing("There is no memory with this id.")
    return {"done": "ok"}


@needs(Action.CHANGE_OWN)
def bulk_delete_memories(request: HttpRequest) -> dict[str, Any]:
    """POST /api/memories/bulk-delete."""
    ids = set(inputs.read_body(request, inputs.MemoryIdsInput).memoryIds)
    only_changeable(request, ids)
    deleted = trash.delete(ids)
    rejected = sorted(ids.difference(deleted))
    return {"deleted": len(deleted), "failed": len(rejected), "rejectedIds": rejected}


@needs(Action.READ)
def get_versions(request: HttpRequest, memory_id: str) -> dict[str, Any]:
    """GET /api/memories/{memoryId}/versions."""
    return {"versions": [outputs.version_json(state) for state in versions.of(memory_id)]}


@needs(Action.READ)
def get_similar_images(request: HttpRequest, memory_id: str) -> dict[str, Any]:
    """GET /api/memories/{memoryId}/similar."""
    wanted = inputs.read_parameters(request, inputs.SimilarParameters)
    return {"memories": [outputs.memory_json(row, request) for row in similar.of(memory_id, wanted.count)]}


@needs(Action.READ)
def get_trash(request: HttpRequest) -> dict[str, Any]:
    """GET /api/trash."""
    wanted = inputs.read_parameters(request, inputs.PageParameters)
    rows = trash.listed(skip=wanted.offset(), count=wanted.limit(DEFAULT_COUNT))
    return {
        "memories": [outputs.memory_json(row, request) for row in rows],
        "total": trash.total(),
        "days": settings.TRASH_DAYS,
    }


@needs(Action.CHANGE_OWN)
def restore_memories(request: HttpRequest) -> dict[str, int]:
    """POST /api/memories/restore."""
    ids = inputs.read_body(request, inputs.MemoryIdsInput).memoryIds
    only_changeable(request, ids)
    return {"restored": trash.restore(ids)}


@needs(Action.ARRANGE)
def load_examples(request: HttpRequest) -> dict[str, Any]:
    """POST /api/examples."""
    added = examples.add()
    return {"added": len(added), "memoryIds": added}


@needs(Action.ARRANGE)
def remove_examples(request: HttpRequest) -> dict[str, Any]:
    """DELETE /api/examples."""
    removed = examples.remove()
    return {"removed": len(removed), "memoryIds": removed}


@needs(Action.READ)
def status(request: HttpRequest) -> dict[str, Any]:
    """GET /api/status."""
    return outputs.status_json(buckets.every(), meaning.status())


def image(request: HttpRequest, signed: str) -> HttpResponse:
    """GET /api/images/{signed}: an image by its signed address, or its thumbnail; the signature is the permission."""
    wanted = inputs.read_parameters(request, inputs.ImageParameters)
    content, content_type = images.open_signed(signed, wanted.width)
    response = HttpResponse(content, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = f"private, max-age={images.LIFETIME_SECONDS}"
    return response
