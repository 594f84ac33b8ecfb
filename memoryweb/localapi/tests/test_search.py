"""Search: any word finds, any input is safe, filters narrow, and newer wins ties; through both transports."""

import pytest

ODD_INPUTS = [
    '"', '""', '"tea', "tea\"", "'", "*", "tea*", "^tea", "-tea", "tea -coffee", "text:tea", "text : tea", "{text} : tea",
    "tea AND", "OR tea", "NOT tea", "AND", "NEAR(tea coffee)", "NEAR(", "(", ")", "tea)", "+", "tea + coffee", "a;b", "--", "%",
    "\\", "\0", "tea\0coffee", "🎸", "👨‍👩‍👧", "\u202etea", "tea\r\ncoffee", "١٢٣", "ﬁ", "²", "e\u0301", "\u0301", "ß", "ǅ",
    "मराठी", "日本語", "ไทย", "x" * 20_000, "tea " * 5_000, '" ' * 10_000, "\"' OR 1=1 --",
]  # fmt: skip


@pytest.fixture
def drinks(service):
    """A few memories about drinks, oldest first."""
    texts = ["black coffee in the morning", "green tea at noon", "tea and coffee for guests", "a glass of water"]
    for day, text in enumerate(texts, 1):
        service.add(text, createdAt=f"2025-03-{day:02}T12:00:00Z")
    return texts


class TestWords:
    def test_any_of_the_words_finds(self, service, drinks):
        assert set(service.texts(query="tea coffee")) == set(drinks[:3])

    def test_more_of_the_words_rank_higher(self, service, drinks):
        assert service.texts(query="tea coffee")[0] == drinks[2]

    def test_a_word_that_is_nowhere_finds_nothing(self, service, drinks):
        assert service.texts(query="lemonade") == []

    def test_results_carry_descending_scores(self, service, drinks):
        scores = [memory.score for memory in service.client.get_memories_and_buckets(query="tea coffee").memories]
        assert scores == sorted(scores, reverse=True)
        assert scores[-1] > 0

    @pytest.mark.parametrize("query", ["TEA", "tEa", "téa", "te\u0301a", '"tea"', "tea!", "(tea)", "tea?"])
    def test_case_accents_and_punctuation_do_not_matter(self, service, drinks, query):
        assert set(service.texts(query=query)) == {drinks[1], drinks[2]}

    @pytest.mark.parametrize("asked", ["résumé", "re\u0301sume\u0301", "RÉSUMÉ", "resume"])
    def test_accented_words_are_found_however_they_are_encoded(self, service, asked):
        for written in ("résumé", "re\u0301sume\u0301", "RÉSUMÉ", "resume"):
            service.add(f"the {written} of a singer")
        assert len(service.texts(query=asked)) == 4

    def test_the_last_word_may_be_a_beginning(self, service, drinks):
        assert set(service.texts(query="morn")) == {drinks[0]}
        assert set(service.texts(query="gre cof")) == {drinks[0], drinks[2]}

    def test_two_letters_are_no_beginning(self, service, drinks):
        assert service.texts(query="mo") == []

    def test_the_description_of_an_image_is_found(self, service, picture):
        service.client.add_new_memory("a red square on the whiteboard", image=picture())
        assert service.texts(query="whiteboard") == ["a red square on the whiteboard"]

    def test_an_edited_text_is_found_by_its_new_words_alone(self, service):
        service.client.update_or_move_memories([service.add("tea")], text="coffee")
        assert (service.texts(query="tea"), service.texts(query="coffee")) == ([], ["coffee"])


class TestAnyInput:
    def test_it_is_answered(self, service, drinks):
        answers = {query: service.get("/api/v2/memory", query=query).status_code for query in ODD_INPUTS}
        assert {query: status for query, status in answers.items() if status != 200} == {}

    @pytest.mark.parametrize("query", ["tea NOT tea", "tea AND lemonade", "-tea", "^tea", "text:tea", "tea\0", "NEAR(tea)"])
    def test_operators_are_only_words(self, service, drinks, query):
        assert {drinks[1], drinks[2]} <= set(service.texts(query=query))

    @pytest.mark.parametrize("query", ["!!!", "🎸", '"', "-- %"])
    def test_without_a_word_in_it_nothing_is_found(self, service, drinks, query):
        assert service.texts(query=query) == []


class TestNarrowing:
    @pytest.fixture
    def teas(self, service, picture):
        """The word in two buckets, as a text and as an image each; returns the second bucket's id."""
        work = service.bucket("Work")
        for bucket, place in ((None, "home"), (str(work), "work")):
            service.client.add_new_memory(f"tea at {place}", bucket_id=bucket)
            service.client.add_new_memory(f"tea pictured at {place}", bucket_id=bucket, image=picture())
        return str(work)

    def test_by_bucket(self, service, teas):
        assert set(service.texts(query="tea", bucket_id=teas)) == {"tea at work", "tea pictured at work"}

    def test_by_type(self, service, teas):
        assert set(service.texts(query="tea", content_type="image")) == {"tea pictured at home", "tea pictured at work"}

    def test_by_both(self, service, teas):
        assert service.texts(query="tea", content_type="text", bucket_id=teas) == ["tea at work"]

    def test_by_a_bucket_that_does_not_exist(self, service, teas):
        assert service.texts(query="tea", bucket_id="999999") == []


class TestHowMany:
    @pytest.fixture
    def twelve(self, service):
        """Twelve memories that match equally well, as a search must give them: newest first, the last stored of a day first."""
        for number in range(12):
            service.add(f"tea {number:02}", createdAt=f"2025-03-{number // 2 + 1:02}T12:00:00Z")
        return [f"tea {number:02}" for number in reversed(range(12))]

    def test_newer_wins_ties(self, service, twelve):
        assert service.texts(query="tea", all=True) == twelve

    def test_the_first_list_gives_the_five_best(self, service, twelve):
        assert [memory.text for memory in service.client.get_memories(query="tea").memories] == twelve[:5]

    def test_the_second_list_gives_ten_or_as_many_as_asked_for(self, service, twelve):
        assert service.texts(query="tea") == twelve[:10]
        assert service.texts(query="tea", count=3) == twelve[:3]

    @pytest.mark.parametrize("path", ["/api/memory", "/api/v2/memory"])
    def test_all_lifts_the_limit_and_honours_skip(self, service, twelve, path):
        answer = service.get(path, query="tea", all="true", skip=1).json()
        texts = [item if isinstance(item, str) else item["text"] for item in answer.get("memories", answer.get("data"))]
        assert texts == twelve[1:]

    @pytest.mark.parametrize("path", ["/api/memory", "/api/v2/memory"])
    def test_relevance_outranks_latest(self, service, path):
        service.add("tea tea tea", createdAt="2025-03-01T12:00:00Z")
        service.add("among many other words there is tea somewhere in here", createdAt="2025-03-02T12:00:00Z")
        assert "tea tea tea" in service.get(path, query="tea", latest="true", count=1).text.partition("among")[0]

    @pytest.mark.parametrize("size", [1, 3, 5, 12])
    def test_pages_neither_skip_nor_repeat(self, service, twelve, size):
        pages = [service.texts(query="tea", count=size, skip=skip) for skip in range(0, 12, size)]
        assert [text for page in pages for text in page] == twelve

    def test_a_ranked_search_has_no_total(self, service, twelve):
        assert "total" not in service.get("/api/v2/memory", query="tea").json()
        assert "total" not in service.get("/api/memory", query="tea").json()
