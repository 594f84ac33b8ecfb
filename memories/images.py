"""The image of a memory, for the browser: fetched by this server, never by its signed address."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

from django.core.cache import caches
from PIL import Image as Picture

from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import BrokenAnswer, NotFound
from memoryweb.memoryplugin.types import Memory

from . import services

# The bytes decide, not what the service calls them; SVG, which can hold scripts, is not among them.
CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, slots=True)
class ShownImage:
    """An image fit to serve; width and height in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int


def image_of(client: MemoryPluginClient, memory_id: str) -> ShownImage:
    """The image of a memory. Raises NotFound for a text memory, and whatever fetching it raises.

    From a hosted service an address that has died is renewed once, and the image is kept for a day.
    """
    kept = None if client.is_embedded else caches["images"].get(_key(client, memory_id))
    if kept is not None:
        return kept
    memory = services.find(client, memory_id)
    try:
        image = _fetch(client, memory)
    except NotFound:
        if client.is_embedded:
            raise
        image = _fetch(client, services.look_through(client, memory_id))
    if not client.is_embedded:
        caches["images"].set(_key(client, memory_id), image)
        caches["default"].set(_key(client, memory_id), (image.width, image.height))
    return image


def sizes(client: MemoryPluginClient, memories: tuple[Memory, ...]) -> dict[str, tuple[int, int]]:
    """Width and height by memory id, of the images whose size is known: said by the service, or fetched before."""
    known = {memory.id: (memory.width, memory.height) for memory in memories if memory.width and memory.height}
    asked = {_key(client, memory.id): memory.id for memory in memories if memory.is_image and memory.id not in known}
    fetched = caches["default"].get_many(asked) if asked else {}
    return known | {asked[key]: size for key, size in fetched.items()}


def _fetch(client: MemoryPluginClient, memory: Memory) -> ShownImage:
    if not memory.image_url:
        raise NotFound("This memory has no image.")
    content = client.fetch_image(memory.image_url).content
    try:
        with Picture.open(BytesIO(content), formats=["PNG", "JPEG", "WEBP", "GIF"]) as picture:
            return ShownImage(content, CONTENT_TYPES[picture.format or ""], picture.width, picture.height)
    except Exception as error:  # whatever a decoder trips over, these bytes are no image to show
        raise BrokenAnswer("What the service sent is no image that can be shown.") from error


def _key(client: MemoryPluginClient, memory_id: str) -> str:
    return f"image:{client.account}:{hashlib.sha256(memory_id.encode()).hexdigest()}"
