"""Where this instance can be reached, for what is printed on a terminal."""

from django.conf import settings
from django.urls import reverse


def base_url() -> str:
    """The address for a browser, without a slash at its end: over https the first of ALLOWED_HOSTS, else host and port."""
    if settings.HTTPS and settings.EXTRA_HOSTS:
        return f"https://{settings.EXTRA_HOSTS[0].lstrip('.')}"
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    if host in ("0.0.0.0", "[::]"):
        host = settings.EXTRA_HOSTS[0].lstrip(".") if settings.EXTRA_HOSTS else "127.0.0.1"
    return f"http://{host}:{settings.PORT}"


def sign_in_url(secret: str) -> str:
    """The whole sign-in link."""
    return base_url() + reverse("accounts:use_link", args=[secret])
