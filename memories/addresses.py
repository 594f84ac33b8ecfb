"""The addresses of memories, for pages with many of them: `reverse` takes 20 µs, so it is asked once for each kind."""

from functools import cached_property

from django.urls import reverse

from .converters import MemoryIdConverter

_ANY = "any"
to_key = MemoryIdConverter().to_url  # a memory's id as it stands in addresses and in element ids


class Addresses:
    """Addresses of memories, by their ids, while one page is being made."""

    def memory(self, memory_id: str) -> str:
        """The memory's own page."""
        return to_key(memory_id).join(self._memory)

    def text(self, memory_id: str) -> str:
        """Its whole text, as a fragment."""
        return to_key(memory_id).join(self._text)

    def why(self, memory_id: str) -> str:
        """Why it was found, as a fragment."""
        return to_key(memory_id).join(self._why)

    def image(self, memory_id: str) -> str:
        """Its image."""
        return to_key(memory_id).join(self._image)

    @cached_property
    def _memory(self) -> list[str]:
        return reverse("memories:memory", args=[_ANY]).split(to_key(_ANY))

    @cached_property
    def _text(self) -> list[str]:
        return reverse("memories:text", args=[_ANY]).split(to_key(_ANY))

    @cached_property
    def _why(self) -> list[str]:
        return reverse("memories:why", args=[_ANY]).split(to_key(_ANY))

    @cached_property
    def _image(self) -> list[str]:
        return reverse("memories:image", args=[_ANY]).split(to_key(_ANY))
