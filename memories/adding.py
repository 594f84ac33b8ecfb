"""Adding images: each comes in a request of its own, and all that were added together are one action, which can be undone."""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from memoryweb.captions import services as captions
from memoryweb.errorpages import refusal
from memoryweb.history import answers, journal
from memoryweb.history.models import Batch
from memoryweb.history.run import Progress
from memoryweb.htmx import wants_fragment
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Invalid, MemoryPluginError
from memoryweb.memoryplugin.types import Bucket

from . import curating, dates
from .creating import chosen_bucket, outcome_at, picture_error
from .forms import ImageForm

UNDESCRIBED = "Image"
_NAMES = {"date": "Date: ", "bucket": "Bucket: ", "new_bucket": "New bucket: "}  # of fields outside of the card
_signer = signing.Signer(salt="memories.adding.batch")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an image was not stored: `status` of the answer, a title and a sentence; where it stands already, its address."""

    status: int
    title: str
    sentence: str
    url: str = ""


@require_POST
def add_image(request: HttpRequest) -> HttpResponse:
    """`/memories/images/`: store one image with its description; the answer is what its card shows from now on.

    What was sent before and may have arrived is looked for first, so the same card can always be sent again.
    """
    client = connect(request.user)
    if not client.is_embedded:
        return refused(request, Refusal(422, "Not saved.", no_uploads(client)))
    form = ImageForm(described(request.POST), request.FILES)
    if not form.is_valid():
        sentences = [f"{_NAMES.get(name, '')}{error}" for name, errors in form.errors.items() for error in errors]
        return refused(request, Refusal(422, "Not saved.", " ".join(sentences)))
    data = form.cleaned_data
    image = data["image"].read()
    text = dates.with_date(data["text"], data["date"])
    batch: Batch | None = None
    try:
        found = curating.look_for_image(client, request.user, image)
        batch = _batch(client, request.user, data["batch"])
        if found and found.text != text:
            return already_there(request, found, batch)
        bucket = chosen_bucket(client, form, request.user)
        written = found.written if found else curating.create_image(
            client, request.user, data["text"], data["date"], bucket, image,
            file_name=data["image"].name, batch=batch, made=form.made,
        )  # fmt: skip
    except MemoryPluginError as error:
        lost = curating.batch_of_lost(client, request.user, image) if error.outcome_unknown else None
        return refused(request, _refusal(error), lost or batch)
    if not written.is_duplicate and data["text"] == data["suggested"].strip():
        captions.wanted(client, request.user, written.memory_id, data["text"])
    return saved(request, client, written, bucket, data["text"])


def described(posted: QueryDict) -> QueryDict:
    """What was sent; where images are described by a model, one without a description has a word in its place until then."""
    if not captions.are_on() or posted.get("text", "").strip():
        return posted
    filled = posted.copy()
    filled["text"] = filled["suggested"] = UNDESCRIBED
    return filled


def no_uploads(client: MemoryPluginClient) -> str:
    """Why images cannot be added where the service takes none."""
    return f"{client.host} takes no uploads, so images cannot be added from here. Texts can."


def saved(
    request: HttpRequest, client: MemoryPluginClient, written: curating.Written, bucket: Bucket | None, text: str
) -> HttpResponse:
    """The card of an image that is there, and the way back in the toast."""
    outcome = outcome_at(written.memory_id, bucket)
    if not wants_fragment(request):
        answers.say(request, written.progress)
        return redirect("memories:browse")
    progress = None if written.is_duplicate else written.progress
    caption = captions.states(client, [written.memory_id]).get(written.memory_id)
    context = outcome | {"is_there": written.is_duplicate, "text": text, "caption": caption} | _action(progress)
    return _fragment(request, "memories/_card_saved.html", context)


def already_there(request: HttpRequest, found: curating.Found, batch: Batch | None) -> HttpResponse:
    """An earlier attempt had stored it after all, with another description: the person decides."""
    url = outcome_at(found.written.memory_id, None)["url"]
    text = dates.without_date(found.text, dates.date_at_head(found.text))
    sentence = f"An earlier try has stored it, with the description “{text}”. Remove it here, or save it once more."
    return refused(request, Refusal(409, "Saved already.", sentence, url), batch or found.written.progress.batch)


def refused(request: HttpRequest, why: Refusal, batch: Batch | None = None) -> HttpResponse:
    """Why one image was not stored, for its card, where all that was typed stays; without htmx a page."""
    if not wants_fragment(request):
        return refusal(request, why.status, why.title, why.sentence)
    return _fragment(request, "memories/_card_refused.html", {"why": why, "batch": _token(batch)}, why.status)


def _refusal(error: MemoryPluginError) -> Refusal:
    if error.outcome_unknown:
        return Refusal(error.status, "Perhaps saved.", f"{error.sentence} “Try again” looks first whether it is there.")
    said = picture_error(error) if isinstance(error, Invalid) else ""
    return Refusal(error.status, "Not saved.", said or error.sentence)


def _action(progress: Progress | None) -> dict[str, Any]:
    return {"toast": answers.to_toast(progress), "batch": _token(progress.batch)} if progress else {}


def _token(batch: Batch | None) -> str:
    return _signer.sign(str(batch.pk)) if batch else ""


def _batch(client: MemoryPluginClient, person: Any, token: str) -> Batch | None:
    """The action that the image belongs to; None where it begins one, also for a token that is not ours or no longer good."""
    try:
        number = int(_signer.unsign(token))
    except signing.BadSignature:
        return None
    batch = journal.batch(client, number)
    is_theirs = batch is not None and batch.operation == Batch.Operation.CREATE_IMAGES and batch.person_id == person.pk
    return batch if batch and is_theirs and not batch.is_undone else None


def _fragment(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
