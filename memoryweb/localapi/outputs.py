"""What goes out: rows and buckets as the contract has them."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from . import images, meaning
from .buckets import Listed
from .models import Bucket
from .search import Position


@cache
def _image_path() -> str:
    """What stands before the signature in the address of an image; `reverse` takes longer than all the rest of a row."""
    return reverse("localapi:image", args=["any"]).removesuffix("any")


def bucket_json(bucket: Bucket | Listed) -> dict[str, Any]:
    """A bucket, as the contract has it."""
    count = bucket.text_count + bucket.image_count
    return {"id": str(bucket.id), "name": bucket.name, "description": bucket.description, "memoryCount": count}


def memory_json(row: Mapping[str, Any], request: HttpRequest) -> dict[str, Any]:
    """A memory, from a row of `lists.FIELDS`; an image gets an address that works for four hours."""
    metadata: dict[str, Any] = {
        "text": row["text"],
        "createdAt": _time(row["created_at"]),
        "updatedAt": _time(row["updated_at"]),
        "bucketId": row["bucket_id"],
        "bucketName": row["bucket_name"],
        "source": row["source"],
        "version": row["version"],
    }
    memory = {"id": row["public_id"], "text": row["text"], "content_type": row["content_type"], "metadata": metadata}
    if row["added_by_name"]:
        metadata["addedBy"] = {"id": str(row["added_by"]), "name": row["added_by_name"]}
    if "deleted_at" in row:
        metadata["deletedAt"] = _time(row["deleted_at"])
    if row["image"]:
        memory["image_url"] = f"{request.scheme}://{request.get_host()}{_image_path()}{images.sign(row['image'])}"
        memory["image_description"] = row["text"]
        metadata |= {"width": row["width"], "height": row["height"], "imageDigest": images.digest(row["image"])}
        metadata |= {"fileName": row["file_name"]} if row["file_name"] else {}
    for name in ("score", "distance", "why"):
        if name in row:
            memory[name] = row[name]
    return memory


def version_json(state: Mapping[str, Any]) -> dict[str, Any]:
    """A state that a memory was in, from a row of `versions.of`."""
    return {
        "version": state["number"],
        "text": state["text"],
        "bucketId": state["bucket_id"],
        "bucketName": state["bucket_name"],
        "changedAt": _time(state["changed_at"]),
    }


def cursor(order: str, position: Position) -> str:
    """Where a list in this order goes on, as `nextCursor` has it."""
    created_at, key = position
    return base64.urlsafe_b64encode(f"{order} {created_at.astimezone(UTC).isoformat()} {key}".encode()).decode()


def status_json(buckets: Sequence[Listed], semantic: meaning.Status) -> dict[str, Any]:
    """How the server stands, as the contract has it; what does not apply is left out."""
    known = {"model": semantic.model, "problem": semantic.problem, "remedy": semantic.remedy}
    embedded = {"embedded": semantic.embedded} if semantic.state == "on" else {}
    return {
        "memories": sum(bucket.text_count + bucket.image_count for bucket in buckets),
        "buckets": len(buckets),
        "searchLanguage": settings.SEARCH_LANGUAGE,
        "semantic": {"state": semantic.state} | embedded | {name: value for name, value in known.items() if value},
    }


def _time(moment: datetime) -> str:
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat().removesuffix("+00:00") + "Z"
