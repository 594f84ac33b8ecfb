"""What is done to several memories at once: those that a person has ticked, or all that a filter finds."""

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget

from memoryweb.history import answers, current, offers
from memoryweb.htmx import render_either, wants_fragment
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Invalid, MemoryPluginError, Unsupported
from memoryweb.memoryplugin.types import Memory

from . import curating, rows, services
from .converters import MemoryIdConverter
from .creating import chosen_bucket
from .filters import Filters, SearchForm
from .forms import BucketForm

MOST = curating.MOST
_KEY_LENGTH = 700
_to_id = MemoryIdConverter().to_python


class SelectionForm(forms.Form):
    """What was selected, as a page sends it: `ids` as they stand in addresses, or the filter whose memories are all meant
    `but` some.

    `number` is how many the person was told that it is about.
    """

    ids = forms.CharField(required=False, validators=[MaxLengthValidator(MOST * _KEY_LENGTH)])
    every = forms.BooleanField(required=False)
    but = forms.CharField(required=False, validators=[MaxLengthValidator(MOST * _KEY_LENGTH)])
    filters = forms.CharField(required=False, max_length=6000)
    number = forms.IntegerField(required=False, min_value=0)


@dataclass(frozen=True, slots=True)
class Selection:
    """The memories that are meant: these ids, or all that `filters` find but these ids."""

    ids: tuple[str, ...]
    filters: Filters | None = None
    number: int | None = None

    @classmethod
    def read(cls, data: QueryDict) -> "Selection":
        """The selection in a form. Raises Invalid for one that cannot be read."""
        form = SelectionForm(data)
        if not form.is_valid():
            raise Invalid("This selection cannot be read. Select the memories again.")
        number = form.cleaned_data["number"]
        ids = _ids_in(form.cleaned_data["but" if form.cleaned_data["every"] else "ids"])
        if form.cleaned_data["every"]:
            filters, errors = SearchForm.read(QueryDict(form.cleaned_data["filters"].partition("?")[2]))
            if errors:
                raise Invalid("This filter cannot be read. Select the memories again.")
            return cls(ids, filters, number)
        if not ids:
            raise Invalid("Nothing is selected.")
        if len(ids) > MOST:
            raise too_many()
        return cls(ids, None, number)


def _ids_in(keys: str) -> tuple[str, ...]:
    """The ids that these keys stand for, each once."""
    try:
        return tuple(dict.fromkeys(_to_id(key) for key in keys.split()))
    except ValueError:
        raise Invalid("This selection cannot be read. Select the memories again.") from None


def too_many() -> Invalid:
    """What is said of more than can be done at once."""
    return Invalid(f"At most {MOST:,} memories can be changed at once. Narrow the filter, and do it in parts.")


def memories_of(client: MemoryPluginClient, selection: Selection) -> list[Memory]:
    """The memories that are meant, as they are now; those that are gone are left out. Raises Invalid when they are too many."""
    if selection.filters is None:
        return list(current.memories(client, selection.ids).values())
    asked = services.read_filters(client, selection.filters)
    if asked.query:
        raise Invalid("A search finds nearly everything. Select memories one by one, or by a filter without words.")
    if any(term.note for term in asked.terms):
        raise Invalid("This filter says something that counts for nothing. Remove it first.")
    found = services.every(client, asked, MOST + len(selection.ids) + 1)
    memories = [memory for memory in found if not memory.has_derived_id and memory.id not in selection.ids]
    if len(memories) > MOST:
        raise too_many()
    return memories


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """`/memories/selection/move/`: move what is selected to a bucket, or to a new one."""
    client = connect(request.user)
    try:
        if not offers.of(client).update:
            raise Unsupported(offers.of(client).reason)
        form = BucketForm(request.POST)
        if not form.is_valid() or not form.cleaned_data["bucket"]:
            raise Invalid(next((str(errors[0]) for errors in form.errors.values()), "Choose a bucket."))
        selection = Selection.read(request.POST)
        found = memories_of(client, selection)
        memories = [memory for memory in found if rows.can(memory, offers.of(client)).edit]
        rows.only_changeable([] if memories else found, offers.of(client))
        if len(memories) != selection.number:
            return question(request, "Move", left_out(found, offers.of(client)), selection, memories)
        bucket = chosen_bucket(client, form, request.user)
        if bucket is None:
            raise Invalid("Choose a bucket.")
        return answers.after(request, curating.move(client, request.user, memories, bucket, form.made))
    except MemoryPluginError as error:
        return refused(request, error)


@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """`/memories/selection/delete/`: delete what is selected, as far as it can be brought back."""
    client = connect(request.user)
    try:
        offered = offers.of(client)
        if not offered.delete:
            raise Unsupported(offered.reason)
        selection = Selection.read(request.POST)
        found = memories_of(client, selection)
        memories = [memory for memory in found if rows.can(memory, offered).delete]
        rows.only_changeable([] if memories else found, offered)
        if len(memories) != selection.number:
            return question(request, "Delete", left_out(found, offered), selection, memories)
        return answers.after(request, curating.delete(client, request.user, memories))
    except MemoryPluginError as error:
        return refused(request, error)


def left_out(found: list[Memory], offered: offers.Offers) -> str:
    """How many of the memories stay as they are, and why: what others added, and images that could not be brought back."""
    foreign = [
        memory for memory in found if not offered.may_change(memory.added_by.id if memory.added_by else None, memory.bucket_id)
    ]
    kept = [memory for memory in found if memory not in foreign and rows.can(memory, offered).stays]
    notes = []
    if foreign:
        notes.append("One stays: somebody else added it." if len(foreign) == 1 else f"{len(foreign):,} stay: others added them.")
    if kept:
        stays = "One image stays: it" if len(kept) == 1 else f"{len(kept):,} images stay: they"
        notes.append(f"{stays} could not be brought back on this service.")
    return " ".join(notes)


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """`/memories/selection/export/`: what is selected, as a JSON file."""
    client = connect(request.user)
    try:
        memories = memories_of(client, Selection.read(request.POST))
    except MemoryPluginError as error:
        return refused(request, error)
    exported = [
        {
            "id": memory.id,
            "text": memory.text,
            "bucket": memory.bucket_name,
            "createdAt": memory.created_at.isoformat() if memory.created_at else None,
            "source": memory.source,
            "content_type": memory.content_type,
        }
        for memory in memories
    ]
    response = HttpResponse(json.dumps(exported, ensure_ascii=False, indent=1) + "\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="memories-{timezone.localdate()}.json"'
    return response


def question(request: HttpRequest, verb: str, note: str, selection: Selection, memories: list[Memory]) -> HttpResponse:
    """409: it is about another number than the person was told, so that they are asked again."""
    confirmed, number = selection.number, len(memories)
    context: dict[str, Any] = {
        "verb": verb,
        "note": note,
        "confirmed": confirmed,
        "number": number,
        "is_filter": selection.filters is not None,
        "leaves_some": selection.filters is not None and bool(selection.ids),
        "fields": [
            (name, request.POST[name])
            for name in ("ids", "every", "but", "filters", "bucket", "new_bucket")
            if name in request.POST
        ],
        "action": request.path,
    }
    return _in_toast(request, render_either(request, "memories/question.html", "memories/_question.html", context, status=409))


def refused(request: HttpRequest, error: MemoryPluginError) -> HttpResponse:
    """Nothing was done, as far as is known, and why."""
    context = {"title": error.title, "sentence": error.sentence, "is_unknown": error.outcome_unknown}
    return _in_toast(
        request, render_either(request, "memories/question.html", "memories/_refused.html", context, status=error.status)
    )


def _in_toast(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    return reswap(retarget(response, "#toast"), "innerHTML") if wants_fragment(request) else response
