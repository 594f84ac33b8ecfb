"""Image files: taken in safely, stored under the name of their content, served under addresses that die."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from .errors import ApiError, Refused

MOST_BYTES = 10_000_000
MOST_PIXELS = 40_000_000  # over all frames
LIFETIME_SECONDS = 4 * 3600  # of a signed address, as on the hosted service
FORMATS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif"}
CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}
_signer = signing.TimestampSigner(salt="memoryweb.localapi.image")


@dataclass(frozen=True)
class CleanImage:
    """A decoded and re-encoded image. `name` is where it belongs in the storage; sizes are in pixels."""

    name: str
    content: bytes
    width: int
    height: int


def clean(content: bytes) -> CleanImage:
    """Decode an upload by its bytes, whatever it calls itself, and encode it again without metadata.

    Orientation is applied first, and animation is kept. Raises Refused for anything but PNG, JPEG, WebP and GIF, and for
    images over 10 MB or 40 megapixels.
    """
    if len(content) > MOST_BYTES:
        raise Refused("image: the file is larger than 10 MB. Send a smaller one.")
    try:
        with Image.open(BytesIO(content), formats=list(FORMATS)) as opened:
            frames = getattr(opened, "n_frames", 1)
            if opened.width * opened.height * frames > MOST_PIXELS:
                raise Refused("image: the picture has more than 40 megapixels. Send a smaller one.")
            image_format = opened.format if opened.format in FORMATS else "JPEG"  # "MPO": a JPEG with more behind it
            output, size = _encode(opened, image_format, 1 if image_format == "JPEG" else frames)
    except Refused:
        raise
    except Exception as error:  # decoders trip in many ways over a broken file; in each the file is what is wrong
        raise Refused("image: this is no readable PNG, JPEG, WebP or GIF picture.") from error
    digest = hashlib.sha256(output).hexdigest()
    return CleanImage(f"{digest[:2]}/{digest}.{FORMATS[image_format]}", output, *size)


def _encode(opened: Image.Image, image_format: str, frames: int) -> tuple[bytes, tuple[int, int]]:
    options: dict[str, object] = {"quality": 90} if image_format in ("JPEG", "WEBP") else {}
    durations, pictures = [], []
    for number in range(frames):
        opened.seek(number)
        opened.load()
        durations.append(opened.info.get("duration", 100))
        pictures.append(_bare(ImageOps.exif_transpose(opened), image_format))
    if frames > 1:
        options |= {"save_all": True, "append_images": pictures[1:], "duration": durations, "loop": opened.info.get("loop", 0)}
    output = BytesIO()
    pictures[0].save(output, image_format, **options)
    return output.getvalue(), pictures[0].size


def _bare(picture: Image.Image, image_format: str) -> Image.Image:
    """The pixels alone, in a mode that the format can hold and that needs nothing from the metadata."""
    if picture.mode.startswith("I"):  # 16 bits of grey; `convert` alone would make white of what is above 255
        picture = picture.convert("I").point(lambda level: level / 257).convert("L")
    if image_format == "JPEG":
        bare = picture.convert("L" if picture.mode == "L" else "RGB")
    elif picture.mode in ("L", "RGB", "RGBA", "LA"):
        bare = picture.convert("RGBA") if "transparency" in picture.info else picture.copy()
    else:
        bare = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    bare.info.clear()
    return bare


def store(image: CleanImage) -> None:
    """Write the file, unless the same content is there already."""
    if not default_storage.exists(image.name):
        default_storage.save(image.name, ContentFile(image.content))


def discard(name: str) -> None:
    """Remove a file that no memory needs any more."""
    default_storage.delete(name)


def sign(name: str) -> str:
    """The part of an address that gives the image for the next four hours."""
    return _signer.sign(name)


def open_signed(signed: str) -> tuple[bytes, str]:
    """Content and content type behind `sign`; raises a 403 when it has expired or was made up, a 404 without a file."""
    try:
        name = _signer.unsign(signed, max_age=LIFETIME_SECONDS)
    except signing.BadSignature:
        raise ApiError(403, "This image address has expired. Ask the API for the memory again.") from None
    try:
        with default_storage.open(name) as file:
            return file.read(), CONTENT_TYPES[name.rpartition(".")[2]]
    except FileNotFoundError:
        raise ApiError(404, "The image's file is missing.") from None
