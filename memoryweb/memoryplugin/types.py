"""What the rest of the program sees of the service: frozen values, whatever shape the answer had."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket. `memory_count` is None where the answer does not say."""

    id: str
    name: str
    description: str = ""
    memory_count: int | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """A text or image memory. What the service does not tell is None.

    `id` always has a value: an item that comes without one gets a name derived from its content, which begins with "~"
    and can only be looked for in lists. `image_url` is a signed address that dies after 4 hours; it is never shown,
    and kept out of repr. Times are aware.
    """

    id: str
    text: str = field(repr=False)
    content_type: str = "text"
    bucket_id: str | None = None
    bucket_name: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    source: str | None = None
    version: int | None = None
    score: float | None = None
    image_url: str | None = field(default=None, repr=False)
    width: int | None = None
    height: int | None = None

    @property
    def is_image(self) -> bool:
        """Whether this is an image memory; `text` is then its description."""
        return self.content_type == "image"

    @property
    def has_derived_id(self) -> bool:
        """Whether the service gave no id."""
        return self.id.startswith("~")


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a list or a search.

    `received` counts the items in the answer, `unreadable` those of them that could not be read (so
    `len(memories) == received - unreadable`). `total` counts what matches without paging, and `examples` the examples
    in the whole store: None where the service does not say.
    """

    memories: tuple[Memory, ...]
    buckets: tuple[Bucket, ...] = ()
    received: int = 0
    unreadable: int = 0
    total: int | None = None
    examples: int | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """What became of a new memory: its id, and whether that very text already stood in the bucket."""

    memory_id: str
    is_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class BulkDeleted:
    """How many memories went, and how many were not there."""

    deleted: int
    failed: int


@dataclass(frozen=True, slots=True)
class Image:
    """An image's bytes and the content type that the service gave them."""

    content: bytes = field(repr=False)
    content_type: str
