"""The image of a memory, for the browser: fetched by this server, never by its signed address; small ones made or asked for."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.core.cache import caches

from memoryweb import pictures
from memoryweb.filecache import FileCache
from memoryweb.history import seen
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import BrokenAnswer, NotFound
from memoryweb.memoryplugin.types import Memory

from . import services

KNOWN_SECONDS = 30 * 24 * 3600  # size and digest of a hosted image
DIGEST_CHARACTERS = 12  # of a digest in an address: enough to tell the pictures that one memory can have apart
# In rem, as the style sheet has them: how wide the text is, how tall an image is in the list (.shot), and about how tall they are
# in a gallery (.gallery), once its rows are filled, on a phone and elsewhere.
COLUMN, TALLEST, TALL_ON_PHONE, TALL = 34, 12.5, 9.5, 13.5
LEAST_RATIO, MOST_RATIO = 0.5, 2.4  # width by height, of a frame in a gallery; what is longer is cropped there
SMALL = 108  # pixels: less of a frame's height is drawn more than twice as large as it is
SHARP = 1.4  # browsers take up to so much too small a thumbnail for sharp enough, which writing in it is not


@dataclass(frozen=True, slots=True)
class ShownImage:
    """An image fit to serve. `digest` is the SHA-256, in hex, of the original, also for a thumbnail of it."""

    content: bytes
    content_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an image before it is fetched: size in pixels, and the SHA-256 of its bytes in hex."""

    width: int
    height: int
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Variants:
    """What an `<img>` needs. Without `width` and `height` (nobody knows them yet) it needs a fixed frame, and `srcset` is empty."""

    src: str
    srcset: str = ""
    sizes: str = ""
    width: int | None = None
    height: int | None = None
    original: str = ""


def in_list(ratio: float) -> str:
    """What `sizes` says of an image in the list, `ratio` being its width by its height."""
    return f"(min-width: 40rem) {min(COLUMN, TALLEST * ratio):.4g}rem, 100vw"


def in_panel(ratio: float) -> str:
    """What `sizes` says where it may fill the column."""
    return f"(min-width: 40rem) {COLUMN}rem, 100vw"


def in_gallery(ratio: float) -> str:
    """What `sizes` says in a gallery. A screen of many pixels gets a thumbnail that is no smaller than the image is on it."""
    drawn = max(ratio, LEAST_RATIO)
    phone, sharp, plain = (f"{drawn * tall:.3g}rem" for tall in (TALL_ON_PHONE, TALL * SHARP, TALL))
    return f"(max-width: 40rem) {phone}, (min-resolution: 1.5dppx) {sharp}, {plain}"


def frame(known: Known | None) -> str:
    """The classes of an image's frame in a gallery: of the nearest ratio, `r-05` to `r-24`; 3:2 while nobody knows its size.

    `is-small` says that filling the frame would draw the image much larger than it is.
    """
    ratio = min(max(known.width / known.height, LEAST_RATIO), MOST_RATIO) if known else 1.5
    is_small = known and min(known.width / ratio, known.height) < SMALL
    return f"r-{round(10 * ratio):02}{' is-small' if is_small else ''}"


def variants(url: str, known: Known | None, where: Callable[[float], str] = in_list) -> Variants:
    """The addresses of an image memory, `url` being that of its image. Where the digest is known, they may be kept for good.

    `where` it is shown says how wide it is there: in_list, in_panel or in_gallery.
    """
    if known is None:
        return Variants(f"{url}?w={pictures.WIDTHS[1]}", original=url)
    version = _version(known)
    widths = sorted({pictures.width_of(known.width, wanted) for wanted in pictures.WIDTHS})
    small = {width: f"{url}?w={width}{'&' * bool(version)}{version}" for width in widths}
    described = [f"{address} {min(width, known.width)}w" for width, address in small.items()]
    return Variants(
        src=small[pictures.width_of(known.width, pictures.WIDTHS[1])],
        srcset=", ".join(described) if len(described) > 1 else "",
        sizes=where(known.width / known.height) if len(described) > 1 else "",
        width=known.width,
        height=known.height,
        original=f"{url}?{version}" if version else url,
    )


def large(url: str, known: Known | None) -> Variants:
    """What the viewer shows: the original, or while that is larger than the window needs, the largest thumbnail of it."""
    widest = pictures.WIDTHS[-1]
    if known is None:
        return Variants(f"{url}?w={widest}", original=url)
    version = _version(known)
    original = f"{url}?{version}" if version else url
    if known.width <= widest:  # an animation moves then
        return Variants(original, width=known.width, height=known.height, original=original)
    small = f"{url}?w={widest}{'&' * bool(version)}{version}"
    return Variants(
        src=small,
        srcset=f"{small} {widest}w, {original} {known.width}w",
        sizes=f"min(100vw, {100 * known.width / known.height:.4g}vh)",
        width=known.width,
        height=known.height,
        original=original,
    )


def _version(known: Known) -> str:
    """The part of an address that names the content, empty where nobody knows its digest."""
    return f"v={known.digest[:DIGEST_CHARACTERS]}" if known.digest else ""


def known(client: MemoryPluginClient, memories: tuple[Memory, ...]) -> dict[str, Known]:
    """What is known of the memories' images, by memory id: said by the service, or learnt when they were fetched."""
    told = {
        memory.id: Known(memory.width, memory.height, memory.image_digest or "")
        for memory in memories
        if memory.width and memory.height
    }
    asked = {_key(client, memory.id): memory.id for memory in memories if memory.is_image and memory.id not in told}
    learnt = caches["default"].get_many(asked) if asked else {}
    return told | {asked[key]: Known(*value) for key, value in learnt.items()}


def image_of(client: MemoryPluginClient, memory_id: str, width: int | None = None) -> ShownImage:
    """The image of a memory, or its thumbnail: `width` is one of pictures.WIDTHS.

    Raises NotFound for a text, and whatever fetching raises. From a hosted service an address that has died is renewed once;
    its images are kept on disk, and so are the thumbnails, which are made here.
    """
    if client.is_embedded:
        memory = services.find(client, memory_id)
        answer = client.fetch_image(_address(memory), width=width)
        return ShownImage(answer.content, answer.content_type, memory.image_digest or "")
    if seen.chooses(client):
        services.find(client, memory_id)  # what is kept is everybody's
    key = _key(client, memory_id)
    if width and (small := _cache().get(f"{key} {width}")):
        digest, _, content = small.partition(b"\n")
        return ShownImage(content, "image/webp", digest.decode())
    original = _original(_cache().get(key) or _fetched(client, memory_id))
    if not width:
        return original
    try:
        content = pictures.thumbnail(original.content, width)
    except pictures.Unreadable:  # too large to be decoded here; the browser may know better
        return original
    _cache().set(f"{key} {width}", original.digest.encode() + b"\n" + content)
    return ShownImage(content, "image/webp", original.digest)


def _fetched(client: MemoryPluginClient, memory_id: str) -> bytes:
    """A hosted image's bytes, which are an image's; they are kept, and its size and digest are known from now on."""
    memory = services.find(client, memory_id)
    try:
        content = client.fetch_image(_address(memory)).content
    except NotFound:
        content = client.fetch_image(_address(services.look_through(client, memory_id))).content
    about = _about(content)
    key, learnt = _key(client, memory_id), (about.width, about.height, hashlib.sha256(content).hexdigest())
    caches["default"].set(key, learnt, KNOWN_SECONDS)
    _cache().set(key, content)
    return content


def _original(content: bytes) -> ShownImage:
    """The bytes decide, not what the service calls them; SVG, which can hold scripts, is not among what may be shown."""
    return ShownImage(content, _about(content).content_type, hashlib.sha256(content).hexdigest())


def _about(content: bytes) -> pictures.About:
    try:
        return pictures.about(content)
    except pictures.Unreadable as error:
        raise BrokenAnswer("What the service sent is no image that can be shown.") from error


def _address(memory: Memory) -> str:
    if not memory.image_url:
        raise NotFound("This memory has no image.")
    return memory.image_url


def _cache() -> FileCache:
    return _cache_in(settings.IMAGE_CACHE, settings.IMAGE_CACHE_BYTES)


_cache_in = cache(FileCache)


def _key(client: MemoryPluginClient, memory_id: str) -> str:
    return f"image:{client.account}:{hashlib.sha256(memory_id.encode()).hexdigest()}"
