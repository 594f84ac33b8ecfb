"""The operations of openapi.yaml: each reads its input, calls the store, and returns what becomes JSON.

`endpoint.py` does what all have in common.
"""

import functools
from pathlib import Path
from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse

from . import images, store, wire
from .errors import Missing

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
    if wanted.query:
        rows = store.best(wanted.query, skip=wanted.offset(), count=None if wanted.all else BEST_COUNT)
    else:
        rows = store.newest(skip=wanted.offset(), count=wanted.limit(DEFAULT_COUNT))
    if wanted.v == 1:
        return [row["text"] for row in rows]
    answer = {"data": [wire.memory_json(row, request) for row in rows], "count": len(rows)}
    return answer if wanted.query else answer | {"total": store.total()}


def get_memories_and_buckets(request: HttpRequest) -> dict[str, Any]:
    """GET /api/v2/memory: memories, all buckets, and how many examples there are."""
    wanted = wire.read_parameters(request, wire.MemoriesAndBucketsParameters)
    filters, skip, count = wanted.filters(), wanted.offset(), wanted.limit(DEFAULT_COUNT)
    if wanted.query:
        rows = store.best(wanted.query, **filters, skip=skip, count=count)
    else:
        rows = store.newest(**filters, skip=skip, count=count)
    memories = [wire.memory_json(row, request) if wanted.includeIds or row["image"] else row["text"] for row in rows]
    answer = {
        "memories": memories,
        "buckets": [wire.bucket_json(bucket) for bucket in store.buckets()],
        "examples": store.examples(),
    }
    if wanted.query:
        return answer
    return answer | {"total": store.total(**filters)}


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
    """GET /api/memories/{memoryId}."""
    return wire.memory_json(store.memory(memory_id), request)


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


def image(request: HttpRequest, signed: str) -> HttpResponse:
    """GET /api/images/...: an image by its signed address; the signature is the permission."""
    content, content_type = images.open_signed(signed)
    response = HttpResponse(content, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = f"private, max-age={images.LIFETIME_SECONDS}"
    return response
