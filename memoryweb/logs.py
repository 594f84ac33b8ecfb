"""Log lines that tell where something failed without telling anyone's memories."""

import logging
import traceback
from types import TracebackType


class DiscreetFormatter(logging.Formatter):
    """Writes tracebacks with the kind of each exception and no message: messages may quote a text, a query or a token."""

    def formatException(self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]) -> str:  # noqa: N802  # logging's name
        """Called by logging."""
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            lines = [*traceback.format_tb(error.__traceback__), f"{type(error).__module__}.{type(error).__qualname__}", *lines]
            error = error.__cause__ or error.__context__
        return "\n".join(line.rstrip() for line in lines)
