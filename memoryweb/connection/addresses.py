"""Which addresses an owner may choose on the page, which must not let its reader ask around inside memoryweb's own network.

Open are https addresses of the open internet, whatever addresses of a service on this machine, and what whoever runs memoryweb
has named in MEMORYPLUGIN_URL. The IP address counts that is connected to, each time.
"""

import re
from enum import Enum
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings


class Reach(Enum):
    """The IP addresses that a token may be sent to."""

    ANY = "any"
    PUBLIC = "public"
    HERE = "this machine's own"


_SHAPE = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?(/[a-z0-9._~/-]*)?", re.IGNORECASE)


def read(typed: str) -> str:
    """The address as it is kept, without a slash at its end. Raises ValueError with a sentence that says what to change."""
    url = typed.strip().rstrip("/")
    if url == settings.MEMORYPLUGIN_URL:
        return url
    if "://" not in url:
        raise ValueError("Begin with https://, such as https://www.memoryplugin.com.")
    try:
        parts = urlsplit(url)
        if not _SHAPE.fullmatch(url) or parts.port == 0:
            raise ValueError
    except ValueError:
        raise ValueError("Write the address as in https://www.memoryplugin.com, without name, password, ? or #.") from None
    if parts.scheme.lower() == "http" and not _is_here(parts.hostname or ""):
        raise ValueError("Use https://. Over http:// others could read the token on its way.")
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path}"


def reach_of(url: str) -> Reach:
    """Where the token of a service that was chosen on the page may go."""
    if url == settings.MEMORYPLUGIN_URL:
        return Reach.ANY
    return Reach.HERE if _is_here(urlsplit(url).hostname or "") else Reach.PUBLIC


def _is_here(host: str) -> bool:
    """Whether a host, as it is written, is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
