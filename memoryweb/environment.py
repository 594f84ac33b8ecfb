"""Settings from the environment and from `.env`: every value is checked as it is read, and a bad one names itself.

django-environ reads the file. The values are cast here and not by it, since it takes a value that begins with `$` for
another variable's name, leaves blanks in lists, and answers a malformed number with a bare ValueError.
"""

import base64
import os
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

Value = TypeVar("Value")


class Environment:
    """The process environment, completed by a file of NAME=value lines.

    `names` lists every setting asked for, so that a test can hold the documentation against it.
    """

    def __init__(self, file: Path | None) -> None:
        """Read `file` if it exists; what the process environment already holds wins over it."""
        self.names: list[str] = []
        if file is not None and file.is_file():
            environ.Env.read_env(str(file), overwrite=False)

    def text(self, name: str, default: str = "") -> str:
        """The setting as it stands, without blanks around it; `default` where it is absent or empty."""
        self.names.append(name)
        return os.environ.get(name, "").strip() or default

    def _read(self, name: str, default: Value, cast: Callable[[str], Value], expected: str) -> Value:
        raw = self.text(name)
        if not raw:
            return default
        try:
            return cast(raw)
        except ValueError:
            raise ImproperlyConfigured(f"{name} must be {expected}; it is {raw!r}.") from None

    def whole_number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """A whole number within bounds."""

        def cast(raw: str) -> int:
            number = int(raw)
            if not lowest <= number <= highest:
                raise ValueError
            return number

        return self._read(name, default, cast, f"a whole number from {lowest} to {highest}")

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}

        def cast(raw: str) -> bool:
            if raw.lower() not in words:
                raise ValueError
            return words[raw.lower()]

        return self._read(name, default, cast, "true or false")

    def choice(self, name: str, default: str, choices: list[str]) -> str:
        """One of a few words, whatever their case."""

        def cast(raw: str) -> str:
            if raw.lower() not in choices:
                raise ValueError
            return raw.lower()

        return self._read(name, default, cast, f"one of {', '.join(choices)}")

    def host_names(self, name: str) -> list[str]:
        """Host names between commas."""

        def cast(raw: str) -> list[str]:
            hosts = [part.strip() for part in raw.split(",") if part.strip()]
            if any("/" in host or " " in host for host in hosts):
                raise ValueError
            return hosts

        return self._read(name, [], cast, "host names between commas, such as memory.example.org")

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        """An address with one of `schemes`, without a slash at its end."""

        def cast(raw: str) -> str:
            parts = urlsplit(raw)
            if parts.scheme not in schemes or not parts.hostname or parts.port == 0:  # reading `port` checks it
                raise ValueError
            return raw.rstrip("/")

        expected = "an address that begins with " + " or ".join(f"{scheme}://" for scheme in schemes)
        try:
            return self._read(name, default, cast, expected)
        except ImproperlyConfigured:  # an address may hold a password, so it is not repeated
            raise ImproperlyConfigured(f"{name} must be {expected}.") from None

    def near_or_secure_url(self, name: str) -> str:
        """An https address, or also an http one of this machine or inside one's own network; empty where it is not set."""

        def cast(raw: str) -> str:
            parts = urlsplit(raw)
            host = parts.hostname or ""
            if not host or parts.port == 0 or parts.query or parts.fragment or parts.username is not None:
                raise ValueError
            if parts.scheme != "https" and not (parts.scheme == "http" and _is_near(host)):
                raise ValueError
            return raw.rstrip("/")

        try:
            return self._read(name, "", cast, "")
        except ImproperlyConfigured:
            raise ImproperlyConfigured(
                f"{name} must be an https:// address, or an http:// one of this machine or inside your network."
            ) from None

    def word(self, name: str) -> str:
        """A token, key or name without blanks, as it goes into an HTTP header."""

        def cast(raw: str) -> str:
            if not raw.isascii() or not raw.isprintable() or " " in raw:
                raise ValueError
            return raw

        try:
            return self._read(name, "", cast, "")
        except ImproperlyConfigured:  # a secret is not repeated
            raise ImproperlyConfigured(f"{name} must be one word of ASCII letters, digits and signs.") from None

    def keys(self, name: str) -> list[str]:
        """Keys between commas, each 32 bytes in base64 as `cryptography` writes them."""

        def cast(raw: str) -> list[str]:
            keys = [part.strip() for part in raw.split(",") if part.strip()]
            if any(not key.isascii() or len(base64.b64decode(key, altchars=b"-_", validate=True)) != 32 for key in keys):
                raise ValueError
            return keys

        try:
            return self._read(name, [], cast, "")
        except ImproperlyConfigured:  # a secret is not repeated
            raise ImproperlyConfigured(
                f"{name} must be keys between commas, as “manage.py rotate_connection_key” prints them."
            ) from None

    def folder(self, name: str, default: Path) -> Path:
        """A folder's path; relative ones start where the default's parent is."""

        def cast(raw: str) -> Path:
            path = (default.parent / Path(raw).expanduser()).resolve()
            if path.exists() and not path.is_dir():
                raise ValueError
            return path

        return self._read(name, default, cast, "a folder")

    def time_zone(self, name: str, default: str) -> str:
        """A time zone's name in the IANA database."""

        def cast(raw: str) -> str:
            if raw not in available_timezones():
                raise ValueError
            return raw

        return self._read(name, default, cast, "a time zone's name, such as Europe/Berlin")


def _is_near(host: str) -> bool:
    """Whether a host, as it is written, lies on this machine or inside one's own network."""
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".home.arpa"))
    return address.is_private or address.is_loopback


def is_domain(host: str) -> bool:
    """Whether ALLOWED_HOSTS names a domain here, not an address."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return "." in host.strip(".")
    return False
