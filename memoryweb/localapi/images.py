"""Image files: stored under the name of their content with thumbnails beside them, served under addresses that die."""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from memoryweb import pictures, words

from .errors import ApiError, Refused
from .models import Memory, TrashedMemory

LIFETIME_SECONDS = 4 * 3600  # of a signed address, as on the hosted service
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}
CONTENT_TYPES = {extension: content_type for content_type, extension in EXTENSIONS.items()}
MOST_FILE_NAME, MOST_EXTENSION = 200, 10  # characters
SAYS_NOTHING = {"image", "blob", "file", "unnamed", "untitled"}  # what programs call a picture that has no name
HAS_IMAGE = RawSQL("NOT (image = '')", (), output_field=BooleanField())  # as the index memory_image has it: else it is not used
_signer = signing.TimestampSigner(salt="memoryweb.localapi.image")


@dataclass(frozen=True)
class CleanImage:
    """A picture fit to store. `name` is where it belongs in the storage; sizes are in pixels, thumbnails by their width.

    `fingerprint` tells how it looks, see `pictures.clean`; `file_name` is what it was called where it came from.
    """

    name: str
    content: bytes
    width: int
    height: int
    thumbnails: dict[int, bytes] = field(default_factory=dict)
    fingerprint: bytes = b""
    file_name: str = ""


def clean(content: bytes, file_name: str = "") -> CleanImage:
    """Decode an upload by its bytes, whatever it calls itself, and encode it again without metadata; see `pictures.clean`.

    Raises Refused for what is no picture, and for one that is too large.
    """
    try:
        cleaned = pictures.clean(content)
    except pictures.Unreadable as error:
        raise Refused(f"image: {error.sentence}") from error
    digest = hashlib.sha256(cleaned.content).hexdigest()
    name = f"{digest[:2]}/{digest}.{EXTENSIONS[cleaned.content_type]}"
    return CleanImage(
        name, cleaned.content, cleaned.width, cleaned.height, cleaned.thumbnails, cleaned.fingerprint, called(file_name)
    )


def called(file_name: str) -> str:
    """A file's name as it is kept: without folders and what cannot be seen, at most 200 characters; empty when it says nothing."""
    base = unicodedata.normalize("NFC", file_name).replace("\\", "/").rpartition("/")[2]
    base = " ".join("".join(letter for letter in base if letter.isprintable() or letter.isspace()).split())
    stem, dot, extension = base.rpartition(".")
    stem, dot, extension = (stem, dot, extension) if dot and len(extension) <= MOST_EXTENSION else (base, "", "")
    if stem.casefold() in SAYS_NOTHING or not words.words(stem):
        return ""
    return stem[: MOST_FILE_NAME - len(dot + extension)] + dot + extension


def digest(name: str) -> str:
    """The SHA-256 of the content of the file with this name, in hex."""
    return name.rpartition("/")[2].partition(".")[0]


def store(image: CleanImage) -> None:
    """Write the file and its thumbnails, unless the same content is there already."""
    if _is_whole(image.name, len(image.content)):
        return
    for width, content in image.thumbnails.items():
        default_storage.save(_thumbnail_name(image.name, width), ContentFile(content))
    default_storage.save(image.name, ContentFile(image.content))  # the last one: where it is whole, so are the others


def fingerprint(name: str) -> bytes:
    """How the picture with this name looks, see `pictures.fingerprint`; empty where the file is missing or broken."""
    try:
        return pictures.fingerprint(_thumbnail(name, pictures.WIDTHS[0]))
    except (FileNotFoundError, pictures.Unreadable):
        return b""


def discard(name: str) -> None:
    """Remove a file and its thumbnails."""
    for each in (name, *(_thumbnail_name(name, width) for width in pictures.WIDTHS)):
        default_storage.delete(each)


def discard_unused(names: Iterable[str]) -> None:
    """Remove the files that no memory has, in the trash or out of it.

    To be called in a transaction, so that none is being added meanwhile with one of them.
    """
    unused = set(names)
    for kind in (Memory, TrashedMemory):
        unused -= set(kind.objects.filter(HAS_IMAGE, image__in=unused).values_list("image", flat=True))
    for name in unused:
        discard(name)


@contextmanager
def no_orphans(images: Iterable[CleanImage]) -> Iterator[None]:
    """Where what is done inside fails, the files that were stored for it go again."""
    try:
        yield
    except BaseException:
        with suppress(Exception):  # what failed is what is told
            discard_unused({image.name for image in images})
        raise


def sign(name: str) -> str:
    """The part of an address that gives the image for the next four hours."""
    return _signer.sign(name)


def open_signed(signed: str, width: int | None = None) -> tuple[bytes, str]:
    """Content and content type behind `sign`; with `width`, one of pictures.WIDTHS, of the thumbnail.

    Raises a 403 when the address has expired or was made up, a 404 without a file.
    """
    try:
        name = _signer.unsign(signed, max_age=LIFETIME_SECONDS)
    except signing.BadSignature:
        raise ApiError(403, "This image address has expired. Ask the API for the memory again.") from None
    try:
        if width:
            return _thumbnail(name, width), CONTENT_TYPES["webp"]
        return _read(name), CONTENT_TYPES[name.rpartition(".")[2]]
    except FileNotFoundError:
        raise ApiError(404, "The image's file is missing.") from None


def _thumbnail(name: str, width: int) -> bytes:
    """The thumbnail; made now where the image was stored before there were any. Raises FileNotFoundError without the image."""
    with suppress(FileNotFoundError):
        return _read(_thumbnail_name(name, width))
    original = _read(name)
    width = pictures.width_of(pictures.about(original).width, width)
    with suppress(FileNotFoundError):  # a narrow image has no wider ones
        return _read(_thumbnail_name(name, width))
    content = pictures.thumbnail(original, width)
    default_storage.save(_thumbnail_name(name, width), ContentFile(content))
    if not default_storage.exists(name):  # purged meanwhile
        discard(name)
    return content


def _thumbnail_name(name: str, width: int) -> str:
    return f"{name.rpartition('.')[0]}.{width}.webp"


def _is_whole(name: str, size: int) -> bool:
    """Whether a file is there with all its bytes: a process that was killed may have left some."""
    try:
        return default_storage.size(name) == size
    except FileNotFoundError:
        return False


def _read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()
