"""What the AI sees: the answer of `/api/v2/memory` that an assistant gets for the words in the search box."""

import json
import re
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from buckets import services as bucket_services
from memoryweb.errorpages import bad_address, missing_page
from memoryweb.memoryplugin import connect

from . import chips, listing, services, tokens
from .asked import TYPES, Asked
from .filters import SearchForm

COUNTS = (5, 10, 20, 50, 100)
STANDARD_COUNT = 10  # what the API answers with when nobody says how many
NOT_SENT = ("after", "before", "source", "phrase", "exclude")  # MemoryPlugin documents no parameter for these
MASKED = "(a signed address, not shown)"
_ADDRESS = re.compile(r'("image_?url"\s*:\s*")((?:[^"\\]|\\.)+)(?=")', re.IGNORECASE)


class AnswerForm(forms.Form):
    """Reads from an address how the answer is shown: with ids or as strings, and how many memories at most."""

    ids = forms.BooleanField(required=False)
    count = forms.ChoiceField(
        required=False,
        choices=[(number, number) for number in COUNTS],
        error_messages={"invalid_choice": f"Choose one of {', '.join(map(str, COUNTS))}."},
    )


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """`/assistant/`: the answer for the box's words, bucket and type, as it is sent and laid out, with its size."""
    filters, errors = SearchForm.read(request.GET)
    form = AnswerForm(request.GET)
    form.is_valid()
    if errors := errors | {name: str(found[0]) for name, found in form.errors.items()}:
        return bad_address(request, errors)
    ids, count = form.cleaned_data["ids"], int(form.cleaned_data["count"] or STANDARD_COUNT)
    client = connect(request.user)
    asked = services.read_filters(client, filters)
    if not services.may_ask(client, asked.bucket_id):
        return missing_page(request, services.NO_BUCKET) if asked.bucket_id else redirect(asked.filters.url())  # which asks for one
    began = perf_counter()
    sent, received = services.answer_to_assistant(
        client, words=asked.query, bucket_id=asked.bucket_id, content_type=asked.content_type, count=count, include_ids=ids
    )
    milliseconds = max(1, round((perf_counter() - began) * 1000))
    buckets = bucket_services.bucket_list(client)
    bucket = buckets.get(asked.bucket_id)
    if asked.bucket_id and bucket is None:
        return missing_page(request, services.NO_BUCKET)
    shown, masked = mask(sent)
    shown_chips = chips.to_chips(asked, buckets)
    kept = {name: value for name in ("q", "bucket", "type", "sort") if (value := getattr(asked.filters, name))}

    def address(**changes: Any) -> str:
        parameters = {"ids": "on" if ids else "", "count": count} | changes
        standard = {"ids": "", "count": STANDARD_COUNT}
        said = kept | {name: value for name, value in parameters.items() if value != standard[name]}
        return "?" + urlencode(said)

    context: dict[str, Any] = {
        "words": asked.query,
        "bucket": bucket,
        "type_label": TYPES.get(asked.content_type, ""),
        "not_sent": [chip.name for chip in shown_chips if chip.kind in NOT_SENT and not chip.note],
        "not_read": [f"{chip.name} ({chip.note})" for chip in shown_chips if chip.note],
        "has_phrases": bool(asked.phrases),
        "has_ids": ids,
        "forms": [("As strings", address(ids=""), not ids), ("With ids", address(ids="on"), ids)],
        "counts": [(number, address(count=number), number == count) for number in COUNTS],
        "request_line": request_line(asked, count, ids),
        "sent": shown,
        "laid_out": json.dumps(json.loads(shown), ensure_ascii=False, indent=2),
        "received": received,
        "masked": masked,
        "bytes": f"{len(sent.encode()):,}",
        "tokens": f"{tokens.estimate(sent):,}",
        "milliseconds": milliseconds,
        "list_url": asked.filters.url(),
    }
    return render(request, "memories/assistant.html", listing.navigation(client, buckets, asked.filters, asked.bucket_id) | context)


def mask(sent: str) -> tuple[str, int]:
    """The answer with the address of each image replaced, and how many there were: for four hours they open to anyone."""
    addresses = {found[2] for found in _ADDRESS.finditer(sent) if "://" in found[2]}
    masked, number = _ADDRESS.subn(lambda found: found[1] + MASKED, sent)
    for address in addresses:  # where else the same one stands
        masked = masked.replace(address, MASKED)
    return masked, number


def request_line(asked: Asked, count: int, ids: bool) -> str:
    """The request that is answered, as a line to read."""
    parameters = {
        "query": asked.query,
        "bucketId": asked.bucket_id,
        "contentType": asked.content_type,
        "count": "" if count == STANDARD_COUNT else count,
        "includeIds": "true" if ids else "",
        "latest": "" if asked.query else "true",
    }
    said = urlencode({name: value for name, value in parameters.items() if value})
    return f"GET /api/v2/memory?{said}" if said else "GET /api/v2/memory"
