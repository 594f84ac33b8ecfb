"""What every API address does before and after its own work: token, method, permission, and errors as JSON."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic_core import to_json

from . import noting
from .auth import Handler, authenticate, authorize, principal_of
from .errors import ApiError

logger = logging.getLogger(__name__)


def endpoint(*, needs_token: bool = True, **handlers: Handler) -> Callable[..., HttpResponse]:
    """A view out of handlers by method: `endpoint(GET=list_buckets, POST=create_bucket)`.

    A handler, marked with what it `needs`, takes the request and the path's parts, returns what becomes the JSON body or a
    response of its own, and raises ApiError. Whatever else goes wrong is logged and answered with 500.
    """

    @csrf_exempt
    @login_not_required
    def view(request: HttpRequest, **parts: str) -> HttpResponse:
        try:
            if needs_token:
                request.principal = authenticate(request)  # type: ignore[attr-defined]  # read by `auth.principal_of`
            handler = handlers.get(request.method or "")
            if handler is None:
                raise ApiError(405, f"Only {' and '.join(handlers)} can be used at this address.")
            if needs_token:
                authorize(principal_of(request), handler)
            answer = handler(request, **parts)
            if needs_token:
                noting.read(request, handler)
            return answer if isinstance(answer, HttpResponse) else _json(answer)
        except ApiError as error:
            response = JsonResponse(error.body, status=error.status)
            if error.status == 401:
                response["WWW-Authenticate"] = "Bearer"
            if error.status == 405:
                response["Allow"] = ", ".join(handlers)
            return response
        except Exception as error:  # the contract answers everything in JSON
            logger.error("%s failed", request.method, exc_info=error)
            return JsonResponse({"error": "The server could not do that. Try again in a moment."}, status=500)

    return view


def _json(answer: Any) -> HttpResponse:
    """The answer as JSON, in a quarter of the time that Django's own takes."""
    return HttpResponse(to_json(answer), content_type="application/json")


@csrf_exempt
@login_not_required
def unknown(request: HttpRequest) -> HttpResponse:
    """404 for every other address under /api/."""
    return JsonResponse({"error": "There is no such address; /api/openapi.json lists those that exist."}, status=404)
