"""Describing one image: claim it, ask, and write through the journal, unless a person was faster. Only the worker loads this."""

import logging
from datetime import datetime, timedelta
from io import BytesIO

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from PIL import Image

from memories import curating, dates, images
from memoryweb import pictures
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Conflict, Invalid, MemoryPluginError, NotFound
from memoryweb.memoryplugin.types import Memory

from . import endpoint, services
from .models import Caption
from .services import DESCRIBING, FAILED, WAITING
from .tasks import describe as task

logger = logging.getLogger(__name__)
PAUSES = (5, 30, 120)  # seconds before the second, third and fourth attempt
MARGIN_SECONDS = 30  # for all but the call itself; an attempt that takes longer was killed
SIDE = 1280  # pixels, of what is sent


def describe(caption_id: int) -> None:
    """Describe an image that is due. Whatever goes wrong is written to its row, in a sentence, and raised by nobody."""
    caption = _claim(caption_id)
    if caption is None:
        return
    try:
        if caption.attempts > len(PAUSES) + 1:
            raise endpoint.NotDescribed("Describing it was interrupted again and again.")
        _describe(caption)
    except endpoint.NotNow as error:
        _wait(caption, error)
    except endpoint.NotDescribed as error:
        _settle(caption, FAILED, reason=error.sentence)
    except MemoryPluginError as error:
        _settle(caption, FAILED, reason=error.sentence)
    except pictures.Unreadable:
        _settle(caption, FAILED, reason="The picture cannot be read.")
    except Exception:
        logger.exception("An image could not be described")
        _settle(caption, FAILED, reason="memoryweb tripped over it; its log tells where.")
    except BaseException:  # the worker is told to end; the next one begins where this one did
        _requeue(caption, timezone.now(), attempts=caption.attempts - 1)
        raise
    else:
        Caption.objects.filter(pk=caption.pk, state=DESCRIBING).delete()


def still_replaceable(caption: Caption, text: str) -> str | None:
    """What stands before the description, the date, and stays; None where the text is not any more what may be replaced."""
    rest = dates.without_date(text, dates.date_at_head(text), or_nothing=True)
    if caption.replaces not in (services.digest(rest), services.digest(text)):
        return None
    return text[: len(text) - len(rest)]


def to_jpeg(content: bytes) -> bytes:
    """A thumbnail as what every endpoint can read: JPEG, upon white, no side longer than SIDE. Raises Unreadable."""
    try:
        with Image.open(BytesIO(content), formats=pictures.FORMATS) as opened:
            opened.thumbnail((SIDE, SIDE))
            picture = opened.convert("RGBA")
    except Exception as error:  # decoders trip in many ways
        raise pictures.Unreadable from error
    upon = Image.new("RGB", picture.size, "white")
    upon.paste(picture, mask=picture)
    output = BytesIO()
    upon.save(output, "JPEG", quality=85)
    return output.getvalue()


def _claim(caption_id: int) -> Caption | None:
    """The row, marked as being described; None where it is not due, or gone, or somebody else is at it.

    Should this process be killed meanwhile, the task that is queued here finds it when the time is over.
    """
    now = timezone.now()
    lost_at = now + timedelta(seconds=settings.CAPTION_SECONDS + MARGIN_SECONDS)
    due = Caption.objects.filter(pk=caption_id, state__in=[WAITING, DESCRIBING], due_at__lte=now)
    with transaction.atomic():
        if not due.update(state=DESCRIBING, attempts=F("attempts") + 1, due_at=lost_at, changed_at=now):
            return None
        task.using(run_after=lost_at).enqueue(caption_id)
    return Caption.objects.select_related("person").filter(pk=caption_id).first()


def _describe(caption: Caption) -> None:
    """Ask and write; nothing where the image is gone or its description is not the one that may be replaced."""
    if caption.person is None:
        raise endpoint.NotDescribed("Whoever added it has no account here any more.")
    client = connect(caption.person)
    if client.account != caption.account or _read(client, caption) is None:
        return
    said = endpoint.describe(to_jpeg(images.image_of(client, caption.memory_id, SIDE).content))
    now = _read(client, caption)
    if now is None:
        return
    memory, head = now
    lead = head if not head or head[-1].isspace() else f"{head} "
    try:
        curating.describe(client, caption.person, memory, lead + said)
    except (Conflict, Invalid, NotFound):  # a person was faster, or it says so already
        return


def _read(client: MemoryPluginClient, caption: Caption) -> tuple[Memory, str] | None:
    """The memory as it is now, and what of its text stays before the description; None where there is nothing to describe."""
    try:
        memory = client.get_memory(caption.memory_id)
    except NotFound:
        return None
    head = still_replaceable(caption, memory.text)
    return None if head is None or not memory.is_image else (memory, head)


def _wait(caption: Caption, error: endpoint.NotNow) -> None:
    """Try again after a pause, unless it was tried often enough."""
    if caption.attempts > len(PAUSES):
        _settle(caption, FAILED, reason=error.sentence)
        return
    pause = max(PAUSES[caption.attempts - 1], error.seconds or 0)
    _requeue(caption, timezone.now() + timedelta(seconds=pause), reason=error.sentence)


def _requeue(caption: Caption, due_at: datetime, **fields: object) -> None:
    with transaction.atomic():
        if _settle(caption, WAITING, due_at=due_at, **fields):
            task.using(run_after=due_at).enqueue(caption.pk)


def _settle(caption: Caption, state: str, **fields: object) -> int:
    """Write down what became of this attempt, unless the row was let go or begun anew meanwhile."""
    mine = Caption.objects.filter(pk=caption.pk, state=DESCRIBING, attempts=caption.attempts)
    return mine.update(state=state, changed_at=timezone.now(), **fields)
