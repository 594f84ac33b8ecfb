"""Lists: order, paging, filters, totals and shapes of GET /api/memory and GET /api/v2/memory, through both transports."""

import pytest

LISTS = pytest.mark.parametrize("path", ["/api/memory", "/api/v2/memory"])


def at(day):
    return f"2025-03-{day:02}T12:00:00Z"


def ids_of(answer):
    return [item["id"] for item in answer.json().get("memories", answer.json().get("data"))]


@pytest.fixture
def eleven(service):
    """Eleven memories' ids as lists must give them: by day, and of the same day the last one stored first."""
    days = [3, 1, 2, 2, 2, 1, 3, 2, 1, 1, 2]
    stored = [(day, number, service.add(f"memory {number}", createdAt=at(day))) for number, day in enumerate(days)]
    return [memory_id for _, _, memory_id in sorted(stored, reverse=True)]


class TestById:
    def test_they_come_in_the_order_they_are_asked_for_and_each_once(self, service):
        one, two, three = (service.add(text) for text in ("one", "two", "three"))
        found = service.client.get_memories_by_id([three, one, three, two])
        assert [memory.text for memory in found] == ["three", "one", "two"]

    def test_everything_about_them_is_told(self, service):
        memory_id = service.add("tea", bucketId=service.bucket("Work"), source="kettle")
        assert service.client.get_memories_by_id([memory_id]) == (service.client.get_memory(memory_id),)

    def test_those_that_are_not_there_are_left_out(self, service):
        one, gone = service.add("one"), service.add("two")
        service.client.delete_memory(gone)
        assert [memory.id for memory in service.client.get_memories_by_id(["mem_x", gone, one, "🎸"])] == [one]

    def test_none_are_given_when_none_are_asked_for(self, service):
        service.add("tea")
        assert service.client.get_memories_by_id([]) == ()

    def test_a_hundred_can_be_asked_for_and_no_more(self, service):
        ids = [service.add(f"tea {n}") for n in range(100)]
        assert [memory.id for memory in service.client.get_memories_by_id(ids)] == ids
        answer = service.get("/api/memories", id=[*ids, "mem_x"])
        assert (answer.status_code, answer.json()["error"][:4]) == (400, "id: ")

    @pytest.mark.parametrize("path", ["/api/memories", "/api/memory", "/api/v2/memory"])
    def test_more_parameters_than_anybody_can_mean_are_refused(self, service, path):
        answer = service.get(path, id=["mem_x"] * 1000)
        assert (answer.status_code, "parameters" in answer.json()["error"]) == (400, True)

    def test_what_no_id_can_be_is_refused(self, service):
        answer = service.get("/api/memories", id=["a\0"])
        assert (answer.status_code, answer.json()["error"][:4]) == (400, "id: ")


class TestOrderAndPaging:
    @LISTS
    def test_the_newest_come_first_and_ties_are_broken(self, service, eleven, path):
        assert ids_of(service.get(path, all="true", includeIds="true")) == eleven

    @LISTS
    def test_ten_is_the_default(self, service, eleven, path):
        assert ids_of(service.get(path, includeIds="true")) == eleven[:10]

    @LISTS
    @pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 10, 11, 12])
    def test_pages_of_any_size_neither_skip_nor_repeat(self, service, eleven, path, size):
        pages = [ids_of(service.get(path, count=size, skip=skip, includeIds="true")) for skip in range(0, 12, size)]
        assert [memory_id for page in pages for memory_id in page] == eleven

    @LISTS
    @pytest.mark.parametrize("skip", [0, 1, 10, 11, 99, 2**63, 10**25])
    def test_all_still_honours_skip(self, service, eleven, path, skip):
        assert ids_of(service.get(path, all="true", skip=skip, includeIds="true")) == eleven[skip:]

    @LISTS
    def test_a_huge_count_gives_everything(self, service, eleven, path):
        assert ids_of(service.get(path, count=10**25, includeIds="true")) == eleven

    @LISTS
    def test_latest_is_newest_first(self, service, eleven, path):
        assert ids_of(service.get(path, latest="true", count=3, includeIds="true")) == eleven[:3]

    def test_the_client_asks_the_same(self, service, eleven):
        page = service.client.get_memories(count=4, skip=2)
        assert [memory.id for memory in page.memories] == eleven[2:6]
        page = service.client.get_memories_and_buckets(count=4, skip=2)
        assert [memory.id for memory in page.memories] == eleven[2:6]


class TestShapes:
    def test_the_page_object_tells_how_many_it_holds_and_how_many_there_are(self, service, eleven):
        answer = service.get("/api/memory", count=4).json()
        assert (len(answer["data"]), answer["count"], answer["total"]) == (4, 4, 11)

    @pytest.mark.parametrize("version", ["1", "1.0"])
    def test_version_1_gives_strings(self, service, version):
        service.add("tea")
        assert service.get("/api/memory", v=version).json() == ["tea"]

    def test_version_1_of_nothing_is_an_empty_list(self, service):
        assert service.get("/api/memory", v=1).json() == []

    @pytest.mark.parametrize("params", [{}, {"includeIds": "false"}])
    def test_text_memories_are_strings_without_ids(self, service, params):
        service.add("tea")
        assert service.get("/api/v2/memory", **params).json()["memories"] == ["tea"]

    def test_with_ids_they_are_the_whole_memory(self, service):
        memory_id = service.add("tea")
        listed = service.get("/api/v2/memory", includeIds="true").json()["memories"]
        assert listed == [service.get(f"/api/memories/{memory_id}").json()]

    def test_an_image_is_an_object_also_without_ids(self, service, picture):
        service.client.add_new_memory("a red square", image=picture())
        image = service.get("/api/v2/memory").json()["memories"][0]
        assert (image["content_type"], image["image_description"]) == ("image", "a red square")

    def test_all_buckets_come_along_whatever_the_filter(self, service):
        service.bucket("Work")
        answer = service.get("/api/v2/memory", bucketId=999_999).json()
        assert [bucket["name"] for bucket in answer["buckets"]] == ["General", "Work"]


class TestFilters:
    @pytest.fixture
    def work(self, service, picture):
        """A bucket with a text and an image; General holds the same and one text more."""
        work = service.bucket("Work")
        for bucket in (None, str(work)):
            service.client.add_new_memory("a text", bucket_id=bucket)
            service.client.add_new_memory("a red square", bucket_id=bucket, image=picture())
        service.add("another text")
        return work

    @pytest.mark.parametrize(
        ("narrowing", "texts"),
        [
            ({"content_type": "text"}, ["another text", "a text", "a text"]),
            ({"content_type": "image"}, ["a red square", "a red square"]),
            ({"bucket_id": "work"}, ["a red square", "a text"]),
            ({"bucket_id": "work", "content_type": "text"}, ["a text"]),
            ({"bucket_id": "work", "content_type": "image"}, ["a red square"]),
        ],
    )
    def test_bucket_and_type_narrow_list_and_total_together(self, service, work, narrowing, texts):
        narrowing = narrowing | ({"bucket_id": str(work)} if "bucket_id" in narrowing else {})
        page = service.client.get_memories_and_buckets(**narrowing, count=1)
        assert service.texts(**narrowing) == texts
        assert (len(page.memories), page.total) == (1, len(texts))

    @pytest.mark.parametrize("bucket", ["999999", "0", "-1", "9223372036854775808", "-99999999999999999999"])
    def test_a_bucket_that_does_not_exist_is_empty(self, service, work, bucket):
        answer = service.get("/api/v2/memory", bucketId=bucket).json()
        assert (answer["memories"], answer["total"]) == ([], 0)

    def test_a_memory_list_of_every_bucket_ignores_the_filters_it_does_not_know(self, service, work):
        answer = service.get("/api/memory", bucketId=work, contentType="image").json()
        assert answer["count"] == answer["total"] == 5

    def test_malformed_parameters_of_the_other_list_are_ignored(self, service, work):
        assert service.get("/api/memory", bucketId="x", contentType="x", includeIds="x").json()["count"] == 5
        assert len(service.get("/api/v2/memory", v="x").json()["memories"]) == 5


class TestParameters:
    @LISTS
    @pytest.mark.parametrize(
        ("name", "value"),
        [("count", "0"), ("count", "-1"), ("count", "ten"), ("count", "1.5"), ("count", "1e3"), ("count", "٣"), ("skip", "-1"),
         ("skip", "x"), ("skip", "\0"), ("all", "perhaps"), ("latest", "2")],
    )  # fmt: skip
    def test_a_malformed_one_is_refused_and_named(self, service, path, name, value):
        answer = service.get(path, **{name: value})
        assert (answer.status_code, answer.json()["error"].partition(":")[0]) == (400, name)

    @pytest.mark.parametrize(
        ("path", "name", "value"),
        [
            ("/api/v2/memory", "bucketId", "Work"),
            ("/api/v2/memory", "bucketId", "1.5"),
            ("/api/v2/memory", "includeIds", "maybe"),
            ("/api/v2/memory", "contentType", "video"),
            ("/api/memory", "v", "two"),
        ],
    )
    def test_a_malformed_one_of_its_own_is_refused_and_named(self, service, path, name, value):
        answer = service.get(path, **{name: value})
        assert (answer.status_code, answer.json()["error"].partition(":")[0]) == (400, name)

    @LISTS
    def test_unknown_ones_are_ignored(self, service, path):
        service.add("tea")
        assert service.get(path, client="extension", memories="0").json() == service.get(path).json()

    @LISTS
    @pytest.mark.parametrize("query", ["", " ", "\t\n"])
    def test_an_empty_query_is_none(self, service, path, query):
        service.add("tea")
        assert service.get(path, query=query).json()["total"] == 1

    @LISTS
    @pytest.mark.parametrize("name", ["count", "skip", "all", "bucketId", "contentType", "source", "v"])
    def test_an_empty_one_counts_as_absent(self, service, path, name):
        service.add("tea")
        assert service.get(path, **{name: ""}).json()["total"] == 1
