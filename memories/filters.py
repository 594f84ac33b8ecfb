"""What narrows the list, as the address says it: `/?q=&bucket=&type=&sort=&rows=&skip=`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, urlencode

from django import forms
from django.http import QueryDict

from . import query

PAGE_ROWS = 30
GALLERY_ROWS = 60  # of images alone
SEARCH_ROWS = 12  # a search begins with fewer, since it is shown anew with each key; the next page comes as one scrolls to it
MOST_ROWS = 990  # on one page; then a link goes on to the next one
MOST_LETTERS = 1000  # in the box: each link of a page says them again
MOST_SKIPPED = 10**9


@dataclass(frozen=True, slots=True)
class Filters:
    """The search box's text, bucket id and content type (empty: all), the order, and which rows are shown.

    `sort` is "relevance", "newest", "oldest" or empty: by relevance when there are words to search for, else newest first.
    `skip` memories are passed over and `rows` shown. The box may name a bucket and a type as well (asked.py).
    """

    q: str = ""
    bucket: str = ""
    type: str = ""
    sort: str = ""
    rows: int = PAGE_ROWS
    skip: int = 0

    def query_string(self) -> str:
        """These filters as the part of an address after "?", empty where nothing differs from the plain list."""
        standard = Filters(rows=first_rows(self.q, self.type))
        names = ("q", "bucket", "type", "sort", "skip", "rows")
        return urlencode({name: getattr(self, name) for name in names if getattr(self, name) != getattr(standard, name)})

    def url(self, **changes: Any) -> str:
        """The address of the list with `changes`; other filters start again at the first rows.

        Another bucket or type takes the place of one that the box names.
        """
        return _address(self, tuple(changes.items()))

    def bucket_urls(self) -> Callable[[str], str]:
        """`url(bucket=...)` by bucket id, for pages that need many of them."""
        before, after = self.url(bucket="\0").split("%00")  # no query holds that character
        return lambda bucket_id: f"{before}{_quoted(bucket_id)}{after}"


_quoted = lru_cache(maxsize=1024)(quote_plus)


@lru_cache(maxsize=256)
def _address(filters: Filters, changes: tuple[tuple[str, Any], ...]) -> str:
    """What `Filters.url` says; remembered, since a page asks a dozen times, and the next page of the same list asks the same."""
    changed = dict(changes)
    if "q" not in changed and ":" in filters.q:
        changed["q"] = filters.q
        for kind in {"bucket", "type"} & changed.keys():
            changed["q"] = query.without_kind(changed["q"], kind)
    if not {"rows", "skip"} & changed.keys():
        changed |= {"rows": first_rows(changed.get("q", filters.q), changed.get("type", filters.type)), "skip": 0}
    address = replace(filters, **changed).query_string()
    return f"/?{address}" if address else "/"


def first_rows(q: str, content_type: str = "") -> int:
    """How many rows a list begins with when this stands in the search box, of one type or (empty) of both."""
    if q:
        return SEARCH_ROWS
    return GALLERY_ROWS if content_type == "image" else PAGE_ROWS


def _whole(least: int, most: int) -> dict[str, str]:
    """What a field of whole numbers says of anything else."""
    return dict.fromkeys(("invalid", "min_value", "max_value"), f"Give a whole number from {least} to {most:,}, or leave it out.")


class SearchForm(forms.Form):
    """Reads Filters from an address; each error names the field and the remedy."""

    q = forms.CharField(
        required=False,
        max_length=MOST_LETTERS,
        error_messages={
            "max_length": f"A search may have {MOST_LETTERS:,} characters at most. Shorten it.",
            "null_characters_not_allowed": "A search cannot hold the character NUL. Remove it.",
        },
    )
    bucket = forms.CharField(
        required=False,
        max_length=200,
        error_messages=dict.fromkeys(
            ("max_length", "null_characters_not_allowed"), "No bucket has such an id. Choose one of the list."
        ),
    )
    type = forms.ChoiceField(
        required=False,
        choices=[("", "All"), ("text", "Text"), ("image", "Images")],
        error_messages={"invalid_choice": "Choose text or image, or leave it out for both."},
    )
    sort = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in ("", "relevance", "newest", "oldest")],
        error_messages={"invalid_choice": "Choose relevance, newest or oldest, or leave it out."},
    )
    rows = forms.IntegerField(required=False, min_value=1, max_value=MOST_ROWS, error_messages=_whole(1, MOST_ROWS))
    skip = forms.IntegerField(required=False, min_value=0, max_value=MOST_SKIPPED, error_messages=_whole(0, MOST_SKIPPED))

    @classmethod
    def read(cls, query: QueryDict) -> "tuple[Filters, dict[str, str]]":
        """The filters that `query` asks for, and an error by field for what cannot be read (such fields are left out)."""
        if not query:
            return Filters(), {}
        form = cls(query)
        form.is_valid()
        values = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
        values.setdefault("rows", first_rows(values.get("q", ""), values.get("type", "")))
        return Filters(**values), {name: str(errors[0]) for name, errors in form.errors.items()}
