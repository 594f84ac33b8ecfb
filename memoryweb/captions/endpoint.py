"""One call of a vision model behind an OpenAI-compatible endpoint: a picture goes there, one or two sentences come back.

It is answered within CAPTION_SECONDS or not at all, no redirect is followed, and the key goes to CAPTION_URL alone. What comes back
is somebody else's text: only its words are taken. No exception here quotes the answer, the address or the key.
"""

import base64
import json
import re
import unicodedata
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

from memoryweb.memoryplugin.deadline import Deadline, DeadlineAdapter
from memoryweb.memoryplugin.exchange import BearerToken, Session, no_auth

CONNECT_SECONDS = 5.0
MOST_ANSWER_BYTES = 1_000_000
MOST_CHARACTERS = 500
MOST_RETRY_SECONDS = 600  # that an endpoint can ask for
PROMPT = (
    "Describe this picture in one or two plain sentences in {language}, so that it can be found by them later. "
    "If text in it says what it is about, such as a title or a name, mention that. "
    "Answer with the sentences alone: no introduction, no formatting."
)
_UNSEEN = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}  # Unicode's categories of what is no part of a sentence
_TURNS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")  # what turns the direction of writing


class NotDescribed(Exception):
    """The endpoint did not describe it; `sentence` says why, and trying again would not help before something is changed."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class NotNow(NotDescribed):
    """Trying again may help: `seconds` is when, where the endpoint says so."""

    def __init__(self, sentence: str, seconds: int | None = None) -> None:
        self.seconds = seconds
        super().__init__(sentence)


def describe(jpeg: bytes) -> str:
    """What the model says of the picture, on one line, at most MOST_CHARACTERS. Raises NotDescribed, and NotNow."""
    picture = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
    language = "English" if settings.SEARCH_LANGUAGE == "porter" else settings.SEARCH_LANGUAGE.title()
    content = [
        {"type": "text", "text": PROMPT.format(language=language)},
        {"type": "image_url", "image_url": {"url": picture}},
    ]
    answer = _post({"model": settings.CAPTION_MODEL, "messages": [{"role": "user", "content": content}]})
    said = clean(_said(answer))
    if not said:
        raise NotDescribed("The captioner answered without a description.")
    return said


def clean(text: str) -> str:
    """The text as one line of at most MOST_CHARACTERS, without what cannot be seen."""
    seen = "".join(" " if unicodedata.category(sign) in _UNSEEN else sign for sign in _TURNS.sub("", text[: 20 * MOST_CHARACTERS]))
    line = " ".join(seen.split())
    if len(line) <= MOST_CHARACTERS:
        return line
    return line[: MOST_CHARACTERS - 1].rsplit(" ", 1)[0].rstrip() + "…"


def _post(body: dict[str, Any]) -> bytes:
    """The answer's bytes."""
    auth = BearerToken(settings.CAPTION_KEY) if settings.CAPTION_KEY else no_auth
    with Deadline(settings.CAPTION_SECONDS) as deadline:
        try:
            response = _session().post(
                f"{settings.CAPTION_URL}/chat/completions",
                json=body,
                auth=auth,
                timeout=(min(CONNECT_SECONDS, settings.CAPTION_SECONDS), settings.CAPTION_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            with response:
                _check(response)
                return _read(response, deadline)
        except (requests.RequestException, HTTPError, OSError) as error:
            # Without what caused it, which would quote the address.
            late = deadline.passed or isinstance(error, requests.Timeout)
            raise NotNow(_late() if late else "The captioner cannot be reached.") from None


def _check(response: requests.Response) -> None:
    status = response.status_code
    if 200 <= status < 300:
        return
    if status == 429:
        wait = response.headers.get("Retry-After", "")
        seconds = min(int(wait), MOST_RETRY_SECONDS) if wait.isascii() and wait.isdigit() and len(wait) < 9 else None
        raise NotNow("The captioner limits how often it may be asked, and the limit is reached (429).", seconds)
    if status >= 500:
        raise NotNow(f"The captioner reports an error of its own ({status}).")
    reasons = {
        401: "The captioner does not accept the key (401); see CAPTION_KEY.",
        403: "The captioner does not allow this with this key (403); see CAPTION_KEY.",
        404: "The captioner has no such model, or nothing at that address (404); see CAPTION_MODEL and CAPTION_URL.",
    }
    if 300 <= status < 400:
        raise NotDescribed(f"The captioner leads elsewhere ({status}), which is not followed; see CAPTION_URL.")
    raise NotDescribed(reasons.get(status, f"The captioner refuses the picture or the request ({status})."))


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    """The body, as it trickles in, within the deadline and MOST_ANSWER_BYTES."""
    content = b""
    while chunk := response.raw.read1(65_536, decode_content=True):
        content += chunk
        if len(content) > MOST_ANSWER_BYTES:
            raise NotDescribed("The captioner answered with far more than a description.")
        if deadline.passed:
            break
    if deadline.passed:  # its timer shuts the socket, which looks like an end
        raise NotNow(_late())
    return content


def _said(answer: bytes) -> str:
    """The text within the answer, wherever OpenAI's shape allows it to be."""
    try:
        content = json.loads(answer)["choices"][0]["message"]["content"]
        if isinstance(content, list):
            content = " ".join(part["text"] for part in content if part.get("type") == "text")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise NotDescribed("What the captioner answered cannot be read.") from None
    if not isinstance(content, str):
        raise NotDescribed("The captioner answered without a description.")
    return content


def _late() -> str:
    return f"The captioner took longer than {settings.CAPTION_SECONDS:g} seconds."


@cache
def _session() -> requests.Session:
    """The process's one Session, so that connections are used again; it keeps no cookies and reads no .netrc."""
    session = Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", DeadlineAdapter())
    session.mount("http://", DeadlineAdapter())
    return session
