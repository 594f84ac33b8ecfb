"""What the journal keeps of a memory or a bucket: a small dictionary, as JSON has it. None stands for "not there"."""

from datetime import datetime, timedelta
from typing import Any

from memoryweb.memoryplugin.types import Bucket, Memory

State = dict[str, Any]
MOMENT = timedelta(microseconds=1)  # the shortest span that holds a moment


def of_memory(memory: Memory) -> State:
    """A memory's state: `text`, `bucket_id`, `bucket_name`, `content_type`; what the service does not tell is None."""
    return {
        "text": memory.text,
        "bucket_id": memory.bucket_id,
        "bucket_name": memory.bucket_name,
        "content_type": memory.content_type,
    }


def of_new_memory(text: str, bucket: Bucket | None, created_at: datetime | None = None) -> State:
    """The state of a text that shall be created; `bucket` None is the default one, `created_at` when it was first noted."""
    return {
        "text": text,
        "bucket_id": bucket.id if bucket else None,
        "bucket_name": bucket.name if bucket else None,
        "content_type": "text",
        "created_at": created_at.isoformat() if created_at else None,
    }


def of_new_image(
    text: str, bucket: Bucket | None, created_at: datetime | None = None, file_name: str = "", upload: str = ""
) -> State:
    """The state of an image that shall be created with this description. `upload` is the SHA-256 of what was sent; the bytes
    themselves are never kept here.
    """
    new = of_new_memory(text, bucket, created_at)
    return new | {"content_type": "image", "file_name": file_name, "upload": upload}


def is_image(state: State | None) -> bool:
    """Whether this is of an image memory."""
    return (state or {}).get("content_type") == "image"


def noted(state: State) -> datetime | None:
    """When a text that shall be created was first noted; None for now."""
    return datetime.fromisoformat(state["created_at"]) if state.get("created_at") else None


def in_bucket(state: State, bucket: Bucket) -> State:
    """The same memory in another bucket."""
    return state | {"bucket_id": bucket.id, "bucket_name": bucket.name}


def of_bucket(bucket: Bucket) -> State:
    """A bucket's state: `name` and `description`."""
    return {"name": bucket.name, "description": bucket.description}


def same(one: State | None, other: State | None) -> bool:
    """Whether both say the same. A bucket that one of them does not know does not tell them apart."""
    if one is None or other is None:
        return one is other
    if "name" in one:
        return (one["name"], one["description"]) == (other["name"], other["description"])
    return one["text"].strip() == other["text"].strip() and same_bucket(one, other)


def same_bucket(one: State, other: State) -> bool:
    """Whether both memories are in the same bucket, as far as that is known."""
    return None in (one["bucket_id"], other["bucket_id"]) or one["bucket_id"] == other["bucket_id"]
