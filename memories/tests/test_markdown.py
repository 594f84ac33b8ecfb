"""Memories as HTML: Markdown is shown, and nothing that a text holds can act on the page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memories import markdown
from memories.marks import Marker
from memoryweb.tests.reading import read
from memoryweb.tests.thorough import far

TAGS = {
    "p", "br", "strong", "em", "s", "a", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "h3",
    "table", "thead", "tbody", "tr", "th", "td", "mark",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "rel"}, "ol": {"start"}, "pre": {"tabindex"}}
SCHEMES = ("http:", "https:", "mailto:")


def assert_harmless(html: str) -> None:
    for node in read(html):
        assert node.tag in TAGS
        assert set(node.attributes) <= ATTRIBUTES.get(node.tag, set())
        href = node.attributes.get("href", "").lower()
        assert href.startswith(SCHEMES) or ":" not in href.split("/")[0]


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="/" hx-post="/memories/examples/remove/" hx-trigger="load">x</a>',
    '<div data-hx-get="/signout/" data-hx-trigger="load"></div>',
    "<style>body{display:none}</style>",
    '<p style="position:fixed">x</p>',
    '<svg onload="alert(1)"><script>1</script></svg>',
    "<iframe src=//evil.example></iframe>",
    '<form action="//evil.example"><input name=q></form>',
    '<meta http-equiv="refresh" content="0;url=//evil.example">',
    "<base href=//evil.example>",
    "</div></article><script>1</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "<javascript:alert(1)>",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example" onmouseover="alert(1))',
    "![x](https://evil.example/pixel.png)",
    '![x" onerror="alert(1)](x)',
    "[x]: javascript:alert(1)\n\n[x]",
    '```html" onclick="alert(1)\nx\n```',
    "```<script>\n</code></pre><script>1</script>\n```",
    "`<script>1</script>`",
    "| a |\n|:-:|\n| <script> |",
    "<!--><script>1</script>-->",
    "<math><mtext><table><mglyph><style><img src=x onerror=1>",
    '<noscript><p title="</noscript><img src=x onerror=1>">',
    "&lt;script&gt;",
    "https://a.example/<script>",
    'https://a.example/?"onclick=1',
    "\u2028<script>\u2029",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless(text):
    assert_harmless(markdown.render(text))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("query", ["script alert onerror", "a", "lt gt quot amp", "href"])
def test_hostile_text_is_harmless_when_marked(text, query):
    assert_harmless(Marker(query).mark(markdown.render(text)))


pieces = st.sampled_from(
    [
        "<", ">", '"', "'", "`", "```", "[", "](", ")", "!", "javascript:", "https://a.example", "\n", "\n\n", "    ", "- ", "# ",
        "| ", "|-|\n", "&", "&#", ";", "<a ", "href=", "onclick=", "hx-get=", "style=", "<script>", "</", "<svg", "*", "_", "~~",
        "<!--", "x", "\\",
    ]
)  # fmt: skip


@given(st.lists(pieces, max_size=40).map("".join), st.text(max_size=20))
def test_any_text_is_harmless(text, query):
    assert_harmless(Marker(query).mark(markdown.render(text)))


sentences = st.sampled_from(
    [
        "a", "B", "1", "é", "漢", "ﬁ", "Σ", "١", " ", ",", ".", ". ", ":", ": ", ";", "!", "?", "'", '"', "(", ")", "%", "+", "-",
        "–", "/", "//", "www", "http", "mailto", "tel", "example", "com", "org", "@", "_", "*", "~", "#", "&", "\xa0", "\u2028",
        "\t", "\n",
    ]
)  # fmt: skip


@given(st.lists(sentences, max_size=12).map("".join))
@settings(max_examples=far(300, 10_000))
def test_sentences_that_are_not_parsed_read_as_if_they_were(text):
    assert markdown.render(text) == markdown._parsed(text)


@given(st.lists(st.one_of(sentences, pieces), max_size=12).map("".join), st.sampled_from(["a", "example com", "1 b", "fi amp"]))
def test_words_are_marked_alike_among_plain_letters_and_others(text, query):
    html, marker = markdown.render(text), Marker(query)
    assert marker.mark(html) + " ß" == marker.mark(html + " ß")


@given(st.text())
def test_any_text_can_be_shown(text):
    assert_harmless(markdown.render(text))


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_nothing_on_the_page(signed_in, remember, text):
    remember(f"2025-03-04 - {text}")
    page = read(signed_in.get("/"))
    (article,) = page.articles
    assert {node.tag for node in article.body} <= TAGS
    assert all("src" in script.attributes for script in page.all("script"))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** *slanted* ~~gone~~", "<p><strong>bold</strong> <em>slanted</em> <s>gone</s></p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("# Title", "<h3>Title</h3>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>\n'),
        ("a < b & c", "<p>a &lt; b &amp; c</p>\n"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("```\n<b>\n```", '<pre tabindex="0"><code>&lt;b&gt;\n</code></pre>\n'),
    ],
)
def test_markdown_is_shown(text, html):
    assert markdown.render(text) == html


@pytest.mark.parametrize("text", ["see https://a.example/x", "[x](https://a.example/x)", "<https://a.example/x>"])
def test_links_leave_without_telling_where_from(text):
    (link,) = read(markdown.render(text)).all("a")
    assert (link["href"], link["rel"]) == ("https://a.example/x", "noopener noreferrer nofollow")
