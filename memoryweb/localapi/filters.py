"""What narrows a list or a search on the embedded server."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from memoryweb.accounts.permissions import EVERY_BUCKET, Seen

from .seen import on

NOWHERE = -1  # the id of no bucket


@dataclass(frozen=True, slots=True)
class Filter:
    """Which memories are meant; what is not set narrows nothing.

    `content_type` is "text" or "image", `source` counts without regard to case, `created_from` is included and
    `created_before` is not (both aware). Each of `phrases` must stand in the text, and none of `excluded` may. `seen` are the
    buckets that whoever asks may see.
    """

    bucket_id: int | None = None
    content_type: str = ""
    source: str = ""
    created_from: datetime | None = None
    created_before: datetime | None = None
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    seen: Seen = EVERY_BUCKET

    def within(self, seen: Seen) -> "Filter":
        """The same for somebody who sees these buckets alone; a bucket that they do not see is one that is not there."""
        if seen.is_all:
            return self
        if self.bucket_id is None:
            return replace(self, seen=seen)
        return self if self.bucket_id in seen else replace(self, bucket_id=NOWHERE)

    @property
    def is_counted(self) -> bool:
        """Whether the counts kept with the buckets tell how many memories there are: only bucket and type narrow."""
        return not (self.source or self.created_from or self.created_before or self.phrases or self.excluded)

    def on_memories(self) -> Q:
        """What the fields of a memory tell of it: all but phrases and excluded words."""
        wanted = {
            "bucket_id": self.bucket_id,
            "content_type": self.content_type,
            "created_at__gte": self.created_from,
            "created_at__lt": self.created_before,
        }
        found = Q(**{name: value for name, value in wanted.items() if value not in (None, "")}) & on(self.seen)
        return found & Q(Exact(Lower("source"), Lower(Value(self.source)))) if self.source else found


EVERYTHING = Filter()
