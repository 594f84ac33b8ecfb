"""Memory ids in our own addresses: a hosted id may hold any character, so it stands there as base64url."""

import base64
import binascii


class MemoryIdConverter:
    """`<memory_id:memory_id>` in a path: base64url without padding, to and from the API's id."""

    regex = "[A-Za-z0-9_-]+"

    def to_python(self, value: str) -> str:
        """The id; a ValueError, which Django answers with 404, unless `to_url` gives this very spelling."""
        try:
            memory_id = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ValueError("not base64url") from error
        if self.to_url(memory_id) != value:
            raise ValueError("another spelling of the same id")
        return memory_id

    def to_url(self, memory_id: str) -> str:
        """The id's part of a path."""
        return base64.urlsafe_b64encode(memory_id.encode()).decode().rstrip("=")
