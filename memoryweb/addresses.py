"""Where this instance can be reached, for what is printed on a terminal."""

from django.conf import settings
from django.urls import reverse

_PRINTED = "address"  # in DATA_DIR, so that other commands print the address that the running server has


def remember() -> None:
    """Keep this process's address for `manage.py signin`, which may be called without the server's PORT."""
    (settings.DATA_DIR / _PRINTED).write_text(base_url(), encoding="utf-8")


def remembered() -> str:
    """The address of the server that started last with this data, else what the settings say."""
    file = settings.DATA_DIR / _PRINTED
    return file.read_text(encoding="utf-8") if file.is_file() else base_url()


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
    return remembered() + reverse("accounts:use_link", args=[secret])
