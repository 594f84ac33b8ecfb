"""Mozilla Observatory's rules for a page that is reached over https: https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring.

Each rule gives a modifier; a hundred and their sum are the score. Praise counts for those alone who have lost no more than ten.
"""

import re
from collections.abc import Mapping

BEST = 135
HALF_A_YEAR = 15_768_000  # seconds


def score(headers: Mapping[str, str], cookies: list[str], redirects_to_https: bool, html: str = "") -> tuple[int, dict[str, int]]:
    """The score and each rule's modifier. `cookies` are whole Set-Cookie headers."""
    rules = {
        "content-security-policy": policy(headers.get("Content-Security-Policy", "")),
        "cookies": min([cookie(each) for each in cookies], default=0),
        "cross-origin-resource-sharing": -50 if headers.get("Access-Control-Allow-Origin") == "*" else 0,
        "cross-origin-resource-policy": 10 if headers.get("Cross-Origin-Resource-Policy") in ("same-origin", "same-site") else 0,
        "redirection": 0 if redirects_to_https else -20,
        "referrer-policy": referrer(headers.get("Referrer-Policy", "")),
        "strict-transport-security": transport(headers.get("Strict-Transport-Security", "")),
        "subresource-integrity": -5 if re.search(r'<script[^>]*src="(https?:)?//', html) else 0,
        "x-content-type-options": 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5,
        "x-frame-options": framing(headers),
    }
    lost = 100 + sum(each for each in rules.values() if each < 0)
    return (lost + sum(each for each in rules.values() if each > 0) if lost >= 90 else lost), rules


def directives(text: str) -> dict[str, list[str]]:
    """A policy, by the names of its directives."""
    parts = [part.split() for part in text.split(";") if part.strip()]
    return {name.lower(): values for name, *values in parts}


def policy(text: str) -> int:
    """No policy, one with holes, one without, and one that begins with nothing at all."""
    found = directives(text)
    if not found:
        return -25
    wide = {"*", "data:", "http:", "https:", "'unsafe-inline'"}
    scripts = set(found.get("script-src", found.get("default-src", ["*"])))
    objects = set(found.get("object-src", found.get("default-src", ["*"])))
    if scripts & wide or objects & {"*", "data:", "http:", "https:"}:
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if set(found.get("style-src", found.get("default-src", ["*"]))) & wide:
        return 0
    return 10 if found.get("default-src") == ["'none'"] else 5


def cookie(header: str) -> int:
    """One that stands for a session or against forgery, as ours all do."""
    name, *attributes = [part.strip() for part in header.split(";")]
    flags = {part.partition("=")[0].lower(): part.partition("=")[2].lower() for part in attributes}
    if "secure" not in flags:
        return -40
    if "httponly" not in flags:
        return -30
    if name.startswith("__Host-") and (flags.get("path") != "/" or "domain" in flags):
        return -40  # no browser takes it
    return 5 if flags.get("samesite") in ("lax", "strict") else 0


def referrer(text: str) -> int:
    """Whether other sites learn where somebody comes from."""
    private = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    return 5 if text.split(",")[-1].strip().lower() in private else (-5 if text else 0)


def transport(text: str) -> int:
    """Half a year of https at least."""
    age = re.search(r"max-age=(\d+)", text)
    if age is None:
        return -20
    return 0 if int(age[1]) >= HALF_A_YEAR else -10


def framing(headers: Mapping[str, str]) -> int:
    """Who may show the page within another."""
    if directives(headers.get("Content-Security-Policy", "")).get("frame-ancestors") in (["'none'"], ["'self'"]):
        return 5
    return 0 if headers.get("X-Frame-Options", "").upper() in ("DENY", "SAMEORIGIN") else -20
