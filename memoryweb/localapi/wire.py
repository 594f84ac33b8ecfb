"""The contract's shapes: what comes in, checked, and what goes out."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError, model_validator

from . import images, meaning, store
from .errors import Refused
from .filters import Filter
from .models import Bucket

MOST_CHARACTERS = 20_000
MOST_NAME_CHARACTERS = 80
MOST_IDS = 100
MOST_PHRASES = 32
HIGHEST_NUMBER = 2**63 - 1  # what the database can compare with


def _storable(value: str) -> str:
    if "\0" in value or re.search(r"[\ud800-\udfff]", value):
        raise ValueError("must not contain NUL or half of a surrogate pair. Remove it.")
    return value


def _memory_text(value: str) -> str:
    value = _storable(value).strip()
    if not 1 <= len(value) <= MOST_CHARACTERS:
        raise ValueError(f"must have 1 to {MOST_CHARACTERS:,} characters; it has {len(value):,}.")
    return value


def _bucket_name(value: str) -> str:
    value = " ".join(_storable(value).split())
    if not 1 <= len(value) <= MOST_NAME_CHARACTERS or not value.isprintable():
        raise ValueError(f"must have 1 to {MOST_NAME_CHARACTERS} printable characters; it has {len(value)}.")
    if value.isdigit():
        raise ValueError("must not be digits only, so that it cannot be taken for an id. Add a letter.")
    return value


def _whole_number(value: object) -> object:
    """Integers, and strings of digits; not the floats and booleans that pydantic would also take."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,30}", value.strip()):
        return int(value)
    raise ValueError("must be a whole number.")


def _written_time(value: object) -> object:
    if isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}[Tt ]\d", value):
        return value
    raise ValueError("must be a time such as 2026-04-01T10:00:00Z.")


def _any_time(value: datetime) -> datetime:
    if not 2 <= value.year <= 9998:  # so that it is a time in every zone
        raise ValueError("must be in the years 2 to 9998.")
    return value


def _position(value: object) -> object:
    """A cursor's text, as `cursor` writes it."""
    try:
        order, moment, key = base64.urlsafe_b64decode(str(value).encode("ascii")).decode("ascii").split(" ")
        return order, datetime.fromisoformat(moment).astimezone(UTC), _within(int(key))
    except (ValueError, OverflowError):
        raise ValueError("must be the nextCursor of another answer.") from None


def _within(number: int) -> int:
    if abs(number) >= HIGHEST_NUMBER:
        raise ValueError
    return number


def _not_in_the_future(value: datetime) -> datetime:
    if value > datetime.now(UTC) + timedelta(minutes=1):
        raise ValueError("must not be in the future.")
    if value.year < 2:
        raise ValueError("must not be in the year 1.")
    return value


Text = Annotated[str, AfterValidator(_memory_text)]
BucketName = Annotated[str, AfterValidator(_bucket_name)]
Storable = Annotated[str, AfterValidator(_storable)]
Source = Annotated[str, AfterValidator(_storable), AfterValidator(lambda value: value.strip()[:80])]
WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
BucketId = WholeNumber
Moment = Annotated[AwareDatetime, BeforeValidator(_written_time), AfterValidator(_any_time)]
PastMoment = Annotated[AwareDatetime, BeforeValidator(_written_time), AfterValidator(_not_in_the_future)]


class BucketsParameters(BaseModel):
    """The query of GET /api/buckets. Here as below, a parameter that is not declared is ignored."""

    v: float = 2


class ListParameters(BaseModel):
    """What the queries of both lists have in common."""

    query: Annotated[str, AfterValidator(str.strip)] = ""
    all: bool = False
    latest: bool = False
    count: Annotated[WholeNumber, Field(ge=1)] | None = None
    skip: Annotated[WholeNumber, Field(ge=0)] = 0

    def limit(self, default: int) -> int | None:
        """How many memories are wanted; None for all."""
        return None if self.all else min(self.count or default, HIGHEST_NUMBER // 2)

    def offset(self) -> int:
        """How many memories to leave out first."""
        return min(self.skip, HIGHEST_NUMBER // 2)

    def order(self) -> str:
        """The order, as `store` takes it: a query outranks `latest` and `all`."""
        return store.RELEVANCE if self.query else store.NEWEST


class MemoriesParameters(ListParameters):
    """The query of GET /api/memory."""

    v: float = 2


class MemoriesAndBucketsParameters(ListParameters):
    """The query of GET /api/v2/memory."""

    bucketId: BucketId | None = None
    includeIds: bool = False
    contentType: Literal["text", "image", ""] = ""
    memorySource: Storable = ""
    createdFrom: Moment | None = None
    createdBefore: Moment | None = None
    phrase: Annotated[list[Storable], Field(max_length=MOST_PHRASES)] = []
    exclude: Annotated[list[Storable], Field(max_length=MOST_PHRASES)] = []
    sort: Literal["relevance", "newest", "oldest", ""] = ""
    cursor: Annotated[tuple[str, datetime, int] | None, BeforeValidator(_position)] = None
    explain: bool = False

    def filters(self) -> Filter:
        """What narrows the list."""
        return Filter(
            bucket_id=self.bucketId if self.bucketId is None or abs(self.bucketId) < HIGHEST_NUMBER else -1,
            content_type=self.contentType,
            source=self.memorySource,
            created_from=self.createdFrom,
            created_before=self.createdBefore,
            phrases=tuple(self.phrase),
            excluded=tuple(self.exclude),
        )

    def order(self) -> str:
        """The order, as `store` takes it: the one asked for, except that relevance needs a query."""
        return super().order() if self.sort in ("", store.RELEVANCE) else self.sort

    def after(self) -> store.Position | None:
        """The memory that the cursor leads behind."""
        return self.cursor[1:] if self.cursor else None

    @model_validator(mode="after")
    def _cursor_of_this_order(self) -> "MemoriesAndBucketsParameters":
        if self.cursor and self.cursor[0] != self.order():
            raise ValueError("cursor: is of another order. Send the sort that it came with, newest or oldest.")
        return self


class MemoryParameters(BaseModel):
    """The query of GET /api/memories/{memoryId}."""

    query: Annotated[str, AfterValidator(str.strip)] = ""


class BucketInput(BaseModel):
    """The body of POST /api/buckets."""

    name: BucketName
    description: Annotated[Storable, Field(max_length=2000)] = ""


class MemoryInput(BaseModel):
    """The body of POST /api/memory."""

    text: Text
    bucketId: BucketId | None = None
    source: Source = ""
    createdAt: PastMoment | None = None


class UpdateInput(BaseModel):
    """The body of POST /api/v2/memory/update: one memory and a change to it, or many and a bucket."""

    memoryId: Storable | None = None
    memoryIds: Annotated[list[Storable], Field(min_length=1, max_length=MOST_IDS)] | None = None
    text: Text | None = None
    bucketId: BucketId | None = None
    bucketName: Storable | None = None

    @model_validator(mode="after")
    def _one_change(self) -> "UpdateInput":
        names_bucket = self.bucketId is not None or self.bucketName is not None
        if (self.memoryId is None) == (self.memoryIds is None):
            raise ValueError("memoryId: give either memoryId or memoryIds.")
        if self.memoryIds is not None and (self.text is not None or not names_bucket):
            raise ValueError("memoryIds: several memories can only be moved: give bucketId or bucketName, and no text.")
        if self.memoryId is not None and self.text is None and not names_bucket:
            raise ValueError("text: nothing to change: give text, bucketId or bucketName.")
        return self


class BulkDeleteInput(BaseModel):
    """The body of POST /api/memories/bulk-delete."""

    memoryIds: Annotated[list[Storable], Field(min_length=1, max_length=MOST_IDS)]


Input = TypeVar("Input", bound=BaseModel)

SENTENCES = {  # for what pydantic says in words of its own
    "missing": "is missing.",
    "literal_error": "must be {expected}.",
    "bool_parsing": "must be true or false.",
    "bool_type": "must be true or false.",
    "timezone_aware": "must say its time zone, such as 2026-04-01T10:00:00Z.",
    "greater_than_equal": "must be {ge} or more.",
    "string_type": "must be text.",
    "list_type": "must be a list.",
    "string_too_long": "must have at most {max_length:,} characters.",
    "too_long": "must be at most {max_length}; there are {actual_length}.",
    "too_short": "must be at least {min_length}.",
}


def read_parameters(request: HttpRequest, kind: type[Input]) -> Input:
    """The request's query, checked; empty parameters count as absent."""
    lists = {name for name, field in kind.model_fields.items() if isinstance(field.default, list)}
    values = {name: request.GET.getlist(name) if name in lists else value for name, value in request.GET.items()}
    return _checked(kind, {name: value for name, value in values.items() if value not in ("", [""])})


def read_body(request: HttpRequest, kind: type[Input]) -> Input:
    """The request's JSON body, checked. Fields that are null count as absent."""
    try:
        body = json.loads(request.body)
    except RequestDataTooBig:
        raise Refused("The body is larger than 1 MB.") from None
    except (ValueError, RecursionError, UnreadablePostError):
        raise Refused("The body must be JSON.") from None
    if not isinstance(body, dict):
        raise Refused("The body must be a JSON object.")
    return _checked(kind, {name: value for name, value in body.items() if value is not None})


def read_memory(request: HttpRequest) -> tuple[MemoryInput, images.CleanImage | None]:
    """A new memory, with its image when it came as multipart/form-data."""
    if request.content_type != "multipart/form-data":
        return read_body(request, MemoryInput), None
    if int(request.META.get("CONTENT_LENGTH") or 0) > images.MOST_BYTES + 500_000:
        raise Refused("image: the file is larger than 10 MB. Send a smaller one.")
    try:
        fields, files = request.POST.dict(), request.FILES
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError):
        raise Refused("The body is no readable multipart/form-data.") from None
    memory = _checked(MemoryInput, {name: value for name, value in fields.items() if value != ""})
    upload = files.get("image")
    if not isinstance(upload, UploadedFile):
        raise Refused("image: no file was sent. Add one, or send JSON for a text.")
    return memory, images.clean(upload.read())


def bucket_json(bucket: Bucket) -> dict[str, Any]:
    """A bucket, as the contract has it."""
    count = bucket.text_count + bucket.image_count
    return {"id": str(bucket.id), "name": bucket.name, "description": bucket.description, "memoryCount": count}


def memory_json(row: Mapping[str, Any], request: HttpRequest) -> dict[str, Any]:
    """A memory, from a row of `store.FIELDS`; an image gets an address that works for four hours."""
    metadata = {
        "text": row["text"],
        "createdAt": _time(row["created_at"]),
        "updatedAt": _time(row["updated_at"]),
        "bucketId": row["bucket_id"],
        "bucketName": row["bucket_name"],
        "source": row["source"],
        "version": row["version"],
    }
    memory = {"id": row["public_id"], "text": row["text"], "content_type": row["content_type"], "metadata": metadata}
    if row["image"]:
        address = reverse("localapi:image", args=[images.sign(row["image"])])
        memory["image_url"] = f"{request.scheme}://{request.get_host()}{address}"
        memory["image_description"] = row["text"]
        metadata |= {"width": row["width"], "height": row["height"]}
    return memory | {name: row[name] for name in ("score", "why") if name in row}


def cursor(order: str, position: store.Position) -> str:
    """Where a list in this order goes on, as `nextCursor` has it."""
    created_at, key = position
    return base64.urlsafe_b64encode(f"{order} {created_at.astimezone(UTC).isoformat()} {key}".encode()).decode()


def status_json(buckets: Sequence[Bucket], semantic: meaning.Status) -> dict[str, Any]:
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
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _checked(kind: type[Input], values: Mapping[str, Any]) -> Input:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][0]) + ": " if first["loc"] else ""
        message = SENTENCES.get(first["type"], "{msg}").format_map(first | first.get("ctx", {})).removeprefix("Value error, ")
        raise Refused(f"{field}{message}") from None
