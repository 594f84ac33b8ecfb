"""What the embedded server refuses, as exceptions that `endpoint.py` turns into JSON."""


class ApiError(Exception):
    """An answer other than 200: its status, one sentence that names the field and the remedy, further fields."""

    def __init__(self, status: int, sentence: str, **fields: object) -> None:
        self.status = status
        self.body = {"error": sentence} | fields
        super().__init__(sentence)


class Refused(ApiError):
    """400: what was sent cannot be accepted; nothing was changed."""

    def __init__(self, sentence: str) -> None:
        super().__init__(400, sentence)


class NotAllowed(ApiError):
    """403: the person's role does not allow it; nothing was changed."""

    def __init__(self, sentence: str, **fields: object) -> None:
        super().__init__(403, sentence, **fields)


class Missing(ApiError):
    """404: there is no such thing; nothing was changed."""

    def __init__(self, sentence: str, **fields: object) -> None:
        super().__init__(404, sentence, **fields)


class Conflict(ApiError):
    """409: it is no longer, or not yet, as it must be; nothing was changed."""

    def __init__(self, sentence: str, **fields: object) -> None:
        super().__init__(409, sentence, **fields)
