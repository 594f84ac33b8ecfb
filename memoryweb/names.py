"""Names as people see them: what turns the words beside it, or is not seen at all, is shown as a sign of its own."""

import re

# Marks, embeddings, overrides and isolates of the direction of writing; what has no width; letters that look like nothing. Not
# those that belong to letters and pictures: the joiners, and the tags that make a flag of a black one.
_UNSEEN = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007f]+)|[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")
UNSEEN = "\ufffd"


def visible(name: str) -> str:
    """The name with a sign for each character that hides or turns something, so that two names that differ look different."""
    return name if name.isascii() else _UNSEEN.sub(lambda found: found[1] or UNSEEN, name)


def in_sentence(name: str) -> str:
    """The same among other words, whose order it leaves alone although it is written from right to left."""
    name = visible(name)
    return f"\u2068{name}\u2069" if _RIGHT_TO_LEFT.search(name) else name
