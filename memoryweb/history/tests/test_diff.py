"""The word-level difference: both texts stand in it whole, changes are small, and no text takes long."""

from hypothesis import given
from hypothesis import strategies as st

from memoryweb.history.diff import GONE, NEW, SAME, words

texts = st.lists(st.sampled_from(["tea", "milk", " ", " ", "\n", ".", "3 g", "日本", "é", "-"]), max_size=60).map("".join)


@given(texts, texts)
def test_both_texts_stand_in_it_whole(before, after):
    parts = words(before, after)
    assert "".join(text for kind, text in parts if kind != NEW) == before
    assert "".join(text for kind, text in parts if kind != GONE) == after


def test_a_changed_phrase_is_one_change():
    assert words("a night in the fridge", "two nights in the fridge now") == [
        (GONE, "a night"),
        (NEW, "two nights"),
        (SAME, " in the fridge"),
        (NEW, " now"),
    ]


def test_single_words_are_told_in_a_text_of_three_thousand():
    before = [f"word{number}{'.' * (number % 12 == 11)}" for number in range(3000)]
    after = list(before)
    for number in (10, 1500, 2990):
        after[number] = f"changed{number}"
    changes = [part for part in words(" ".join(before), " ".join(after)) if part[0] != SAME]
    assert changes == [
        (GONE, "word10"), (NEW, "changed10"), (GONE, "word1500"), (NEW, "changed1500"), (GONE, "word2990"), (NEW, "changed2990"),
    ]  # fmt: skip
