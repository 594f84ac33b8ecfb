"""The audit for owners: who did what, narrowed by the address, and the same as a file."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from buckets import services as buckets
from memoryweb.accounts.models import User
from memoryweb.days import by_day
from memoryweb.errorpages import bad_address
from memoryweb.htmx import render_either, wants_fragment
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import MemoryPluginError

from . import shown, table, timeline
from .models import Event
from .timeline import PROGRAM, Cursor, Filters

PAGE_DEEDS = 50
EXPORTED_AT_ONCE = 500
_DATE = {"invalid": "Write a date as 2026-05-31, or leave it out."}


class AuditForm(forms.Form):
    """Reads what is asked for from an address; each error names the field and the remedy."""

    person = forms.IntegerField(required=False, min_value=0, error_messages={"invalid": "Choose somebody, or leave it out."})
    action = forms.ChoiceField(
        required=False, choices=Event.Group.choices, error_messages={"invalid_choice": "Choose one of the list, or leave it out."}
    )
    bucket = forms.CharField(required=False, max_length=500)
    since = forms.DateField(required=False, input_formats=["%Y-%m-%d"], error_messages=_DATE)
    until = forms.DateField(required=False, input_formats=["%Y-%m-%d"], error_messages=_DATE)
    before = forms.CharField(required=False, max_length=60)

    def clean_before(self) -> Cursor | None:
        """The cursor."""
        try:
            return Cursor.read(self.cleaned_data["before"]) if self.cleaned_data["before"] else None
        except ValueError:
            raise forms.ValidationError("Leave it out to begin with what was last.") from None


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`/audit/`: who did what, newest first; for htmx the list alone."""
    form = AuditForm(request.GET)
    if not form.is_valid():
        return bad_address(request, {name: str(errors[0]) for name, errors in form.errors.items()})
    client, zone = connect(request.user), timezone.get_current_timezone()
    behind = form.cleaned_data["before"]
    found = timeline.page(_filters(form, client, zone), behind, PAGE_DEEDS)
    said = _said(request.GET)
    context = {
        "here": "audit",
        "days": by_day(shown.deeds(found.items, zone, client.account), lambda deed: deed.at),
        "is_first": behind is None,
        "is_narrowed": bool(said),
        "more_url": _url("audit:index", said | {"before": str(found.next)}) if found.next else "",
        "newest_url": _url("audit:index", said),
        "export_url": _url("audit:export", said),
        "looked_until": found.next.at.astimezone(zone) if found.next and len(found.items) < PAGE_DEEDS else None,
        "said": said,
        "people": [*User.objects.order_by("username").values_list("pk", "username"), (PROGRAM, "memoryweb itself")],
        "actions": Event.Group.choices,
        "buckets_there": _buckets(client),
    }
    response = render_either(request, "audit/index.html", "audit/_list.html", context)
    return push_url(response, _url("audit:index", said)) if wants_fragment(request) else response


@require_safe
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """`/audit/export/`: all that matches, as CSV. It is written while it is read, however much it is."""
    form = AuditForm(request.GET)
    if not form.is_valid():
        return bad_address(request, {name: str(errors[0]) for name, errors in form.errors.items()})
    client, zone = connect(request.user), timezone.get_current_timezone()
    filters = _filters(form, client, zone)

    def deeds() -> Iterator[shown.Deed]:
        for found in timeline.every(filters, EXPORTED_AT_ONCE):
            yield from shown.deeds(found.items, zone, client.account, in_detail=True)

    response = StreamingHttpResponse(table.lines(deeds()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate()}.csv"'
    return response


def _filters(form: AuditForm, client: MemoryPluginClient, zone: tzinfo) -> Filters:
    asked: dict[str, Any] = form.cleaned_data
    return Filters(
        zone=zone,
        account=client.account,
        person=asked["person"],
        person_name=str(User.objects.filter(pk=asked["person"]).values_list("username", flat=True).first() or ""),
        group=asked["action"],
        bucket=asked["bucket"],
        since=asked["since"],
        until=asked["until"],
    )


def _said(query: QueryDict) -> dict[str, str]:
    """The filters of an address that are not empty, without the place in the list."""
    return {name: str(query[name]) for name in AuditForm.base_fields if name != "before" and query.get(name)}


def _url(name: str, said: dict[str, str]) -> str:
    return f"{reverse(name)}?{urlencode(said)}".rstrip("?")


def _buckets(client: MemoryPluginClient) -> list[tuple[str, str]]:
    """The buckets to choose from; the audit can be read when the service does not answer."""
    there: buckets.BucketList | None
    try:
        there = buckets.bucket_list(client)
    except MemoryPluginError:
        there = buckets.known(client)
    return [(bucket.id, bucket.name) for bucket in there.buckets] if there else []
