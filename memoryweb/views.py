"""Health, and the pages for what Django itself refuses."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from memoryweb.audit.record import Action, record_rarely
from memoryweb.errorpages import refusal
from memoryweb.htmx import wants_fragment


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """`/healthz`: 200 when this process and its database work. Says nothing about a hosted service."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@login_not_required
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without the secret that its page was given: signed in again elsewhere, or cookies are off.

    A form that htmx sends stays where it is, and gets the secret of the new session with the answer.
    """
    if wants_fragment(request):
        return render(request, "_stale.html" if request.user.is_authenticated else "_signed_out.html", status=403)
    return refusal(
        request, 403, "This page is out of date",
        "You signed in again since it was opened, or cookies are off. Copy what you typed, load the page again and repeat.",
    )  # fmt: skip


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return refusal(request, 400, "That request cannot be read", "Go back to your memories and try again.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return refusal(request, 403, "You may not do that", "Ask the owner of this memoryweb for access.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return refusal(request, 404, "There is nothing here", "The address leads nowhere. It may have been mistyped.")


def too_many(request: HttpRequest) -> HttpResponse:
    """429: allauth asks for it where too many forms came from one address."""
    record_rarely(Action.LIMIT_REACHED, request, subject="signing in")
    return render(request, "429.html", status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, from a template that needs nothing, since anything may have failed."""
    return render(None, "500.html", status=500)
