"""Renewing the bucket list by hand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from memoryweb.memoryplugin import connect

from . import services


@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """POST: ask the service for its buckets now, and go back to the page in `next`."""
    services.renew(connect(request.user))
    back = request.POST.get("next", "/")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/")
