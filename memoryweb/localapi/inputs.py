"""What comes in: the queries and bodies that the contract declares, and how they are read."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, cast

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from memoryweb import pictures

from . import images, lists
from .errors import Refused
from .fields import (
    HIGHEST_NUMBER,
    MOST_IDS,
    BucketId,
    BucketName,
    Cursor,
    Description,
    Ids,
    Moment,
    PastMoment,
    Phrases,
    Source,
    Storable,
    Text,
    ThumbnailWidth,
    WholeNumber,
)
from .filters import Filter


class BucketsParameters(BaseModel):
    """The query of GET /api/buckets. Here as below, a parameter that is not declared is ignored."""

    v: float = 2


class PageParameters(BaseModel):
    """The query of GET /api/trash, and what it shares with the lists."""

    count: Annotated[WholeNumber, Field(ge=1)] | None = None
    skip: Annotated[WholeNumber, Field(ge=0)] = 0

    def limit(self, default: int) -> int | None:
        """How many memories are wanted; None for all."""
        return min(self.count or default, HIGHEST_NUMBER // 2)

    def offset(self) -> int:
        """How many memories to leave out first."""
        return min(self.skip, HIGHEST_NUMBER // 2)


class ListParameters(PageParameters):
    """What the queries of both lists have in common."""

    query: Annotated[str, AfterValidator(str.strip)] = ""
    all: bool = False
    latest: bool = False

    def limit(self, default: int) -> int | None:
        """How many memories are wanted; None for all."""
        return None if self.all else super().limit(default)

    def order(self) -> str:
        """The order, as `lists` takes it: a query outranks `latest` and `all`."""
        return lists.RELEVANCE if self.query else lists.NEWEST


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
    phrase: Phrases = []
    exclude: Phrases = []
    sort: Literal["relevance", "newest", "oldest", ""] = ""
    cursor: Cursor | None = None
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
        """The order, as `lists` takes it: the one asked for, except that relevance needs a query."""
        return super().order() if self.sort in ("", lists.RELEVANCE) else self.sort

    def after(self) -> lists.Position | None:
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


class MemoriesByIdParameters(BaseModel):
    """The query of GET /api/memories."""

    id: Annotated[list[Storable], Field(max_length=MOST_IDS)] = []


class SimilarParameters(BaseModel):
    """The query of GET /api/memories/{memoryId}/similar."""

    count: Annotated[WholeNumber, Field(ge=1, le=MOST_IDS)] = 12


class ImageParameters(BaseModel):
    """The query of GET /api/images/{signed}."""

    width: ThumbnailWidth | None = None


class BucketInput(BaseModel):
    """The body of POST /api/buckets."""

    name: BucketName
    description: Description = ""


class BucketUpdateInput(BaseModel):
    """The body of PATCH /api/buckets/{bucketId}."""

    name: BucketName | None = None
    description: Description | None = None

    @model_validator(mode="after")
    def _one_change(self) -> "BucketUpdateInput":
        if self.name is None and self.description is None:
            raise ValueError("name: nothing to change: give name, description or both.")
        return self


class MemoryInput(BaseModel):
    """The body of POST /api/memory."""

    text: Text
    bucketId: BucketId | None = None
    source: Source = ""
    createdAt: PastMoment | None = None


class UpdateInput(BaseModel):
    """The body of POST /api/v2/memory/update: one memory and a change to it, or many and a bucket."""

    memoryId: Storable | None = None
    memoryIds: Ids | None = None
    text: Text | None = None
    bucketId: BucketId | None = None
    bucketName: Storable | None = None
    ifVersion: Annotated[WholeNumber, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _one_change(self) -> "UpdateInput":
        names_bucket = self.bucketId is not None or self.bucketName is not None
        if (self.memoryId is None) == (self.memoryIds is None):
            raise ValueError("memoryId: give either memoryId or memoryIds.")
        if self.memoryIds is not None and (self.text is not None or not names_bucket):
            raise ValueError("memoryIds: several memories can only be moved: give bucketId or bucketName, and no text.")
        if self.memoryIds is not None and self.ifVersion is not None:
            raise ValueError("ifVersion: goes with memoryId alone; several memories are moved whatever their versions.")
        if self.memoryId is not None and self.text is None and not names_bucket:
            raise ValueError("text: nothing to change: give text, bucketId or bucketName.")
        return self


class MemoryIdsInput(BaseModel):
    """The body of POST /api/memories/bulk-delete and of POST /api/memories/restore."""

    memoryIds: Ids


Input = TypeVar("Input", bound=BaseModel)

SENTENCES = {  # for what pydantic says in words of its own
    "missing": "is missing.",
    "literal_error": "must be {expected}.",
    "bool_parsing": "must be true or false.",
    "bool_type": "must be true or false.",
    "timezone_aware": "must say its time zone, such as 2026-04-01T10:00:00Z.",
    "greater_than_equal": "must be {ge} or more.",
    "less_than_equal": "must be {le} or less.",
    "string_type": "must be text.",
    "list_type": "must be a list.",
    "string_too_long": "must have at most {max_length:,} characters.",
    "too_long": "must be at most {max_length}; there are {actual_length}.",
    "too_short": "must be at least {min_length}.",
}


def read_parameters(request: HttpRequest, kind: type[Input]) -> Input:
    """The request's query, checked; empty parameters count as absent."""
    return cast(Input, _parameters(kind, request.META.get("QUERY_STRING", "")))


@lru_cache(maxsize=128)
def _parameters(kind: type[BaseModel], query_string: str) -> BaseModel:
    """What a query says, remembered: to read that of a list takes as long as to read a person from the database."""
    try:
        given = QueryDict(query_string.encode("latin-1"))  # as WSGI has it
    except TooManyFieldsSent:
        raise Refused("The address has too many parameters.") from None
    lists = {name for name, field in kind.model_fields.items() if isinstance(field.default, list)}
    values = {name: given.getlist(name) if name in lists else value for name, value in given.items()}
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
    if int(request.META.get("CONTENT_LENGTH") or 0) > pictures.MOST_BYTES + 500_000:
        raise Refused("image: the file is larger than 10 MB. Choose a smaller one.")
    try:
        fields, files = request.POST.dict(), request.FILES
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError):
        raise Refused("The body is no readable multipart/form-data.") from None
    memory = _checked(MemoryInput, {name: value for name, value in fields.items() if value != ""})
    upload = files.get("image")
    if not isinstance(upload, UploadedFile):
        raise Refused("image: no file was sent. Add one, or send JSON for a text.")
    return memory, images.clean(upload.read(), upload.name or "")


def read_bucket_id(part: str) -> int:
    """The bucket that an address names; what cannot be the id of any becomes -1, which is none."""
    return int(part) if part.isascii() and part.isdigit() and len(part) < 19 else -1


def _checked(kind: type[Input], values: Mapping[str, Any]) -> Input:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][0]) + ": " if first["loc"] else ""
        message = SENTENCES.get(first["type"], "{msg}").format_map(first | first.get("ctx", {})).removeprefix("Value error, ")
        raise Refused(f"{field}{message}") from None
