"""What the rest of the program sees of the service: frozen values, whatever shape the answer had."""

from dataclasses import dataclass, field
from datetime import datetime

FOUND_LIMIT = 1000  # as openapi.yaml has it: so many matches are counted, and no more


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket. `memory_count` is None where the answer does not say."""

    id: str
    name: str
    description: str = ""
    memory_count: int | None = None


@dataclass(frozen=True, slots=True)
class WhyWord:
    """A word of a memory that a query asked for: `word` as it stands there, `asked` as it was typed.

    `kind` is "word" (the same), "stem" (another form), "beginning" (of the query's last word) or "date" (the memory's date
    in words, so `word` is the date). `in_file_name`: it stands there, not in the text.
    """

    word: str
    asked: str
    kind: str
    in_file_name: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """Why a memory was found. `meaning` is how near it is to the query, up to 1; None where only words were compared."""

    words: tuple[WhyWord, ...] = field(default=(), repr=False)
    meaning: float | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who added a memory."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Memory:
    """A text or image memory. What the service does not tell is None.

    `id` always has a value: an item that comes without one gets a name derived from its content, which begins with "~"
    and can only be looked for in lists. `image_url` is a signed address that dies after 4 hours; it is never shown,
    and kept out of repr; `image_digest` is the SHA-256 of what is there, in hex; `file_name` what the file was called
    where it came from. `distance` is told of similar images alone: 0 for the very same picture, more for less alike.
    `deleted_at` is set in the trash alone. Times are aware.
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
    image_digest: str | None = None
    file_name: str | None = None
    distance: int | None = None
    why: Why | None = field(default=None, repr=False)
    deleted_at: datetime | None = None
    added_by: Author | None = None

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
    in the whole store: None where the service does not say. Of a search, `found` counts the matches up to FOUND_LIMIT, and
    `is_capped` says that its words were so common that not every match was weighed. `next_cursor` leads to what follows;
    it is empty at the end, and where relevance sorts.
    """

    memories: tuple[Memory, ...]
    buckets: tuple[Bucket, ...] = ()
    received: int = 0
    unreadable: int = 0
    total: int | None = None
    examples: int | None = None
    found: int | None = None
    is_capped: bool = False
    next_cursor: str = ""


@dataclass(frozen=True, slots=True)
class Created:
    """What became of a new memory: its id, and whether that very text already stood in the bucket."""

    memory_id: str
    is_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class BulkDeleted:
    """How many memories went, and how many were not there; the embedded server also says which."""

    deleted: int
    failed: int
    rejected_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """A state that a memory was in since `changed_at`; numbers begin with 1."""

    number: int
    text: str = field(repr=False)
    bucket_id: str
    bucket_name: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Trash:
    """Some of the deleted memories, what was deleted last first; `total` lie there, each for so many `days`."""

    memories: tuple[Memory, ...]
    total: int
    days: int


@dataclass(frozen=True, slots=True)
class Semantic:
    """How searching by meaning stands: `state` is "off", "loading", "on" or "failing".

    `embedded` memories can be found by their meaning. `problem` and `remedy` are sentences for the person.
    """

    state: str
    model: str = ""
    embedded: int = 0
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """How a server stands: what it keeps, the language whose word forms it knows, and searching by meaning."""

    memories: int
    buckets: int
    search_language: str
    semantic: Semantic


@dataclass(frozen=True, slots=True)
class Image:
    """An image's bytes and the content type that the service gave them."""

    content: bytes = field(repr=False)
    content_type: str
