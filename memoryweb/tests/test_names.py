"""Names as people see them: nothing is hidden, nothing beside them is turned, and what belongs to letters stays."""

import pytest

from memoryweb.memoryplugin import wire
from memoryweb.names import in_sentence, visible

UNSEEN = ["\u200b", "\u202e", "\u2066", "\u2069", "\u00ad", "\u3164", "\U000e0041", "\ufeff", "\u2028"]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_is_not_seen_is_shown_as_a_sign(unseen):
    assert visible(f"Wo{unseen}rk") == "Wo\ufffdrk"


@pytest.mark.parametrize(
    "name",
    ["Work", "日本語", "Frühstück", "👨‍👩‍👧", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "می‌خواهم", "❤️"],
)
def test_what_belongs_to_letters_and_pictures_stays(name):
    assert visible(name) == name


def test_a_name_from_right_to_left_leaves_a_sentence_in_order():
    assert in_sentence("אבג") == "\u2068אבג\u2069"
    assert in_sentence("Work") == "Work"
    assert in_sentence("\u2069\u202eWork") == "\ufffd\ufffdWork"


def test_names_that_a_service_tells_are_made_visible_and_texts_are_not():
    bucket = wire.read_bucket({"id": 1, "name": "Wo\u200brk", "description": "a\u200bb"})
    assert (bucket.name, bucket.description) == ("Wo\ufffdrk", "a\u200bb")
    item = {"id": "1", "text": "a\u202eb", "metadata": {"bucketName": "\u202eWork", "source": "\u202ephone", "bucketId": 1}}
    memory = wire.read_memory(item)
    assert (memory.text, memory.bucket_name, memory.source) == ("a\u202eb", "\ufffdWork", "\ufffdphone")
