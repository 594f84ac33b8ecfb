"""Who is asking: a bearer token from outside, or a person whom our own pages act for."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from memoryweb.accounts import services as accounts

from .errors import ApiError

# The key under which an in-process call names the person; headers become HTTP_... and cannot reach it.
ACTING_PERSON = "memoryweb.acting_person"


@dataclass(frozen=True)
class Principal:
    """Who a request is answered for."""

    person: Any


def authenticate(request: HttpRequest) -> Principal:
    """The request's principal; raises a 401 where there is none."""
    person = request.META.get(ACTING_PERSON)
    if person is None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and secret.strip():
            person = accounts.token_holder(secret.strip())
    if person is None or not person.is_active:
        raise ApiError(401, "A valid token is needed: send the header Authorization: Bearer TOKEN.")
    return Principal(person)
