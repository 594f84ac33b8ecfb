"""Pictures that somebody sent: read by their bytes alone, bared of all but their pixels, made smaller.

Both the embedded server and the pages use this. What Pillow may open is FORMATS; how much it may decode is bounded before it does.
"""

import ctypes
import os
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from io import BytesIO
from typing import ParamSpec, TypeVar

from PIL import Image

from . import fingerprints

MOST_BYTES = 10_000_000
MOST_PIXELS = 40_000_000  # over all frames
MOST_FRAME_PIXELS = {"WEBP": 20_000_000, "GIF": 24_000_000}  # to decode or encode these takes several times the memory of others
MOST_FRAMES = 1_000
MOST_SCANS = 100  # of a progressive JPEG; each goes over all pixels and may take no more than a few bytes
WIDTHS = (320, 640, 1280)  # of thumbnails, in pixels
TALLEST = 16_383  # that a WebP may be
CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
FORMATS = tuple(CONTENT_TYPES)
UPRIGHT = {  # by EXIF's orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
QUALITIES = (90, 80, 65, 50)  # of what loses pixels' detail; the first that keeps to MOST_BYTES
_ORIENTATION = 0x0112
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")  # of a JPEG; the others stand within its data
_decoding = threading.Lock()
_c = ctypes.CDLL(None) if os.name == "posix" else None
_give_back: Callable[[int], object] = getattr(_c, "malloc_trim", int)  # of glibc alone; `int` does nothing
_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")

# Pillow itself refuses twice this, also in a frame that goes beyond the first one's size. What lies between is only described here.
Image.MAX_IMAGE_PIXELS = 2 * MOST_PIXELS
warnings.simplefilter("ignore", Image.DecompressionBombWarning)


class Unreadable(Exception):
    """These bytes are no picture that can be taken; `sentence` says why."""

    def __init__(self, sentence: str = "this is no readable PNG, JPEG, WebP or GIF picture.") -> None:
        self.sentence = sentence
        super().__init__(sentence)


class TooLarge(Unreadable):
    """More bytes, pixels or frames than are decoded."""


@dataclass(frozen=True, slots=True)
class About:
    """What a picture's head says: content type, and size in pixels."""

    content_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A picture that was decoded and encoded again, its size in pixels, its thumbnails by their width, and how it looks."""

    content_type: str
    content: bytes
    width: int
    height: int
    thumbnails: dict[int, bytes]
    fingerprint: bytes


def _one_at_a_time(work: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """Of what decodes pictures: 40 megapixels are 160 MB, and threads that decode together would add up.

    So would what each keeps of them for the next time, up to 64 MB in glibc; that is given back.
    """

    @wraps(work)
    def alone(*args: _Given.args, **options: _Given.kwargs) -> _Made:
        with _decoding:
            try:
                return work(*args, **options)
            finally:
                _give_back(0)

    return alone


def about(content: bytes) -> About:
    """What the head says; the pixels are not decoded. Raises Unreadable."""
    with _opened(content) as opened:
        return About(CONTENT_TYPES[_format(opened)], opened.width, opened.height)


@_one_at_a_time
def clean(content: bytes) -> Cleaned:
    """Decode a picture and encode it in the same format, without metadata and whatever else was in or behind the file.

    Orientation is applied first, and animation is kept. Raises Unreadable; TooLarge beyond MOST_BYTES, MOST_PIXELS and MOST_FRAMES.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge("the file is larger than 10 MB. Choose a smaller one.")
    with _opened(content) as opened:
        image_format = _format(opened)
        frames, durations = _frames(opened, image_format)
        loop = opened.info.get("loop")
        opened.close()  # frees its pixels
        output = _encoded(frames, durations, image_format, loop)
        del frames[1:]
        width, height = frames[0].size
        thumbnails, smallest = _thumbnails(frames)
        return Cleaned(CONTENT_TYPES[image_format], output, width, height, thumbnails, fingerprints.of(smallest))


@_one_at_a_time
def thumbnail(content: bytes, width: int) -> bytes:
    """The picture's first frame as a WebP, `width` pixels wide or, where it is narrower, as wide as it is.

    Raises Unreadable, and TooLarge beyond MOST_PIXELS.
    """
    with _opened(content) as opened:
        _check(opened, 1)
        if _orientation(opened) not in UPRIGHT:  # a JPEG is decoded at about the size that is needed
            opened.draft(None, (2 * width, max(1, 2 * width * opened.height // opened.width)))
        return _small(_bare(opened, "WEBP"), width)[0]


@_one_at_a_time
def fingerprint(content: bytes) -> bytes:
    """How the picture's first frame looks, see `fingerprints.of`. Raises Unreadable, and TooLarge beyond MOST_PIXELS."""
    with _opened(content) as opened:
        _check(opened, 1)
        return fingerprints.of(_bare(opened, "WEBP"))


def width_of(width: int, wanted: int) -> int:
    """Of a picture so wide, which of WIDTHS is the thumbnail for `wanted`, one of them: larger ones would all be the same."""
    return next((each for each in WIDTHS if each >= min(width, wanted)), wanted)


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if _format(opened) == "JPEG" and _scans(content) > MOST_SCANS:
                raise TooLarge("the picture is a progressive JPEG of too many steps. Save it as a plain one.")
            yield opened
    except Unreadable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception as error:  # decoders trip in many ways over a broken file; in each the file is what is wrong
        raise Unreadable from error


def _too_many_pixels(most: int = MOST_PIXELS) -> TooLarge:
    return TooLarge(f"the picture has more than {most // 1_000_000} megapixels. Choose a smaller one.")


def _format(opened: Image.Image) -> str:
    return opened.format if opened.format in FORMATS else "JPEG"  # "MPO": a JPEG with more behind it


def _check(opened: Image.Image, frames: int) -> None:
    pixels = opened.width * opened.height
    if pixels * frames > MOST_PIXELS:
        raise _too_many_pixels()
    if pixels > (most := MOST_FRAME_PIXELS.get(opened.format or "", MOST_PIXELS)):
        raise _too_many_pixels(most)
    if frames > MOST_FRAMES:
        raise TooLarge(f"the picture has more than {MOST_FRAMES:,} frames. Send a shorter one.")


def _scans(jpeg: bytes) -> int:
    """How many times the data goes over the pixels, up to the end of the first picture."""
    scans, position = 0, 2
    while (marker := _MARKER.search(jpeg, position)) and marker[1] != b"\xd9":
        scans += marker[1] == b"\xda"
        position = marker.end() + int.from_bytes(jpeg[marker.end() : marker.end() + 2])
    return scans


def _frames(opened: Image.Image, image_format: str) -> tuple[list[Image.Image], list[int]]:
    """The frames, bare, and how long each is shown in milliseconds; each is checked before it is decoded."""
    # Of an MPO, which is a JPEG, the further frames are previews. A GIF would have to be read to its end to be counted.
    count = {"JPEG": 1, "GIF": None}.get(image_format, getattr(opened, "n_frames", 1))
    _check(opened, count or 1)
    frames: list[Image.Image] = []
    durations: list[int] = []
    while len(frames) != count:
        try:
            opened.seek(len(frames))
        except EOFError:
            break
        _check(opened, len(frames) + 1)
        frames.append(_bare(opened, image_format))
        durations.append(round(opened.info.get("duration", 100)))
    return frames, durations


def _orientation(opened: Image.Image) -> int | None:
    try:
        return opened.getexif().get(_ORIENTATION)
    except Exception:  # noqa: BLE001  # a photo may be good and what is said of it broken
        return None


def _bare(opened: Image.Image, image_format: str) -> Image.Image:
    """The pixels alone, upright, in a mode that the format can hold and that needs nothing from the metadata."""
    opened.load()
    method = UPRIGHT.get(_orientation(opened) or 1)
    bare = _plain(opened.transpose(method) if method else opened, image_format)
    bare = bare.copy() if bare is opened else bare
    bare.info.clear()
    return bare


def _plain(picture: Image.Image, image_format: str) -> Image.Image:
    """The picture itself where its mode will do; copies of large ones cost too much memory."""
    if picture.mode.startswith("I"):  # 16 bits of grey; `convert` alone would make white of what is above 255
        picture = picture.point(lambda level: level / 257).convert("L")
    if image_format == "JPEG":
        return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    if picture.mode in ("L", "RGB", "RGBA", "LA") and "transparency" not in picture.info:
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _encoded(frames: list[Image.Image], durations: list[int], image_format: str, loop: int | None) -> bytes:
    options: dict[str, object] = {"method": 2} if image_format == "WEBP" else {}  # the next better one takes three times as long
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": frames[1:], "duration": durations}
        options |= {} if loop is None else {"loop": loop}
        if frames[0].mode in ("RGBA", "LA"):  # so that a frame does not show through what the next one leaves clear
            options |= {"GIF": {"disposal": 2}, "WEBP": {"kmin": 0, "kmax": 1}}.get(image_format, {})
    for quality in QUALITIES if image_format in ("JPEG", "WEBP") else (None,):
        output = BytesIO()
        frames[0].save(output, image_format, **options | ({"quality": quality} if quality else {}))
        if output.tell() <= MOST_BYTES:
            return output.getvalue()
    raise TooLarge("the picture, written anew without its metadata, is larger than 10 MB. Choose a smaller one.")


def _thumbnails(frames: list[Image.Image]) -> tuple[dict[int, bytes], Image.Image]:
    """Those of WIDTHS that differ, and the smallest one's pixels; each is made from the one before, the largest first."""
    picture = frames.pop()
    full = picture.width
    made: dict[int, bytes] = {}
    for width in sorted({width_of(full, wanted) for wanted in WIDTHS}, reverse=True):
        made[width], picture = _small(picture, width)
    return made, picture


def _small(picture: Image.Image, width: int) -> tuple[bytes, Image.Image]:
    """A thumbnail as a file, and its pixels."""
    scale = min(1, width / picture.width, TALLEST / picture.height)
    if scale < 1:
        size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=1.5)  # 2 takes a large photo twice as long
    output = BytesIO()
    picture.save(output, "WEBP", quality=75, method=4 if width < WIDTHS[-1] else 2)  # 4 takes the widest twice as long
    return output.getvalue(), picture
