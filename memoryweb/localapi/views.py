"""The operations of openapi.yaml: each reads its input, calls the store, and returns what becomes JSON.

`endpoint.py` does what all have in common.
"""

import functools
from pathlib import Path
from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse

from . import images, meaning, store, wire
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


def list_buckets(request: HttpRequest) -> list[dict[str, Any]]:
    """GET /api/buckets."""
    wire.read_parameters(request, wire.BucketsParameters)
    return [wire.bucket_json(bucket) for bucket in store.buckets()]


def create_bucket(request: HttpRequest) -> dict[str, Any]:
    """POST /api/buckets."""
    bucket = wire.read_body(request, wire.BucketInput)
    return wire.bucket_json(store.create_bucket(bucket.name, bucket.description))


def get_memories(request: HttpRequest) -> Any:
    """GET /api/memory: `{data, count, total}`, or strings for v=1."""
    wanted = wire.read_parameters(request, wire.MemoriesParameters)
    count = BEST_COUNT if wanted.query and not wanted.all else wanted.limit(DEFAULT_COUNT)
    answer = store.find(wanted.query, EVERYTHING, order=wanted.order(), skip=wanted.offset(), count=count)
    if wanted.v == 1:
        return [row["text"] for row in answer.rows]
    data = {"data": [wire.memory_json(row, request) for row in answer.rows], "count": len(answer.rows)}
    return data if wanted.query else data | {"total": store.total(EVERYTHING, store.buckets())}


def get_memories_and_buckets(request: HttpRequest) -> dict[str, Any]:
    """GET /api/v2/memory: memories, all buckets, and how many examples there are."""
    wanted = wire.read_parameters(request, wire.MemoriesAndBucketsParameters)
    filters = wanted.filters()
    answer = store.find(
        wanted.query,
        filters,
        order=wanted.order(),
        skip=wanted.offset(),
        count=wanted.limit(DEFAULT_COUNT),
        after=wanted.after(),
        explains=wanted.explain,
    )
    memories = [wire.memory_json(row, request) if wanted.includeIds or row["image"] else row["text"] for row in answer.rows]
    buckets = store.buckets()
    body = {
        "memories": memories,
        "buckets": [wire.bucket_json(bucket) for bucket in buckets],
        "examples": store.examples(),
        "total": None if wanted.query else store.total(filters, buckets),
        "found": answer.found,
        "isCapped": answer.is_capped if wanted.query else None,
        "nextCursor": wire.cursor(wanted.order(), answer.next) if answer.next else None,
    }
    return {name: value for name, value in body.items() if value is not None}


def add_new_memory(request: HttpRequest) -> dict[str, Any]:
    """POST /api/memory and POST /api/v2/memory."""
    memory, image = wire.read_memory(request)
    public_id, there = store.add(
        memory.text, bucket_id=memory.bucketId, source=memory.source, created_at=memory.createdAt, image=image
    )
    return {"done": "ok", "memoryId": public_id, "isDuplicate": there}


def update_or_move_memories(request: HttpRequest) -> dict[str, Any]:
    """POST /api/v2/memory/update."""
    change = wire.read_body(request, wire.UpdateInput)
    if change.memoryIds is not None:
        moved = store.move(change.memoryIds, bucket_id=change.bucketId, bucket_name=change.bucketName)
        return {"done": "ok", "moved": moved}
    store.update(change.memoryId or "", text=change.text, bucket_id=change.bucketId, bucket_name=change.bucketName)
    return {"done": "ok"}


def get_memory(request: HttpRequest, memory_id: str) -> dict[str, Any]:
    """GET /api/memories/{memoryId}; with a query, why that finds it."""
    wanted = wire.read_parameters(request, wire.MemoryParameters)
    return wire.memory_json(store.memory(memory_id, wanted.query), request)


def delete_memory(request: HttpRequest, memory_id: str) -> dict[str, str]:
    """DELETE /api/memories/{memoryId}."""
    if not store.delete([memory_id]):
        raise Missing("There is no memory with this id.")
    return {"done": "ok"}


def bulk_delete_memories(request: HttpRequest) -> dict[str, int]:
    """POST /api/memories/bulk-delete."""
    ids = set(wire.read_body(request, wire.BulkDeleteInput).memoryIds)
    deleted = store.delete(ids)
    return {"deleted": deleted, "failed": len(ids) - deleted}


def load_examples(request: HttpRequest) -> dict[str, int]:
    """POST /api/examples."""
    return {"added": store.add_examples()}


def remove_examples(request: HttpRequest) -> dict[str, int]:
    """DELETE /api/examples."""
    return {"removed": store.remove_examples()}


def status(request: HttpRequest) -> dict[str, Any]:
    """GET /api/status."""
    return wire.status_json(store.buckets(), meaning.status())


def image(request: HttpRequest, signed: str) -> HttpResponse:
    """GET /api/images/...: an image by its signed address; the signature is the permission."""
    content, content_type = images.open_signed(signed)
    response = HttpResponse(content, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = f"private, max-age={images.LIFETIME_SECONDS}"
    return response
