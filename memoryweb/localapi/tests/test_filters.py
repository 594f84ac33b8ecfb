"""Our own parameters of GET /api/v2/memory: sources, time, phrases, exclusion, order, cursors, and why something was found."""

from datetime import UTC, datetime

import pytest

from memoryweb.localapi import frequencies, search
from memoryweb.memoryplugin.types import WhyWord

WANTED = [{}, {"sort": "oldest"}, {"query": "cellar red", "sort": "newest"}, {"excluded": ["bought"]}]


def day(number):
    return datetime(2025, 3, number, 12, tzinfo=UTC)


@pytest.fixture
def diary(service):
    """Six memories of six days, oldest first."""
    work = service.bucket("Work")
    texts = {
        1: ("2025-03-01 - The red bicycle stands in the cellar", {"source": "Phone"}),
        2: ("2025-03-02 - A bicycle, red and old, was sold", {"source": "phone"}),
        3: ("2025-03-03 - Bought red paint", {"bucketId": work, "source": "laptop"}),
        4: ("2025-03-04 - Painting the cellar took all day", {"bucketId": work}),
        5: ("2025-03-05 - The cellar smells of paint", {}),
        6: ("2025-03-06 - Nothing happened", {"source": "laptop"}),
    }
    for number, (text, fields) in texts.items():
        service.add(text, createdAt=f"2025-03-0{number}T12:00:00Z", **fields)
    return lambda *numbers: [texts[number][0] for number in numbers]


class TestSource:
    @pytest.mark.parametrize("source", ["phone", "PHONE", "Phone"])
    def test_it_counts_without_regard_to_case(self, service, diary, source):
        assert service.texts(memory_source=source) == diary(2, 1)

    def test_it_narrows_a_search(self, service, diary):
        assert service.texts(query="red", memory_source="laptop") == diary(3)

    def test_an_unknown_one_has_nothing(self, service, diary):
        assert service.texts(memory_source="telex") == []


class TestTime:
    def test_from_is_included_and_before_is_not(self, service, diary):
        assert service.texts(created_from=day(2), created_before=day(4)) == diary(3, 2)

    def test_they_narrow_a_search(self, service, diary):
        assert service.texts(query="cellar", created_from=day(4), created_before=day(5)) == diary(4)

    @pytest.mark.parametrize(
        "value", ["yesterday", "2025-13-01T00:00:00Z", "2025-03-01", "2025-03-01T00:00:00", "0001-01-01T00:00:00Z"]
    )
    @pytest.mark.parametrize("name", ["createdFrom", "createdBefore"])
    def test_an_unreadable_time_is_refused_and_named(self, service, name, value):
        answer = service.get("/api/v2/memory", **{name: value})
        assert answer.status_code == 400
        assert answer.json()["error"].startswith(f"{name}: ")


class TestPhrases:
    def test_the_words_must_stand_one_after_another(self, service, diary):
        assert service.texts(query="red bicycle", phrases=["red bicycle"]) == diary(1)

    def test_the_very_words_must_stand_there(self, service, diary):
        assert service.texts(query="paint", phrases=["paint"]) == diary(3, 5)
        assert service.texts(query="painting", phrases=["painting"]) == diary(4)

    def test_case_accents_and_signs_do_not_matter(self, service, diary):
        assert service.texts(phrases=["bícycle RED"]) == diary(2)

    def test_each_of_several_must_stand_there(self, service, diary):
        assert service.texts(phrases=["the cellar", "paint"]) == diary(5)

    def test_without_a_query_they_narrow_the_list(self, service, diary):
        assert service.texts(phrases=["the cellar"]) == diary(5, 4, 1)

    def test_in_the_query_itself_quotes_are_only_signs(self, service, diary):
        assert set(service.texts(query='"bicycle red"')) == set(diary(1, 2, 3))

    @pytest.mark.parametrize("phrase", ["", '"', "(", "a OR b", "*", "\u0301", "x" * 5000])
    def test_any_text_may_be_one(self, service, diary, phrase):
        assert service.get("/api/v2/memory", phrase=phrase, query="red").status_code == 200


class TestExclusion:
    def test_memories_with_the_word_in_any_form_are_left_out(self, service, diary):
        assert service.texts(query="cellar", excluded=["paint"]) == diary(1)

    def test_without_a_query_it_narrows_the_list(self, service, diary):
        assert service.texts(excluded=["cellar", "paint"]) == diary(6, 2)

    def test_words_one_after_another_are_left_out_together(self, service, diary):
        assert service.texts(query="bicycle", excluded=["red bicycle"]) == diary(2)

    def test_with_a_phrase(self, service, diary):
        assert service.texts(phrases=["the cellar"], excluded=["smells"]) == diary(4, 1)


class TestOrder:
    def test_by_time_both_ways(self, service, diary):
        assert service.texts(sort="oldest") == diary(1, 2, 3, 4, 5, 6)
        assert service.texts(sort="newest") == diary(6, 5, 4, 3, 2, 1)

    def test_a_search_by_time(self, service, diary):
        assert service.texts(query="cellar", sort="oldest") == diary(1, 4, 5)
        assert service.texts(query="cellar paint", sort="newest") == diary(5, 4, 3, 1)

    def test_relevance_without_a_query_is_newest_first(self, service, diary):
        assert service.texts(sort="relevance") == diary(6, 5, 4, 3, 2, 1)

    def test_an_unknown_order_is_refused(self, service):
        assert service.get("/api/v2/memory", sort="best").status_code == 400


class TestCursor:
    @pytest.mark.parametrize("wanted", WANTED, ids=str)
    def test_it_goes_on_to_the_end(self, service, diary, wanted):
        collected, cursor = [], ""
        while True:
            page = service.client.get_memories_and_buckets(count=2, cursor=cursor, **wanted)
            collected += [memory.text for memory in page.memories]
            cursor = page.next_cursor
            if not cursor:
                break
        assert collected == service.texts(all=True, **wanted)

    def test_what_is_added_meanwhile_repeats_nothing(self, service, diary):
        first = service.client.get_memories_and_buckets(count=2)
        service.add("new")
        assert service.texts(count=2, cursor=first.next_cursor) == diary(4, 3)

    @pytest.mark.parametrize("wanted", [{"sort": "oldest"}, {"query": "red"}], ids=str)
    def test_one_of_another_order_is_refused_and_named(self, service, diary, wanted):
        cursor = service.client.get_memories_and_buckets(count=2).next_cursor
        answer = service.get("/api/v2/memory", cursor=cursor, **wanted)
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("cursor: ")

    @pytest.mark.parametrize("cursor", ["x", "é", "====", "MjAyNQ==", "bm93IDE=", "A" * 2000])
    def test_an_unreadable_one_is_refused_and_named(self, service, cursor):
        answer = service.get("/api/v2/memory", cursor=cursor)
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("cursor: ")


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"sort": "best"}, "sort: must be 'relevance', 'newest', 'oldest' or ''."),
        ({"explain": "perhaps"}, "explain: must be true or false."),
        ({"createdFrom": "2025-03-01T00:00:00"}, "createdFrom: must say its time zone, such as 2026-04-01T10:00:00Z."),
        ({"count": "0"}, "count: must be 1 or more."),
        ({"phrase": ["a"] * 33}, "phrase: must be at most 32; there are 33."),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_named_with_the_remedy(service, wanted, sentence):
    assert service.get("/api/v2/memory", **wanted).json()["error"] == sentence


class TestFound:
    def test_it_counts_the_matches_and_not_those_shown(self, service, diary):
        assert service.client.get_memories_and_buckets(query="cellar", count=1).found == 3
        assert service.client.get_memories_and_buckets(query="cellar", count=1, sort="newest").found == 3
        assert service.client.get_memories_and_buckets(memory_source="phone", count=1).found == 2

    def test_it_counts_no_further_than_the_contract_says(self, service, diary, monkeypatch):
        monkeypatch.setattr(search, "COUNTED", 2)
        assert service.client.get_memories_and_buckets(query="cellar", count=1).found == 2


class TestWhy:
    def test_each_word_and_how_it_matched(self, service, diary):
        found = service.client.get_memories_and_buckets(query="painted Cellar march smell", explain=True)
        why = {memory.text: memory.why.words for memory in found.memories}
        assert why[diary(5)[0]] == (
            WhyWord("paint", "painted", "stem"),
            WhyWord("cellar", "Cellar", "word"),
            WhyWord("2025-03-05", "march", "date"),
            WhyWord("smells", "smell", "stem"),
        )

    def test_a_beginning(self, service, diary):
        (memory,) = service.client.get_memories_and_buckets(query="bough", explain=True).memories
        assert memory.why.words == (WhyWord("Bought", "bough", "beginning"),)

    def test_unasked_nothing_is_explained(self, service, diary):
        assert {memory.why for memory in service.client.get_memories_and_buckets(query="red").memories} == {None}


class TestCommonWords:
    """With bounds as a store of millions meets them."""

    @pytest.fixture
    def few(self, monkeypatch):
        monkeypatch.setattr(search, "SCORED", 2)
        monkeypatch.setattr(search, "WINDOW", 2)
        monkeypatch.setattr(search, "CANDIDATES", 2)

    def test_rare_words_choose(self, service, diary, few):
        found = service.client.get_memories_and_buckets(query="smells cellar")
        assert found.memories[0].text == diary(5)[0]
        assert found.is_capped

    def test_memories_with_all_of_the_common_words_come_first(self, service, diary, few):
        assert service.texts(query="red cellar")[0] == diary(1)[0]

    @pytest.mark.parametrize("query", ["cellar", "red cellar paint", "smells cellar", "red bicycle painting day"])
    @pytest.mark.parametrize("count", [1, 2, 4])
    def test_every_match_is_found_once_however_one_pages(self, service, diary, few, query, count):
        pages = [service.texts(query=query, count=count, skip=skip) for skip in range(0, 8, count)]
        assert [text for page in pages for text in page] == service.texts(query=query, all=True)
        assert len(set(service.texts(query=query, all=True))) == service.client.get_memories_and_buckets(query=query).found

    def test_a_bucket_still_narrows(self, service, diary, few):
        work = next(bucket.id for bucket in service.client.list_buckets() if bucket.name == "Work")
        assert set(service.texts(query="red paint cellar", bucket_id=work)) == set(diary(3, 4))

    def test_what_is_excluded_stays_out(self, service, diary, few):
        assert set(service.texts(query="red paint cellar", excluded=["day", "smell"])) == set(diary(1, 2, 3))

    def test_by_time_too(self, service, diary, few):
        assert service.texts(query="red cellar", sort="oldest") == diary(1, 2, 3, 4, 5)

    @pytest.fixture
    def begun(self, few, monkeypatch):
        """So many memories have words with a beginning that the newest two are looked into."""
        monkeypatch.setattr(search, "MERGED_MEANWHILE", 0)
        monkeypatch.setattr(search, "WALKED", 2)
        for name, value in {"MANY": 0, "NEWEST": 5, "ENOUGH": 1, "_remembered": {}}.items():
            monkeypatch.setattr(frequencies, name, value)

    def test_a_common_beginning_is_looked_for_in_the_newest(self, service, diary, begun):
        found = service.client.get_memories_and_buckets(query="cell")
        assert [memory.text for memory in found.memories] == diary(5, 4, 1)
        assert [bool(memory.score) for memory in found.memories] == [True, False, False]
        assert found.is_capped
        assert found.found == 3

    def test_how_common_a_beginning_is_the_newest_tell(self, service, diary, begun, monkeypatch):
        monkeypatch.setattr(search, "SCORED", 100)
        assert search._begun_by('"cell"*', 500) == 200
        monkeypatch.setattr(search, "SCORED", 300)
        assert search._begun_by('"cell"*', 500) == 200  # remembered
        frequencies._remembered.clear()
        assert search._begun_by('"cell"*', 500) == 3

    @pytest.mark.parametrize("query", ["cell", "red cell", "red pai"])
    @pytest.mark.parametrize("count", [1, 2])
    def test_every_match_of_a_beginning_is_found_once(self, service, diary, begun, query, count):
        pages = [service.texts(query=query, count=count, skip=skip) for skip in range(0, 8, count)]
        assert [text for page in pages for text in page] == service.texts(query=query, all=True)
        assert len(set(service.texts(query=query, all=True))) == service.client.get_memories_and_buckets(query=query).found

    def test_what_a_word_tells_by_itself_is_not_counted(self, service, diary, few, monkeypatch):
        monkeypatch.setattr(search, "COUNTED", 1)
        monkeypatch.setattr(search, "_count", None)
        assert service.client.get_memories_and_buckets(query="cellar").found == 1

    def test_rare_words_are_not_capped(self, service, diary):
        assert not service.client.get_memories_and_buckets(query="cellar").is_capped
