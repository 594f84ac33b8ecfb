"""A memory's text as HTML: Markdown, made safe."""

import re
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Images would be fetched from elsewhere; their Markdown is read as a link. One heading level fits a memory in a list.
_parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True}).enable(["table", "strikethrough", "linkify"])
_parser.disable("image")
_TAGS = {
    "p", "br", "strong", "em", "s", "a", "code", "pre", "blockquote", "ul", "ol", "li", "hr",
    "h3", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_HEADINGS = {f"h{level}": "h3" for level in range(1, 7)}
# A line that no rule of Markdown makes anything of: no sign that one begins with, and no dot or colon that may be an address's.
_SENTENCES = re.compile(r"""[^\W\d_](?:[^\W_]|[ ,;!?'"()%+/–—-](?!/)|[.:](?=[ "')]|$))*""")


@lru_cache(maxsize=2048)
def render(text: str) -> SafeString:
    """Safe HTML of `text`. Links leave without a referrer; no attribute but `href` (and a list's start) survives.

    Sanitised after rendering, so that nothing depends on the parser: a stored `hx-get` would be run by htmx with the
    reader's own rights. The templates put `hx-disable` around it as well.
    """
    if _SENTENCES.fullmatch(text) and text[-1] != " ":  # as most are; they are their own HTML
        return mark_safe(f"<p>{text}</p>\n")
    return _parsed(text)


def _parsed(text: str) -> SafeString:
    tokens = _parser.parse(text)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
    html = _parser.renderer.render(tokens, _parser.options, {})
    safe = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}},  # "*": nh3 would keep `title` and `lang`
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(safe.replace("<pre>", '<pre tabindex="0">'))  # wide code scrolls, also for those who have no mouse
