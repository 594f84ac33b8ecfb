"""The language of the search box: what each way of writing says, and that no text whatever breaks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories import query

# Texts of whatever, and texts of what means something here.
texts = st.text(max_size=80) | st.lists(
    st.sampled_from(
        [*(f"{key}:" for key in query.KEYS), '"', "“", "”", "-", " ", "\n", "tea", "2026-05", "Work", ":", "é", "日本", "!"]
    ),
    max_size=20,
).map("".join)


def said(text):
    return [(part.kind, part.value) for part in query.parse(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("two words", [("word", "two"), ("word", "words")]),
        ('"exact phrase" tea', [("phrase", "exact phrase"), ("word", "tea")]),
        ("“as a phone writes it”", [("phrase", "as a phone writes it")]),
        ("tea -milk", [("word", "tea"), ("exclude", "milk")]),
        ('tea -"green tea"', [("word", "tea"), ("exclude", "green tea")]),
        ("after:2026-05", [("after", "2026-05")]),
        ("AFTER:Today", [("after", "Today")]),
        ('bucket:"Two words" x', [("bucket", "Two words"), ("word", "x")]),
        ("bucket:Work type:image source:api", [("bucket", "Work"), ("type", "image"), ("source", "api")]),
        ('bucket:"Two wo', [("bucket", "Two wo")]),
        ("after:", [("after", "")]),
        ("after: 2023-05 shelter", [("after", "2023-05"), ("word", "shelter")]),
        ('bucket: "Two words" x', [("bucket", "Two words"), ("word", "x")]),
        ("after:  tea", [("after", ""), ("word", "tea")]),
        ("after: -milk", [("after", ""), ("exclude", "milk")]),
        ("after: type:text", [("after", ""), ("type", "text")]),
        ("note: tea", [("word", "note:"), ("word", "tea")]),
    ],
)
def test_what_is_written_is_read(text, expected):
    assert said(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "-",
        "--flag",
        "-- -",
        "http://x",
        "12:30",
        "note:",
        "sort:newest",
        "thereafter:2026",
        "tea-milk",
        '"',
        '""',
        '"!?"',
        '"not closed',
        "-)",
        ":",
        'say"so"',
    ],
)
def test_what_is_no_filter_stays_plain_text(text):
    assert {part.kind for part in query.parse(text)} == {"word"}


@pytest.mark.parametrize("text", ["-bucket:Work", "-after:2026", '-"not closed', 'tea -"not closed yet'])
def test_what_cannot_be_meant_is_told_and_left_out(text):
    assert query.parse(text)[-1].problem
    assert query.free(text) in ("", "tea")


def test_a_phrase_is_looked_for_by_its_words_as_well():
    assert query.free('tea "green leaves" -milk after:2026 roses') == "tea green leaves roses"


def test_a_part_goes_and_nothing_else():
    text = 'tea  bucket:"Two words" -milk'
    _, bucket, milk = query.parse(text)
    assert query.without(text, [bucket]) == "tea -milk"
    assert query.without(text, [milk]) == 'tea  bucket:"Two words"'
    assert query.without_kind(text, "bucket") == "tea -milk"


def test_a_value_behind_a_blank_goes_with_its_key_and_a_word_never_becomes_one():
    assert query.without_kind("tea after: 2023-05 shelter", "after") == "tea shelter"
    assert said(query.without("after: -milk tea", query.parse("after: -milk tea")[1:2])) == [("after", ""), ("word", "tea")]


@given(texts)
def test_every_text_can_be_read_and_no_letter_is_read_twice(text):
    parts = query.parse(text)
    ends = [0, *(part.end for part in parts)]
    assert all(end <= part.start < part.end for end, part in zip(ends, parts, strict=False))
    outside = "".join(text[end : part.start] for end, part in zip(ends, parts, strict=False)) + text[ends[-1] :]
    assert not outside.strip()


@given(texts, st.data())
def test_whatever_is_removed_the_rest_says_the_same(text, data):
    parts = query.parse(text)
    if parts:
        gone = data.draw(st.integers(0, len(parts) - 1))
        rest = [(part.kind, part.value) for at, part in enumerate(parts) if at != gone]
        assert said(query.without(text, [parts[gone]])) == rest
