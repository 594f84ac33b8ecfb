"""`manage.py load`: every shape of file, into the embedded server and a hosted account, twice without adding twice."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from memories import loading
from memoryweb.memoryplugin.types import Memory

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path, owner):
    """`load(content, name="memories.json")`: what the command prints after loading a file with this content."""

    def run(content: object, *options: str, name: str = "memories.json") -> str:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else as_text(content).encode())
        return printed(str(file), *options)

    return run


def as_text(content: object) -> str:
    return content if isinstance(content, str) else json.dumps(content)


def printed(*arguments: str) -> str:
    output = StringIO()
    call_command("load", *arguments, stdout=output)
    return output.getvalue()


def stored(client) -> dict[str, tuple[str | None, str]]:
    """Bucket and day by text."""
    return {m.text: (m.bucket_name, str(m.created_at.date())) for m in client.get_memories(all=True).memories}


FULL = {
    "id": "1",
    "text": "2025-03-04 - Tea.",
    "content_type": "text",
    "metadata": {"createdAt": "2025-03-04T10:00:00Z", "bucketId": 65, "bucketName": "Kitchen"},
}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"data": [FULL], "count": 1}, "a.json"),
        ({"memories": [FULL], "buckets": []}, "a.json"),
        ([FULL], "a.json"),
        (FULL, "a.json"),
        (json.dumps(FULL) + "\n\n", "a.jsonl"),
        (json.dumps(FULL) + "\r\n" + json.dumps(FULL | {"text": "2025-03-04 - Cake."}), "a.txt"),
        (b"\xef\xbb\xbf" + json.dumps([FULL]).encode(), "a.json"),
        (json.dumps([FULL], indent=2), "whatever"),
    ],
)
def test_json_in_every_shape_keeps_bucket_and_date(load, embedded, content, name):
    load(content, name=name)
    assert stored(embedded)["2025-03-04 - Tea."] == ("Kitchen", "2025-03-04")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (["2025-03-04 - Tea.", "Cake."], "a.json"),
        ({"memories": ["2025-03-04 - Tea.", {"id": "1", "text": "Cake."}]}, "a.json"),
        ("2025-03-04 - Tea.\n\n  Cake.  \n", "a.txt"),
        ("2025-03-04 - Tea.\r\nCake.\r\n", "notes.md"),
        ('"2025-03-04 - Tea."\n{"text": "Cake."}\n', "a.jsonl"),
    ],
)
def test_thin_shapes_and_plain_text_go_into_general(load, embedded, content, name):
    load(content, name=name)
    assert set(stored(embedded)) == {"2025-03-04 - Tea.", "Cake."}
    assert {bucket for bucket, _ in stored(embedded).values()} == {"General"}


def test_the_report_counts_and_gives_line_and_reason(load):
    content = '{"text": "Tea."}\n{"text": ""}\n{"text\n{"text": "Tea."}\n{"image_url": "https://a.example/x", "text": "x"}\n'
    assert load(content, name="a.jsonl") == (
        "1 added, 1 were there already, 3 could not be read.\n"
        "  a.jsonl, line 2: is no memory: it has no text\n"
        "  a.jsonl, line 3: is not JSON\n"
        "  a.jsonl, line 5: is an image; only texts can be loaded\n"
    )


def test_what_the_service_does_not_accept_is_reported(load, embedded):
    report = load(["Tea.", "a" * 20_001])
    assert report.startswith("1 added, 0 were there already, 1 could not be read.")
    assert "item 2: text: must have 1 to 20,000 characters" in report


@pytest.mark.parametrize("content", [{"count": 0}, 7, "null"])
def test_a_file_without_memories_says_so(load, content):
    assert "holds no list of memories" in load(content)


def test_loading_twice_adds_nothing(load, embedded):
    content = {"data": [FULL, FULL | {"text": "Cake."}, {"text": "Soup."}]}
    load(content)
    before = stored(embedded)
    assert load(content).startswith("0 added, 3 were there already, 0 could not be read.")
    assert stored(embedded) == before


def test_one_bucket_can_take_them_all(load, embedded):
    load([FULL, "Cake."], "--bucket", "Import")
    assert {bucket for bucket, _ in stored(embedded).values()} == {"Import"}


def test_buckets_are_made_by_name_and_found_without_regard_to_case(load, embedded):
    embedded.create_bucket("KITCHEN")
    load([FULL])
    assert [bucket.name for bucket in embedded.list_buckets()] == ["General", "KITCHEN"]


def test_several_files_are_one_load(tmp_path, owner, embedded):
    files = []
    for name, text in (("a.txt", "Tea.\n"), ("b.txt", "Tea.\nCake.\n")):
        files.append(tmp_path / name)
        files[-1].write_text(text)
    assert printed(*map(str, files)).startswith("2 added, 1 were there already")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00bad", "Tea \u2603".encode("utf-16")])
def test_a_file_that_is_no_utf_8_loads_nothing(load, embedded, content):
    with pytest.raises(CommandError, match="is not UTF-8 text"):
        load(content, name="a.txt")


def test_a_file_that_is_not_there_is_named(tmp_path, owner):
    with pytest.raises(CommandError, match=r"nowhere\.json cannot be opened: No such file"):
        printed(str(tmp_path / "nowhere.json"))


def test_a_memory_of_the_future_is_reported(load):
    future = FULL | {"metadata": {"createdAt": "2999-01-01T00:00:00Z"}}
    assert "item 1: createdAt: must not be in the future" in load([future])


def test_other_separators_do_not_end_a_line(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("one\u2028still one\x0bstill\n", encoding="utf-8")
    ((place, memory),) = loading.read_file(file)
    assert place == "line 1"
    assert isinstance(memory, Memory)


# Into a hosted account


def test_on_a_hosted_service_the_date_lives_in_the_text(load, hosted):
    load([FULL | {"text": "Tea."}, FULL | {"text": "2024-12-31 - Cake."}, "Soup."])
    assert [item.text for item in hosted.items] == ["2025-03-04 - Tea.", "2024-12-31 - Cake.", "Soup."]


def test_on_a_hosted_service_loading_twice_adds_nothing(load, hosted):
    content = [FULL, FULL | {"text": "Cake."}, "Soup."]
    load(content)
    assert load(content).startswith("0 added, 3 were there already")
    assert len(hosted.items) == 3


def test_what_is_there_is_compared_before_anything_is_sent(load, hosted, monkeypatch):
    monkeypatch.setattr(loading, "READ_AT_ONCE", 10)
    hosted.fill(25)
    report = load([item.text for item in hosted.items])
    assert report.startswith("0 added, 25 were there already")
    assert hosted.count("POST /api/memory") == 0
    assert hosted.count("GET /api/v2/memory") == 3


def test_the_same_text_in_another_bucket_is_another_memory(load, hosted):
    hosted.add("Tea.", bucket=65)
    assert load(["Tea."]).startswith("1 added")


def test_missing_buckets_are_made_on_a_hosted_service(load, hosted):
    load([FULL, FULL | {"text": "Cake."}])
    assert hosted.buckets[67] == "Kitchen"
    assert {item.bucket for item in hosted.items} == {67}
    assert hosted.count("POST /api/buckets") == 1


def test_a_failure_says_how_far_it_came_and_how_to_go_on(load, hosted, capsys):
    hosted.fail("401", on="POST /api/buckets")
    with pytest.raises(CommandError) as stopped:
        load(["Tea.", FULL])
    assert "does not accept the token" in str(stopped.value)
    assert "run the same command again" in str(stopped.value)
    assert hosted.token not in str(stopped.value)
    assert [item.text for item in hosted.items] == ["Tea."]


def test_after_a_failure_the_same_command_goes_on(load, hosted):
    hosted.fail("401", on="POST /api/buckets")
    with pytest.raises(CommandError):
        load(["Tea.", FULL])
    hosted.recover()
    assert load(["Tea.", FULL]).startswith("1 added, 1 were there already")


def test_a_text_with_a_date_at_its_head_is_filed_on_that_day(load, embedded):
    load("2024-05-06 - The wisteria was planted.\nNo date here.", name="notes.txt")
    days = {text: day for text, (_, day) in stored(embedded).items()}
    assert days["2024-05-06 - The wisteria was planted."] == "2024-05-06"
