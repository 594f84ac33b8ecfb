"""What a page shows once, after the redirect that follows its making: such as a link, which nothing keeps that could be read.

The session holds it meanwhile, encrypted with a key made from SECRET_KEY.
"""

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest

KEY = "handed over"
SECONDS = 300


def leave(request: HttpRequest, **what: Any) -> None:
    """Keep this for the next page that takes it."""
    request.session[KEY] = _fernet().encrypt(json.dumps(what).encode()).decode()


def take(request: HttpRequest) -> dict[str, Any]:
    """What was left in the last minutes, which nobody gets again; nothing where nothing was."""
    sealed = request.session.pop(KEY, None) if request.method == "GET" and KEY in request.session else None
    if sealed is None:
        return {}
    try:
        found: dict[str, Any] = json.loads(_fernet().decrypt(sealed.encode(), ttl=SECONDS))
    except InvalidToken:
        return {}
    return found


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"handed over {settings.SECRET_KEY}".encode()).digest()))
