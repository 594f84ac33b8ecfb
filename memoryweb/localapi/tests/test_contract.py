"""Buckets, memories and examples: what each operation of openapi.yaml does, through both transports.

The `service` fixture holds every answer against the contract, so these tests look at what the contract cannot say.
"""

from datetime import UTC, datetime, timedelta

import pytest

from memoryweb.memoryplugin.errors import Invalid, NotFound, Unsupported

LONGEST = 20_000
MOMENT = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)


def refusal(response):
    """The sentence of a 400."""
    assert response.status_code == 400, response.text
    return response.json()["error"]


class TestBuckets:
    def test_general_is_there_from_the_start(self, service):
        assert service.counts() == {"General": 0}

    def test_general_keeps_its_name_when_somebody_asks_for_another_spelling_first(self, service):
        with pytest.raises(Invalid):
            service.client.create_bucket("GENERAL")
        assert service.counts() == {"General": 0}

    def test_a_new_bucket_is_listed_with_its_description(self, service):
        made = service.client.create_bucket("Work", "projects")
        assert service.client.list_buckets()[1] == made
        assert (made.name, made.description, made.memory_count) == ("Work", "projects", 0)

    def test_buckets_are_listed_by_name_after_general(self, service):
        for name in ("zoo", "Area 10", "area 9", "Äpfel", "archive"):
            service.client.create_bucket(name)
        assert list(service.counts()) == ["General", "archive", "area 9", "Area 10", "zoo", "Äpfel"]

    @pytest.mark.parametrize("name", ["work", "WORK", " Work ", "ＷORK".replace("Ｗ", "W")])
    def test_a_name_is_taken_without_regard_to_case_and_space(self, service, name):
        service.client.create_bucket("Work")
        assert refusal(service.post("/api/buckets", {"name": name})).startswith("name: ")

    def test_a_name_is_taken_without_regard_to_case_beyond_ascii(self, service):
        service.client.create_bucket("Straße")
        with pytest.raises(Invalid):
            service.client.create_bucket("STRASSE")

    @pytest.mark.parametrize("name", ["General", "general", "GENERAL", " general "])
    def test_general_is_reserved(self, service, name):
        assert refusal(service.post("/api/buckets", {"name": name})).startswith("name: ")

    @pytest.mark.parametrize(
        "name", ["", "   ", "12", "１２", "x" * 81, "a\0b", "\ud800", "a\x07b", 5, None, True, [], {}], ids=repr
    )
    def test_an_unusable_name_is_refused_and_named(self, service, name):
        assert refusal(service.post("/api/buckets", {"name": name})).startswith("name: ")
        assert service.counts() == {"General": 0}

    @pytest.mark.parametrize("name", ["x", "x" * 80, "7 wonders", "Größe", "日本語", "🎸", "a/b?c#d%2F"])
    def test_a_usable_name_is_kept_as_it_is(self, service, name):
        assert service.client.create_bucket(name).name == name

    @pytest.mark.parametrize("body", [{}, [], "text", 1, None])
    def test_a_body_without_a_name_is_refused(self, service, body):
        assert refusal(service.call("POST", "/api/buckets", data=b"null" if body is None else None, json=body))

    def test_parameters_of_other_operations_are_ignored(self, service):
        assert service.get("/api/buckets", client="x", count="many", v="2").status_code == 200


class TestCreate:
    def test_a_memory_goes_to_general_unless_told_otherwise(self, service):
        work = service.bucket("Work")
        first, second = service.client.add_new_memory("one"), service.client.add_new_memory("two", bucket_id=str(work))
        assert service.client.get_memory(first.memory_id).bucket_name == "General"
        assert service.client.get_memory(second.memory_id).bucket_name == "Work"

    def test_everything_about_a_memory_comes_back(self, service):
        answer = service.post("/api/memory", {"text": "tea", "source": "kettle", "createdAt": "2025-03-04T07:06:07+02:00"})
        memory = service.get(f"/api/memories/{answer.json()['memoryId']}").json()
        assert memory == {
            "id": answer.json()["memoryId"],
            "text": "tea",
            "content_type": "text",
            "metadata": memory["metadata"]
            | {"text": "tea", "createdAt": "2025-03-04T05:06:07Z", "bucketName": "General", "source": "kettle", "version": 1},
        }

    def test_the_client_names_itself_as_the_source(self, service):
        assert service.client.get_memory(service.client.add_new_memory("tea").memory_id).source == "memoryweb"

    @pytest.mark.parametrize("path", ["/api/memory", "/api/v2/memory"])
    def test_both_addresses_store(self, service, path):
        assert service.post(path, {"text": "tea"}).json()["isDuplicate"] is False
        assert service.texts() == ["tea"]

    def test_the_second_address_stores_through_the_client_too(self, service):
        service.client.add_new_memory_v2("tea")
        assert service.texts() == ["tea"]

    def test_a_bucket_id_may_come_as_digits(self, service):
        work = service.bucket("Work")
        service.add("tea", bucketId=str(work))
        assert service.counts()["Work"] == 1

    @pytest.mark.parametrize("text", ["tea", "  tea\n", "\t tea \r\n\u2003"])
    def test_space_around_a_text_is_dropped(self, service, text):
        service.add(text)
        assert service.texts() == ["tea"]

    @pytest.mark.parametrize("text", ["x", "x" * LONGEST, f" {'x' * LONGEST} ", "🎸" * LONGEST, "a\n\n  b\tc", "\u202e‮", "e\u0301"])
    def test_a_usable_text_is_kept_to_the_letter(self, service, text):
        service.add(text)
        assert service.texts() == [text.strip()]

    @pytest.mark.parametrize(
        "text",
        ["", " \n\t ", "x" * (LONGEST + 1), "a\0b", "\ud83d", "\udc00x", None, 5, ["a"], {"a": 1}, True],
        ids=lambda t: repr(t)[:9],
    )
    def test_an_unusable_text_is_refused_and_named(self, service, text):
        assert refusal(service.post("/api/memory", {"text": text})).startswith("text: ")
        assert service.texts() == []

    @pytest.mark.parametrize("path", ["/api/memory", "/api/v2/memory", "/api/buckets", "/api/v2/memory/update"])
    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b'"tea"', b"\xff\xfe{", b'{"text": "\xff"}', b"[" * 50_000, b"9" * 5_000, b" " * 1_100_000],
        ids=range(9),
    )
    def test_a_body_that_is_no_json_object_is_refused(self, service, path, body):
        assert refusal(service.call("POST", path, data=body, headers={"Content-Type": "application/json"}))

    @pytest.mark.parametrize("bucket", [999_999, "999999", 0, -1, 2**63, 10**25, "-5"])
    def test_a_bucket_that_does_not_exist_is_refused_and_named(self, service, bucket):
        assert refusal(service.post("/api/memory", {"text": "tea", "bucketId": bucket})).startswith("bucketId: ")

    @pytest.mark.parametrize("bucket", ["General", "1.0", 1.5, 1.0, True, [], {}, "", "１"])
    def test_a_malformed_bucket_is_refused_and_named(self, service, bucket):
        assert refusal(service.post("/api/memory", {"text": "tea", "bucketId": bucket})).startswith("bucketId: ")

    def test_fields_that_are_null_or_unknown_are_ignored(self, service):
        service.add("tea", bucketId=None, source=None, createdAt=None, colour="green")
        assert service.texts() == ["tea"]

    def test_without_a_time_it_is_now(self, service):
        before = datetime.now(UTC)
        created = service.client.get_memory(service.add("tea")).created_at
        assert before <= created <= datetime.now(UTC)

    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("2025-03-04T05:06:07Z", "2025-03-04T05:06:07Z"),
            ("2025-03-04T05:06:07.123456Z", "2025-03-04T05:06:07.123456Z"),
            ("2025-03-04t05:06:07z", "2025-03-04T05:06:07Z"),
            ("2025-03-04T00:30:00-05:30", "2025-03-04T06:00:00Z"),
            ("1969-07-20T20:17:40+00:00", "1969-07-20T20:17:40Z"),
            ("0002-01-01T00:00:00+14:00", "0001-12-31T10:00:00Z"),
        ],
    )
    def test_a_time_is_kept(self, service, written, kept):
        answer = service.get(f"/api/memories/{service.add('tea', createdAt=written)}")
        assert answer.json()["metadata"]["createdAt"] == kept

    @pytest.mark.parametrize(
        "written",
        ["", "yesterday", "2025-03-04", "2025-03-04T05:06:07", "2025-13-01T00:00:00Z", "2025-02-30T00:00:00Z",
         "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
         "2025-03-04T05:06:07+99:00", 1741064767, True, [], {}],
    )  # fmt: skip
    def test_a_time_that_is_malformed_or_to_come_is_refused_and_named(self, service, written):
        assert refusal(service.post("/api/memory", {"text": "tea", "createdAt": written})).startswith("createdAt: ")
        assert service.texts() == []

    def test_tomorrow_is_refused(self, service):
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        assert "future" in refusal(service.post("/api/memory", {"text": "tea", "createdAt": tomorrow}))

    def test_a_malformed_source_is_refused_and_named(self, service):
        assert refusal(service.post("/api/memory", {"text": "tea", "source": "a\0"})).startswith("source: ")


class TestDuplicates:
    def test_the_same_text_again_adds_nothing_and_names_the_first(self, service):
        first = service.client.add_new_memory("tea")
        again = service.client.add_new_memory("  tea\n")
        assert (first.is_duplicate, again.is_duplicate, again.memory_id) == (False, True, first.memory_id)
        assert service.texts() == ["tea"]
        assert service.counts() == {"General": 1}

    def test_a_different_case_is_a_different_text(self, service):
        service.add("tea")
        assert not service.client.add_new_memory("Tea").is_duplicate

    def test_each_bucket_has_its_own(self, service):
        service.add("tea")
        assert not service.client.add_new_memory("tea", bucket_id=str(service.bucket("Work"))).is_duplicate

    def test_what_was_deleted_or_edited_away_can_be_added_again(self, service):
        service.client.delete_memory(service.add("tea"))
        edited = service.add("tea")
        service.client.update_or_move_memories([edited], text="coffee")
        assert not service.client.add_new_memory("tea").is_duplicate

    def test_an_edit_may_make_the_same_text_twice_and_the_first_is_named(self, service):
        first, second = service.add("tea"), service.add("coffee")
        service.client.update_or_move_memories([second], text="tea")
        assert service.texts() == ["tea", "tea"]
        assert service.client.add_new_memory("tea").memory_id == first

    def test_an_edited_text_is_known_as_a_duplicate(self, service):
        memory_id = service.add("tea")
        service.client.update_or_move_memories([memory_id], text="coffee")
        assert service.client.add_new_memory("coffee").memory_id == memory_id


class TestUpdate:
    def test_an_edit_changes_text_version_and_time_alone(self, service):
        memory_id = service.add("tea", createdAt="2025-03-04T05:06:07Z", source="kettle")
        before = service.client.get_memory(memory_id)
        service.client.update_or_move_memories([memory_id], text=" coffee ")
        after = service.client.get_memory(memory_id)
        assert (after.text, after.version, after.created_at, after.source) == ("coffee", 2, MOMENT, "kettle")
        assert after.updated_at > before.updated_at

    @pytest.mark.parametrize("by", ["bucket_id", "bucket_name"])
    def test_a_move_changes_the_bucket_and_the_counts(self, service, by):
        memory_id, work = service.add("tea"), service.bucket("Work")
        service.client.update_or_move_memories([memory_id], **{by: str(work) if by == "bucket_id" else "WORK"})
        moved = service.client.get_memory(memory_id)
        assert (moved.bucket_name, moved.text, moved.version) == ("Work", "tea", 2)
        assert service.counts() == {"General": 0, "Work": 1}

    def test_text_and_bucket_change_together(self, service):
        memory_id, work = service.add("tea"), service.bucket("Work")
        service.client.update_or_move_memories([memory_id], text="coffee", bucket_id=str(work))
        changed = service.client.get_memory(memory_id)
        assert (changed.text, changed.bucket_name) == ("coffee", "Work")

    def test_a_move_to_where_it_is_changes_no_count(self, service):
        service.client.update_or_move_memories([service.add("tea")], bucket_name="General")
        assert service.counts() == {"General": 1}

    def test_with_an_unknown_bucket_the_text_stays_too(self, service):
        memory_id = service.add("tea")
        answer = service.post("/api/v2/memory/update", {"memoryId": memory_id, "text": "coffee", "bucketId": 999_999})
        assert (answer.status_code, service.texts()) == (404, ["tea"])

    @pytest.mark.parametrize("where", [{"bucketId": 999_999}, {"bucketId": 10**25}, {"bucketName": "Nowhere"}])
    def test_an_unknown_bucket_is_a_404_that_names_the_field(self, service, where):
        answer = service.post("/api/v2/memory/update", {"memoryId": service.add("tea")} | where)
        assert (answer.status_code, answer.json()["error"].partition(":")[0]) == (404, *where)

    def test_an_unknown_memory_is_not_found(self, service):
        with pytest.raises(NotFound):
            service.client.update_or_move_memories(["mem_none"], text="tea")

    @pytest.mark.parametrize("text", ["", "  ", "x" * (LONGEST + 1), "a\0b", "\ud800", 5, []], ids=lambda t: repr(t)[:9])
    def test_an_unusable_text_is_refused_and_named(self, service, text):
        body = {"memoryId": service.add("tea"), "text": text}
        assert refusal(service.post("/api/v2/memory/update", body)).startswith("text: ")
        assert service.texts() == ["tea"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "memoryId"),
            ({"text": "tea"}, "memoryId"),
            ({"memoryId": "a"}, "text"),
            ({"memoryId": "a", "memoryIds": ["b"], "bucketId": 1}, "memoryId"),
            ({"memoryIds": ["a"]}, "memoryIds"),
            ({"memoryIds": ["a"], "text": "tea"}, "memoryIds"),
            ({"memoryIds": ["a"], "text": "tea", "bucketId": 1}, "memoryIds"),
            ({"memoryIds": [], "bucketId": 1}, "memoryIds"),
            ({"memoryIds": ["a"] * 101, "bucketId": 1}, "memoryIds"),
            ({"memoryIds": "a", "bucketId": 1}, "memoryIds"),
            ({"memoryIds": [1], "bucketId": 1}, "memoryIds"),
            ({"memoryIds": ["\ud800"], "bucketId": 1}, "memoryIds"),
            ({"memoryId": 1, "text": "tea"}, "memoryId"),
            ({"memoryId": "a\0", "text": "tea"}, "memoryId"),
            ({"memoryId": "a", "bucketId": "General"}, "bucketId"),
            ({"memoryId": "a", "bucketName": 5}, "bucketName"),
        ],
        ids=str,
    )
    def test_a_body_that_says_nothing_or_too_much_is_refused_and_named(self, service, body, field):
        assert refusal(service.post("/api/v2/memory/update", body)).startswith(f"{field}: ")


class TestBulkMove:
    def test_many_are_moved_at_once(self, service):
        ids, work = [service.add(f"tea {n}") for n in range(100)], service.bucket("Work")
        answer = service.post("/api/v2/memory/update", {"memoryIds": ids, "bucketId": work}).json()
        assert answer == {"done": "ok", "moved": 100}
        assert service.counts() == {"General": 0, "Work": 100}

    def test_one_that_is_not_there_keeps_all_where_they_are_and_is_named(self, service):
        ids, work = [service.add("one"), service.add("two")], service.bucket("Work")
        answer = service.post("/api/v2/memory/update", {"memoryIds": [ids[0], "mem_x", ids[1], "mem_a"], "bucketId": work})
        assert (answer.status_code, sorted(answer.json()["rejectedIds"])) == (404, ["mem_a", "mem_x"])
        assert service.counts() == {"General": 2, "Work": 0}

    def test_an_unknown_bucket_keeps_all_where_they_are(self, service):
        ids = [service.add("one"), service.add("two")]
        with pytest.raises(NotFound):
            service.client.update_or_move_memories(ids, bucket_name="Nowhere")
        assert service.counts() == {"General": 2}

    def test_an_id_given_twice_counts_once(self, service):
        memory_id, work = service.add("tea"), service.bucket("Work")
        answer = service.post("/api/v2/memory/update", {"memoryIds": [memory_id, memory_id], "bucketId": work}).json()
        assert answer["moved"] == 1
        assert service.counts() == {"General": 0, "Work": 1}


class TestOneMemory:
    @pytest.mark.parametrize("memory_id", ["mem_none", "a b", "ä/ö", "a\nb", "a\nb/c", "\0", "🎸", "%", "..", "'; --"])
    def test_an_id_that_is_nowhere_is_not_found(self, service, memory_id):
        with pytest.raises(NotFound):
            service.client.get_memory(memory_id)

    @pytest.mark.parametrize("memory_id", ["mem_none", "a\nb", "\0", "🎸"])
    def test_what_is_nowhere_cannot_be_deleted(self, service, memory_id):
        with pytest.raises(NotFound):
            service.client.delete_memory(memory_id)

    def test_the_address_of_another_operation_is_no_memory(self, service):
        with pytest.raises(Unsupported):
            service.client.get_memory("bulk-delete")

    def test_a_deleted_memory_is_gone_from_lists_search_and_counts(self, service):
        memory_id = service.add("tea")
        service.add("coffee")
        service.client.delete_memory(memory_id)
        assert service.texts() == ["coffee"]
        assert service.texts(query="tea") == []
        assert service.counts() == {"General": 1}

    def test_it_can_be_deleted_once(self, service):
        memory_id = service.add("tea")
        service.client.delete_memory(memory_id)
        with pytest.raises(NotFound):
            service.client.delete_memory(memory_id)


class TestBulkDelete:
    def test_it_counts_what_went_and_what_was_not_there(self, service):
        ids = [service.add("one"), service.add("two"), service.add("three")]
        gone = service.client.bulk_delete_memories([ids[0], "mem_none", ids[2], ids[0]])
        assert (gone.deleted, gone.failed) == (2, 1)
        assert service.texts() == ["two"]
        assert service.counts() == {"General": 1}

    @pytest.mark.parametrize("ids", [None, [], ["a"] * 101, "a", [1], ["\ud800"], ["\0"], {}])
    def test_a_malformed_list_is_refused_and_named(self, service, ids):
        assert refusal(service.post("/api/memories/bulk-delete", {"memoryIds": ids})).startswith("memoryIds: ")


class TestExamples:
    def test_loading_twice_adds_nothing(self, service):
        added = service.client.load_examples()
        assert len(added) >= 40
        assert service.client.load_examples() == ()
        assert sum(service.counts().values()) == len(added)

    def test_their_ids_are_told(self, service):
        added = service.client.load_examples()
        assert set(added) == {memory.id for memory in service.client.get_memories_and_buckets(all=True).memories}

    def test_they_can_all_be_removed_again_and_restored(self, service):
        added = service.client.load_examples()
        counts = service.counts()
        assert set(service.client.remove_examples()) == set(added)
        assert service.counts() == {"General": 0}
        service.client.restore_memories(added)
        assert service.counts() == counts
        assert service.client.get_memories_and_buckets().examples == len(added)

    def test_after_they_were_removed_they_can_be_loaded_again(self, service):
        service.client.load_examples()
        counts = service.counts()
        service.client.remove_examples()
        service.client.load_examples()
        assert service.counts() == counts

    def test_six_are_images_that_can_be_fetched(self, service):
        service.client.load_examples()
        page = service.client.get_memories_and_buckets(content_type="image")
        assert len(page.memories) == 6
        assert service.client.fetch_image(page.memories[0].image_url).content_type == "image/webp"

    def test_none_is_dated_in_the_future(self, service):
        service.client.load_examples()
        newest = service.client.get_memories_and_buckets(count=1).memories[0]
        assert newest.created_at <= datetime.now(UTC)

    def test_they_are_counted_in_the_list(self, service):
        added = service.client.load_examples()
        service.add("my own")
        assert service.client.get_memories_and_buckets().examples == len(added)

    def test_removing_keeps_what_the_person_wrote_edited_or_moved(self, service):
        service.client.load_examples()
        edited, moved = service.client.get_memories_and_buckets(count=2).memories
        service.client.update_or_move_memories([edited.id], text="my own words")
        service.client.update_or_move_memories([moved.id], bucket_name="General")
        service.add("my own")
        service.client.remove_examples()
        assert set(service.texts()) == {"my own words", moved.text, "my own"}

    def test_removing_keeps_a_bucket_that_something_else_is_in(self, service):
        service.client.load_examples()
        example = next(bucket for bucket in service.client.list_buckets() if bucket.name != "General")
        service.add("my own", bucketId=example.id)
        service.client.remove_examples()
        assert service.counts() == {"General": 0, example.name: 1}

    def test_removing_keeps_a_bucket_that_was_there_before(self, service):
        service.client.create_bucket("Cooking")
        service.client.load_examples()
        service.client.remove_examples()
        assert service.counts() == {"General": 0, "Cooking": 0}
