"""The pages over buckets: all of them, a new one, renaming and describing, deleting, merging; and renewing the list by hand."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from memoryweb.accounts import permissions
from memoryweb.accounts.permissions import Action
from memoryweb.history import answers, background, offers, seen
from memoryweb.history.run import Progress
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Invalid, MemoryPluginError, NotAllowed, Unsupported
from memoryweb.memoryplugin.types import Bucket
from memoryweb.nextpage import next_page

from . import curating, navigation, services
from .forms import TRASH, BucketForm, TargetForm
from .services import BucketList

form_view = require_http_methods(["GET", "HEAD", "POST"])


@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """POST: ask the service for its buckets now, and go back to the page in `next`."""
    services.renew(connect(request.user))
    return redirect(next_page(request))


@require_safe
def manage(request: HttpRequest) -> HttpResponse:
    """`/buckets/`: every bucket, with what can be done with it here."""
    client = connect(request.user)
    buckets = services.bucket_list(client)
    offered = offers.of(client)
    rows = zip(navigation.dots(buckets.buckets, navigation.list_url), buckets.buckets, strict=True)
    context = {
        "rows": [
            (dot, bucket.description, navigation.is_default(bucket.name), offered.may_arrange(bucket.id)) for dot, bucket in rows
        ],
        "offers": offered,
        "has_others": len(buckets.buckets) > 1,
    }
    return render(request, "buckets/manage.html", _beside(client, buckets) | context)


@form_view
def new(request: HttpRequest) -> HttpResponse:
    """`/buckets/new/`: create a bucket."""
    client = connect(request.user)
    _only_if(offers.of_service(client).create_bucket, "This service does not let memoryweb create buckets.")
    _only_arranged(client, None)
    buckets = services.bucket_list(client)
    if request.method != "POST":
        return _page(request, "new", client, buckets, BucketForm())
    form = BucketForm(request.POST, taken=[bucket.name for bucket in buckets.buckets])
    return _written(
        request, "new", client, buckets, form,
        lambda said: curating.create(client, request.user, said["name"], said["description"]),
    )  # fmt: skip


@form_view
def edit(request: HttpRequest, bucket_id: str) -> HttpResponse:
    """`/buckets/<id>/`: rename or describe a bucket; the one that every account has keeps its name."""
    client, buckets, bucket = _managed(request, bucket_id)
    keeps_name = navigation.is_default(bucket.name)
    first = {"name": bucket.name, "description": bucket.description}
    context: dict[str, Any] = {"bucket": bucket, "keeps_name": keeps_name}
    if request.method != "POST":
        return _page(request, "edit", client, buckets, BucketForm(initial=first), **context)
    said = request.POST.dict() | ({"name": bucket.name} if keeps_name else {})
    form = BucketForm(said, taken=[other.name for other in buckets.buckets if other.id != bucket_id])
    return _written(
        request, "edit", client, buckets, form,
        lambda said: curating.change(client, request.user, bucket, said["name"], said["description"]), **context,
    )  # fmt: skip


@form_view
def delete(request: HttpRequest, bucket_id: str) -> HttpResponse:
    """`/buckets/<id>/delete/`: delete a bucket, its memories going to another one or into the trash."""
    client, buckets, bucket = _managed(request, bucket_id)
    _only_if(not navigation.is_default(bucket.name), f"{bucket.name} stays, since memories go there by default.")
    others = [other for other in buckets.buckets if other.id != bucket_id and seen.may_add(client, other.id)]
    context: dict[str, Any] = {"bucket": bucket, "others": others, "days": client.get_trash(count=1).days, "trash": TRASH}
    form = TargetForm(request.POST or None, others=others, has_trash=True)
    if request.method != "POST":
        return _page(request, "delete", client, buckets, form, **context)
    return _written(
        request, "delete", client, buckets, form,
        lambda said: curating.delete(client, request.user, bucket, said["to"]), **context,
    )  # fmt: skip


@form_view
def merge(request: HttpRequest, bucket_id: str) -> HttpResponse:
    """`/buckets/<id>/merge/`: move everything into another bucket, and delete this one."""
    client, buckets, bucket = _managed(request, bucket_id)
    _only_if(not navigation.is_default(bucket.name), f"{bucket.name} stays, since memories go there by default.")
    others = [other for other in buckets.buckets if other.id != bucket_id and seen.may_add(client, other.id)]
    context: dict[str, Any] = {"bucket": bucket, "others": others}
    form = TargetForm(request.POST or None, others=others)
    if request.method != "POST":
        return _page(request, "merge", client, buckets, form, **context)
    return _written(
        request, "merge", client, buckets, form,
        lambda said: curating.merge(client, request.user, bucket, said["to"]), **context,
    )  # fmt: skip


def _managed(request: HttpRequest, bucket_id: str) -> tuple[MemoryPluginClient, BucketList, Bucket]:
    """The bucket as it is now, on a service that lets buckets be managed."""
    client = connect(request.user)
    _only_if(offers.of_service(client).manage_buckets, "This service does not let memoryweb rename, merge or delete buckets.")
    buckets = services.bucket_list(client)
    bucket = buckets.get(bucket_id)
    if bucket is None:
        raise Http404
    _only_arranged(client, bucket_id)
    return client, buckets, bucket


def _only_arranged(client: MemoryPluginClient, bucket_id: str | None) -> None:
    if not permissions.may(client.person, Action.ARRANGE, bucket=bucket_id, service=client.service):
        raise NotAllowed(permissions.why_not(client.person, Action.ARRANGE, bucket_id, client.service))


def _only_if(is_offered: bool, sentence: str) -> None:
    if not is_offered:
        raise Unsupported(sentence)


def _written(
    request: HttpRequest,
    name: str,
    client: MemoryPluginClient,
    buckets: BucketList,
    form: BucketForm | TargetForm,
    write: Callable[[dict[str, Any]], Progress],
    **context: Any,
) -> HttpResponse:
    """What came of a form: where it is well, on to the list of buckets; else the form with what was typed, and why."""
    if not form.is_valid():
        return _page(request, name, client, buckets, form, 422, **context)
    try:
        progress = write(form.cleaned_data)
    except Invalid as error:
        field = "name" if isinstance(form, BucketForm) else "to"
        form.add_error(field, error.sentence.removeprefix(f"{field}: "))
        return _page(request, name, client, buckets, form, 422, **context)
    except MemoryPluginError as error:
        return _page(request, name, client, buckets, form, error.status, failure=error, **context)
    if progress.done + progress.there == progress.total:
        return answers.after(request, progress, reverse("buckets:manage"))
    address = reverse("history:batch", args=[progress.batch.pk])
    if progress.goes_on:
        background.go_on(client, progress.batch)
        return redirect(f"{address}?go=on")
    return answers.after(request, progress, address)


def _page(
    request: HttpRequest,
    name: str,
    client: MemoryPluginClient,
    buckets: BucketList,
    form: BucketForm | TargetForm,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    return render(request, f"buckets/{name}.html", _beside(client, buckets) | {"form": form} | context, status=status)


def _beside(client: MemoryPluginClient, buckets: BucketList) -> dict[str, Any]:
    return navigation.context(client, buckets, here="buckets")
