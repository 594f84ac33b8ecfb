"""What somebody sees, as conditions that the database understands. `accounts.permissions.seen` says what that is."""

from typing import Any

from django.db.models import Q

from memoryweb.accounts.permissions import Seen


def on(seen: Seen, field: str = "bucket_id") -> Q:
    """Rows whose bucket is seen; empty where all are."""
    if seen.is_all:
        return Q()
    among = Q(**{f"{field}__in": _numbers(seen)})
    return among if seen.is_only else ~among


def as_sql(seen: Seen, column: str) -> tuple[str, list[Any]]:
    """The same as a condition in SQL, with its values."""
    if seen.is_all:
        return "1", []
    numbers = _numbers(seen)
    return f"{column} {'IN' if seen.is_only else 'NOT IN'} ({', '.join(['%s'] * len(numbers))})", [*numbers]


def as_places(seen: Seen) -> tuple[str, str]:
    """The same for the full-text index: the places that there may be and those that there must not, empty where all are seen."""
    named = "" if seen.is_all else " OR ".join(f'"b{number}"' for number in _numbers(seen))
    return (named, "") if seen.is_only else ("", named)


def _numbers(seen: Seen) -> list[int]:
    """The ids as this server has them, and one that no bucket has."""
    return [-1, *sorted(int(key) for key in seen.ids if key.isascii() and key.isdigit() and len(key) < 19)]
