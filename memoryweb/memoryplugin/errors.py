"""What can go wrong with the memory service, as exceptions that know what to tell the person.

    MemoryPluginError
    ├── Unreachable      nobody answers at that address
    ├── TimedOut         it did not answer completely within the deadline
    ├── RefusedToken     401: the token is missing, wrong or withdrawn
    │   └── UnreadableToken  the token that is saved cannot be decrypted, so nothing was sent
    ├── Forbidden        403: the token is good, but not for this
    │   └── NotAllowed   the person's role here does not allow it
    ├── NotFound         404 and 410: there is no such memory, bucket or operation
    ├── Unsupported      405 and 501: this service does not offer the operation
    ├── Conflict         409: it is not, or no longer, as the call expected; nothing was changed
    ├── Invalid          400, 413, 422: the service does not accept what was sent
    ├── Limited          429: too many calls; `retry_after` says when to come back, in seconds
    ├── BrokenAnswer     it answered with something that is not the contract's
    │   ├── Moved        it leads on to another address, to which no token goes
    │   └── OutOfBounds  its name leads where the token may not be sent
    └── ServerError      5xx: the service failed

No exception carries the token, the address with its query, or a memory's text.
"""


class MemoryPluginError(Exception):
    """The service could not do what was asked.

    `title` and `sentence` are for the person; `status` is what our own page answers with; `retry` says whether the
    same call may succeed later, `is_outage` whether the service as a whole is of no use now. `outcome_unknown` is true for a
    write that was sent and may have happened.
    """

    title = "The memory service could not do that"
    status = 502
    retry = True
    is_outage = True

    def __init__(self, sentence: str = "", *, outcome_unknown: bool = False) -> None:
        self.sentence = sentence or self.default_sentence
        self.outcome_unknown = outcome_unknown
        super().__init__(self.sentence)

    default_sentence = "The memory service could not do what was asked. Try again in a moment."


class Unreachable(MemoryPluginError):
    """No connection: the name does not resolve, nothing listens, or the network is down."""

    title = "The memory service does not answer"
    status = 503
    default_sentence = "No connection to the memory service could be made. Check the network, then try again."


class TimedOut(MemoryPluginError):
    """The call's deadline passed, whether nothing came or too little."""

    title = "The memory service takes too long"
    status = 504
    default_sentence = "The memory service did not answer in time. Try again in a moment."


class RefusedToken(MemoryPluginError):
    """401. What it says depends on who asks, so whoever makes the client may give a title too."""

    title = "The service refused the token"
    retry = False
    default_sentence = (
        "The memory service answered, but does not accept the token. It may have been replaced or withdrawn: "
        "put a valid one into MEMORYPLUGIN_TOKEN and start memoryweb again."
    )

    def __init__(self, sentence: str = "", *, title: str = "") -> None:
        self.title = title or self.title
        super().__init__(sentence)


class UnreadableToken(RefusedToken):
    """The saved token is encrypted with another key."""

    title = "The saved token cannot be read"
    status = 503
    default_sentence = "The token that was saved is encrypted with a key that memoryweb does not have now."


class Forbidden(MemoryPluginError):
    """403."""

    title = "The service does not allow this"
    retry = False
    is_outage = False
    default_sentence = "The memory service accepts the token, but does not allow this with it."


class NotAllowed(Forbidden):
    """Not the service but the person's role here does not allow it; the sentence names who can help."""

    title = "You may not do that"
    status = 403
    default_sentence = "Ask an owner of this memoryweb."


class NotFound(MemoryPluginError):
    """404 and 410. `rejected_ids` are the memories that are not there, where the service names them."""

    title = "That is not there"
    status = 404
    retry = False
    is_outage = False
    default_sentence = "The memory service has no such memory or bucket. It may have been deleted."

    def __init__(self, sentence: str = "", *, rejected_ids: tuple[str, ...] = ()) -> None:
        self.rejected_ids = rejected_ids
        super().__init__(sentence)


class Unsupported(MemoryPluginError):
    """405 and 501."""

    title = "The service does not offer this"
    status = 501
    retry = False
    is_outage = False
    default_sentence = "The memory service does not offer this."


class Conflict(MemoryPluginError):
    """409; `version` is the one that the memory has, None where the service does not say."""

    title = "It has changed meanwhile"
    status = 409
    retry = False
    is_outage = False
    default_sentence = "What was to be changed has been changed meanwhile, so it was left as it is."

    def __init__(self, sentence: str = "", *, version: int | None = None) -> None:
        self.version = version
        super().__init__(sentence)


class Invalid(MemoryPluginError):
    """400, 413 and 422; the sentence is the service's own where it gives one."""

    title = "The service did not accept this"
    status = 422
    retry = False
    is_outage = False
    default_sentence = "The memory service did not accept what was sent."


class Limited(MemoryPluginError):
    """429; `retry_after` is in seconds, None where the service does not say."""

    title = "Too many calls for now"
    status = 503
    is_outage = False

    def __init__(self, retry_after: int | None = None) -> None:
        self.retry_after = retry_after
        wait = f"Try again in {_duration(retry_after)}." if retry_after else "Try again in a minute."
        super().__init__(f"The memory service limits how often it may be asked, and the limit is reached. {wait}")


class BrokenAnswer(MemoryPluginError):
    """Not JSON, not the contract's shape, or over the size limit."""

    title = "The memory service gave an answer that cannot be read"
    default_sentence = (
        "What the memory service answered cannot be read. Try again later; if that does not help, an owner can check its "
        "address on the page “Connection”."
    )


class Moved(BrokenAnswer):
    """3xx."""

    default_sentence = (
        "The memory service's address leads on to another one, and the token is not sent there. An owner can name the right one "
        "on the page “Connection”."
    )


class OutOfBounds(BrokenAnswer):
    """The name led to an IP address that the token may not be sent to; nothing was."""

    title = "The memory service's address is not one to ask"
    retry = False
    default_sentence = (
        "The memory service's name leads to an address inside a network now, and the token is not sent there. An owner can name "
        "another service on the page “Connection”."
    )


class ServerError(MemoryPluginError):
    """5xx."""

    title = "The memory service has a problem"
    default_sentence = "The memory service reports an error of its own. Try again in a moment."


def _duration(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 90 else f"{round(minutes / 60)} hours"
