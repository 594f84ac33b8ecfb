"""Every shape the service answers with becomes the same few types, and no answer, however odd, breaks more than itself."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memoryweb.memoryplugin import wire
from memoryweb.memoryplugin.errors import BrokenAnswer
from memoryweb.memoryplugin.types import Bucket, BulkDeleted, Created, Memory
from memoryweb.tests.thorough import far

FULL = {
    "id": "mem_1",
    "text": "2026-04-01 Likes tea",
    "content_type": "text",
    "score": 0.75,
    "metadata": {
        "text": "2026-04-01 Likes tea",
        "createdAt": "2026-04-01T10:00:00Z",
        "updatedAt": "2026-04-02T12:30:00+02:00",
        "bucketId": 7,
        "bucketName": "Work",
        "source": "chatgpt",
        "version": 3,
    },
}
IMAGE = {
    "id": "mem_2",
    "content_type": "image",
    "image_url": "https://files.memoryplugin.com/a.png?signature=1",
    "image_description": "A red kite",
    "metadata": {"width": 640, "height": 480},
}


def read_one(item):
    (memory,) = wire.read_page([item]).memories
    return memory


def test_a_string_is_a_text_memory_with_a_derived_id():
    memory = read_one("Likes tea")
    assert (memory.text, memory.content_type, memory.id[0]) == ("Likes tea", "text", "~")


def test_a_thin_object_knows_its_id_and_text_and_nothing_else():
    assert read_one({"id": "mem_1", "text": "Likes tea"}) == Memory(id="mem_1", text="Likes tea")


def test_a_full_object_gives_every_field():
    assert read_one(FULL) == Memory(
        id="mem_1",
        text="2026-04-01 Likes tea",
        bucket_id="7",
        bucket_name="Work",
        created_at=datetime(2026, 4, 1, 10, tzinfo=UTC),
        updated_at=datetime(2026, 4, 2, 10, 30, tzinfo=UTC),
        source="chatgpt",
        version=3,
        score=0.75,
    )


def test_an_image_gives_address_description_and_size():
    memory = read_one(IMAGE)
    assert memory.is_image
    assert (memory.text, memory.image_url, memory.width, memory.height) == ("A red kite", IMAGE["image_url"], 640, 480)


@pytest.mark.parametrize(("sent", "read"), [("IMG_1.jpg", "IMG_1.jpg"), ("", None), (None, None), (7, None), (["a"], None)])
def test_what_its_file_was_called_is_read_where_it_is_told(sent, read):
    assert read_one(IMAGE | {"metadata": {"fileName": sent}}).file_name == read


def test_a_text_has_no_file():
    assert read_one(FULL | {"metadata": {"fileName": "IMG_1.jpg"}}).file_name is None


@pytest.mark.parametrize(("sent", "read"), [(0, 0), (7, 7), (-1, None), (1.5, None), ("7", None), (None, None)])
def test_how_far_a_similar_image_is_is_read_where_it_is_told(sent, read):
    assert read_one(IMAGE | {"distance": sent}).distance == read


@pytest.mark.parametrize(("sent", "read"), [(True, True), (False, False), (None, False), ("yes", False), (1, False)])
def test_where_a_word_stands_is_read_where_it_is_told(sent, read):
    why = {"words": [{"word": "oven", "asked": "ovens", "kind": "stem", "inFileName": sent}]}
    assert read_one(IMAGE | {"why": why}).why.words[0].in_file_name is read


def test_an_image_is_known_by_its_address_alone():
    memory = read_one({"image_url": "https://files.memoryplugin.com/a.png"})
    assert (memory.is_image, memory.id[0], memory.text) == (True, "~", "Image without a description")


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_text_with_an_empty_image_field_stays_a_text(nothing):
    memory = read_one({"id": "mem_1", "text": "Likes tea", "content_type": "text", "image_url": nothing})
    assert (memory.content_type, memory.image_url) == ("text", None)


def test_a_text_that_stands_in_the_metadata_alone_is_read():
    assert read_one({"id": "mem_1", "metadata": {"text": "Likes tea"}}).text == "Likes tea"


@pytest.mark.parametrize(
    "answer",
    [[FULL], {"data": [FULL], "count": 1}, {"memories": [FULL], "buckets": []}, {"data": [FULL]}, {"memories": [FULL]}],
    ids=["bare array", "data and count", "memories and buckets", "data", "memories"],
)
def test_a_list_is_read_in_each_wrapping(answer):
    assert [memory.id for memory in wire.read_page(answer).memories] == ["mem_1"]


def test_strings_and_objects_may_stand_in_one_list():
    texts = [memory.text for memory in wire.read_page(["one", {"id": "2", "text": "two"}, IMAGE]).memories]
    assert texts == ["one", "two", "A red kite"]


@pytest.mark.parametrize(("given_id", "expected"), [("7", "7"), (7, "7"), (0, "0"), ("mem/1 ü", "mem/1 ü")])
def test_ids_of_memories_and_buckets_may_be_strings_or_integers(given_id, expected):
    page = wire.read_page({"memories": [{"id": given_id, "text": "t"}], "buckets": [{"id": given_id, "name": "b"}]})
    assert (page.memories[0].id, page.buckets[0].id) == (expected, expected)


@pytest.mark.parametrize("given_id", [None, "", True, 1.5, [], {}])
def test_a_memory_with_an_unusable_id_gets_a_derived_one(given_id):
    assert read_one({"id": given_id, "text": "t"}).id == wire.derived_id("t", None)


def test_unknown_fields_are_ignored():
    assert read_one(FULL | {"embedding": [1, 2], "metadata": FULL["metadata"] | {"mood": "good"}}) == read_one(FULL)


@pytest.mark.parametrize(
    "item",
    [None, 5, True, [], {}, "", {"text": ""}, {"text": None}, {"id": "1", "text": 5}, {"content_type": "image"}, {"metadata": 1}],
    ids=repr,
)
def test_an_unreadable_item_is_counted_and_the_others_are_read(item):
    page = wire.read_page(["before", item, "after"])
    assert [memory.text for memory in page.memories] == ["before", "after"]
    assert (page.received, page.unreadable) == (3, 1)


@pytest.mark.parametrize(
    "answer",
    [None, 1, "text", True, {}, {"data": None}, {"memories": {}}, {"memories": "text"}, {"error": "no"}, {"count": 0}],
    ids=repr,
)
def test_an_answer_without_a_list_is_broken(answer):
    with pytest.raises(BrokenAnswer):
        wire.read_page(answer)


def test_an_empty_list_is_an_empty_page():
    page = wire.read_page({"data": [], "count": 0})
    assert (page.memories, page.received, page.unreadable, page.total) == ((), 0, 0, None)


def test_a_page_says_the_totals_that_the_service_says():
    page = wire.read_page({"memories": [], "buckets": [], "total": 677, "examples": 40})
    assert (page.total, page.examples) == (677, 40)


@pytest.mark.parametrize("total", [-1, "5", 5.0, True, None])
def test_a_total_that_is_no_count_is_unknown(total):
    assert wire.read_page({"memories": [], "total": total}).total is None


@pytest.mark.parametrize("buckets", [None, {}, "x", 5])
def test_unreadable_buckets_do_not_cost_the_memories(buckets):
    page = wire.read_page({"memories": ["one"], "buckets": buckets})
    assert (len(page.memories), page.buckets) == (1, ())


BUCKETS = [{"id": 7, "name": "Work", "description": "Jobs", "memoryCount": 12}, {"id": "8", "name": "Home", "colour": "red"}]


@pytest.mark.parametrize("answer", [BUCKETS, {"buckets": BUCKETS}, {"data": BUCKETS}])
def test_buckets_are_read_in_each_wrapping(answer):
    assert wire.read_buckets(answer) == (Bucket("7", "Work", "Jobs", 12), Bucket("8", "Home"))


@pytest.mark.parametrize("bad", [None, 5, "x", {}, {"id": 1}, {"id": 1, "name": ""}, {"id": True, "name": "n"}, {"name": "n"}])
def test_an_unreadable_bucket_is_left_out(bad):
    assert wire.read_buckets([bad, {"id": 1, "name": "Work"}]) == (Bucket("1", "Work"),)


@pytest.mark.parametrize("answer", [None, 5, "x", {}, {"buckets": 5}])
def test_buckets_that_are_no_list_are_broken(answer):
    with pytest.raises(BrokenAnswer):
        wire.read_buckets(answer)


@pytest.mark.parametrize("answer", [{"id": 9, "name": "New"}, {"bucket": {"id": "9", "name": "New"}, "done": "ok"}])
def test_a_new_bucket_is_read_bare_or_wrapped(answer):
    assert wire.read_bucket(answer) == Bucket("9", "New")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"done": "ok", "memoryId": "mem_1"}, Created("mem_1")),
        ({"done": "ok", "memoryId": 5, "isDuplicate": True}, Created("5", is_duplicate=True)),
        ({"id": "mem_1", "isDuplicate": "yes"}, Created("mem_1")),
    ],
)
def test_what_became_of_a_new_memory_is_read(answer, expected):
    assert wire.read_created(answer) == expected


def test_the_counts_of_a_bulk_deletion_are_read():
    assert wire.read_bulk_deleted({"deleted": 3, "failed": 1}) == BulkDeleted(3, 1)


@pytest.mark.parametrize("read", [wire.read_bucket, wire.read_created, wire.read_bulk_deleted, wire.read_memory_ids])
@pytest.mark.parametrize(
    "answer", [None, [], "ok", 5, {}, {"done": "ok"}, {"memoryId": None, "deleted": "3", "memoryIds": 5}], ids=repr
)
def test_a_write_answered_in_another_shape_is_broken_and_may_have_happened(read, answer):
    with pytest.raises(BrokenAnswer) as caught:
        read(answer)
    assert caught.value.outcome_unknown


STATE = {"version": 1, "text": "Tea", "bucketId": 7, "bucketName": "Work", "changedAt": "2026-04-01T10:00:00Z"}


@pytest.mark.parametrize(
    "answer",
    [None, [], 5, {}, {"versions": None}, {"versions": []}, {"versions": [STATE, 5]}]
    + [{"versions": [STATE | {name: None}]} for name in STATE],
)
def test_versions_in_another_shape_are_broken(answer):
    with pytest.raises(BrokenAnswer) as caught:
        wire.read_versions(answer)
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("answer", [None, [], 5, {}, {"memories": []}, {"memories": [], "total": 1}, {"total": 1, "days": 30}])
def test_a_trash_in_another_shape_is_broken(answer):
    with pytest.raises(BrokenAnswer):
        wire.read_trash(answer)


@pytest.mark.parametrize("answer", [None, [], 5, {}, {"id": "1"}])
def test_one_memory_in_another_shape_is_broken(answer):
    with pytest.raises(BrokenAnswer) as caught:
        wire.read_memory(answer)
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("bad", ["\ud800", "\udfff", "\0", "a\0b\udc00c"], ids=ascii)
def test_what_cannot_be_stored_or_shown_is_replaced(bad):
    item = {"id": f"i{bad}", "text": f"t{bad}", "metadata": {"bucketName": f"n{bad}", "source": f"s{bad}"}}
    memory = read_one(item)
    shown = f"{memory.id}{memory.text}{memory.bucket_name}{memory.source}"
    assert "\0" not in shown
    assert shown.encode()  # lone surrogates cannot be encoded


def test_characters_beyond_the_basic_plane_are_kept():
    assert read_one("tea 🍵 and crème").text == "tea 🍵 and crème"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"error": " name: is taken. "}, "name: is taken."),
        ({"error": "x" * 1000}, "x" * 300),
        ({"error": {"message": "no"}}, ""),
        ({"error": None}, ""),
        (["no"], ""),
        (None, ""),
    ],
)
def test_the_services_own_sentence_is_taken_where_there_is_one(answer, sentence):
    assert wire.read_error(answer) == sentence


@pytest.mark.parametrize("bad", ["\ud800", "\0"], ids=ascii)
def test_a_sentence_that_cannot_be_shown_is_made_showable(bad):
    sentence = wire.read_error({"error": f"no{bad}"})
    assert sentence.startswith("no")
    assert "\0" not in sentence
    assert sentence.encode()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-04-01T10:00:00Z", datetime(2026, 4, 1, 10, tzinfo=UTC)),
        ("2026-04-01T10:00:00.123456+00:00", datetime(2026, 4, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-04-01 10:00:00", datetime(2026, 4, 1, 10, tzinfo=UTC)),
        ("2026-04-01", datetime(2026, 4, 1, tzinfo=UTC)),
        ("2026-04-01T23:00:00-05:00", datetime(2026, 4, 2, 4, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_the_moment_it_names(written, expected):
    assert read_one({"text": "t", "metadata": {"createdAt": written}}).created_at == expected


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "2026-13-01", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00",
     "10000-01-01", "\ud800", 1775037600, None, [], True],
    ids=ascii,
)  # fmt: skip
def test_a_time_that_cannot_be_read_is_unknown_and_the_memory_is_kept(written):
    memory = read_one({"text": "t", "metadata": {"createdAt": written}})
    assert (memory.text, memory.created_at) == ("t", None)


@pytest.mark.parametrize(
    ("told", "read"), [("ab" * 32, "ab" * 32), ("AB" * 32, None), ("ab" * 31, None), ("../" * 22, None), (5, None), (None, None)]
)
def test_a_digest_is_one_or_nothing(told, read):
    (memory,) = wire.read_page([IMAGE | {"metadata": {"imageDigest": told}}]).memories
    assert memory.image_digest == read


@pytest.mark.parametrize("field", ["width", "height", "version"])
@pytest.mark.parametrize("value", ["5", -1, 1.5, True, None, []])
def test_a_number_that_is_none_is_unknown(field, value):
    assert getattr(read_one(IMAGE | {"metadata": {field: value}}), field) is None


@pytest.mark.parametrize("score", ["high", None, True, [1]])
def test_a_score_that_is_no_number_is_unknown(score):
    assert read_one({"text": "t", "score": score}).score is None


def test_the_derived_id_of_an_image_outlives_its_signature():
    first, second = (read_one({"image_url": f"https://files.memoryplugin.com/a.png?expires={n}&signature={n}"}) for n in (1, 2))
    assert first.id == second.id


def test_different_items_get_different_derived_ids():
    items = ["a", "b", {"image_url": "https://h.test/a"}, {"image_url": "https://h.test/b"}, "image /a"]
    assert len({memory.id for memory in wire.read_page(items).memories}) == len(items)


@pytest.mark.parametrize("address", ["http://[", "https://[::1", "//／@x", "http://h:port/", "\ud800", "\0"], ids=ascii)
def test_an_image_with_an_odd_address_is_still_a_memory(address):
    page = wire.read_page([{"image_url": address, "image_description": "A red kite"}])
    assert [memory.text for memory in page.memories] == ["A red kite"]


@pytest.mark.parametrize(
    ("bucket_id", "parameter"), [("7", 7), ("0", 0), ("abc", "abc"), ("٣", "٣"), ("", ""), ("9" * 30, "9" * 30), ("-1", "-1")]
)
def test_a_bucket_is_named_by_an_integer_wherever_it_is_one(bucket_id, parameter):
    assert wire.to_bucket_parameter(bucket_id) == parameter


def test_a_moment_is_written_in_utc():
    assert wire.to_moment(datetime.fromisoformat("2026-04-01T12:00:00+02:00")) == "2026-04-01T10:00:00Z"


NAMES = ["memories", "data", "buckets", "total", "examples", "id", "text", "name", "content_type", "image_url", "metadata",
         "image_description", "createdAt", "bucketId", "bucketName", "score", "width", "version", "memoryCount"]  # fmt: skip
STRINGS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["image", "text", "http://[", "//h／x", "\ud800", "\0", "0001-01-01", "9999-12-31T23:59Z", "2026-04-01"]),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | STRINGS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | STRINGS, inner, max_size=6),
    max_leaves=25,
)
ITEMS = st.dictionaries(st.sampled_from(NAMES), STRINGS | VALUES, max_size=8)
ANSWERS = VALUES | st.lists(ITEMS | VALUES) | st.fixed_dictionaries({"memories": st.lists(ITEMS), "buckets": st.lists(ITEMS)})


@settings(derandomize=True, deadline=None, max_examples=far(60, 250))
@given(ANSWERS)
def test_no_answer_raises_anything_but_broken_answer(answer):
    try:
        page = wire.read_page(answer)
    except BrokenAnswer:
        return
    assert len(page.memories) == page.received - page.unreadable
