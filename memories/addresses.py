"""The addresses of memories, for pages with many of them: `reverse` takes 20 µs, so it is asked once for each kind."""

from functools import cache

from django.urls import reverse

from .converters import MemoryIdConverter

_ANY = "any"
to_key = MemoryIdConverter().to_url  # a memory's id as it stands in addresses and in element ids


class Addresses:
    """Addresses of memories, by their ids."""

    def memory(self, memory_id: str) -> str:
        """The memory's own page."""
        return to_key(memory_id).join(_around_key("memory"))

    def text(self, memory_id: str) -> str:
        """Its whole text, as a fragment."""
        return to_key(memory_id).join(_around_key("text"))

    def why(self, memory_id: str) -> str:
        """Why it was found, as a fragment."""
        return to_key(memory_id).join(_around_key("why"))

    def edit(self, memory_id: str) -> str:
        """Its editor."""
        return to_key(memory_id).join(_around_key("edit"))

    def view(self, memory_id: str) -> str:
        """The viewer, showing its image."""
        return to_key(memory_id).join(_around_key("view"))

    def image(self, memory_id: str) -> str:
        """Its image."""
        return to_key(memory_id).join(_around_key("image"))


@cache
def _around_key(name: str) -> list[str]:
    return reverse(f"memories:{name}", args=[_ANY]).split(to_key(_ANY))
