"""What an image's file was called: what is kept of it, for how long, and that the search knows it."""

import pytest
from django.core.management import call_command
from django.db import connection

from memoryweb import words
from memoryweb.localapi import images
from memoryweb.memoryplugin.types import WhyWord


@pytest.fixture
def add(service, picture):
    """Stores an image that was called so; gives its id."""

    def make(file_name, text="a square", colour="red"):
        return service.client.add_new_memory(text, image=picture(colour=colour), file_name=file_name).memory_id

    return make


def index_of(memory_id):
    """What the search's index holds of a memory."""
    sql = "SELECT stems FROM memory_index WHERE rowid = (SELECT id FROM localapi_memory WHERE public_id = %s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [memory_id])
        return cursor.fetchone()[0]


class TestWhatIsKept:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("IMG_2041.jpg", "IMG_2041.jpg"),
            ("oven-receipt", "oven-receipt"),
            ("Ofen Größe – Küche.JPEG", "Ofen Größe – Küche.JPEG"),
            ("Ofen Gro\u0308ße.png", "Ofen Größe.png"),
            ("領収書.png", "領収書.png"),
            ("../../etc/evil.png", "evil.png"),
            ("C:\\photos\\evil.png", "evil.png"),
            ("a\tb\r\nc.png", "a b c.png"),
            ("gnp\u202ee\u200bxe.png", "gnpexe.png"),
            ("nul\0l.png", "null.png"),
            ("image 2.png", "image 2.png"),
            ("v1.2 final draft of it", "v1.2 final draft of it"),
        ],
    )
    def test_the_name_without_folders_and_what_cannot_be_seen(self, sent, kept):
        assert images.called(sent) == kept

    @pytest.mark.parametrize(
        "sent",
        ["", "image", "image.png", "IMAGE.JPG", "blob", "file", "Untitled.png", ".", "..", "/", "-_-.png", "\u202e.png", " .gif"],
    )
    def test_nothing_of_a_name_that_says_nothing(self, sent):
        assert images.called(sent) == ""

    @pytest.mark.parametrize(("stem", "extension"), [("x" * 300, ".jpeg"), ("x" * 300, ""), ("x" * 150, "." + "y" * 150)])
    def test_at_most_200_characters_of_a_long_one_and_its_extension_where_it_is_one(self, stem, extension):
        kept = images.called(stem + extension)
        assert len(kept) == 200
        assert kept.endswith(".jpeg") == (extension == ".jpeg")

    def test_it_comes_back_with_the_memory(self, service, add):
        assert service.client.get_memory(add("oven-receipt.jpg")).file_name == "oven-receipt.jpg"
        assert service.client.get_memories_and_buckets().memories[0].file_name == "oven-receipt.jpg"

    @pytest.mark.parametrize("name", ["", "image.png"])
    def test_an_image_without_one_says_nothing_of_it(self, service, add, name):
        assert "fileName" not in service.get(f"/api/memories/{add(name)}").json()["metadata"]

    @pytest.mark.parametrize("name", ["Küche & Bad.jpg", 'a "quoted" name.png', "領収書.png"])
    def test_it_may_have_any_letters(self, service, add, name):
        assert service.client.get_memory(add(name)).file_name == name.replace('"', "%22")  # as browsers send it, too

    def test_it_outlives_a_new_description_the_trash_and_restoring(self, service, add):
        made = add("oven-receipt.jpg")
        service.client.update_or_move_memories([made], text="a red square")
        service.client.delete_memory(made)
        assert service.client.get_trash(count=1).memories[0].file_name == "oven-receipt.jpg"
        service.client.restore_memories([made])
        assert service.client.get_memory(made).file_name == "oven-receipt.jpg"
        assert service.texts(query="oven") == ["a red square"]


class TestItsWords:
    @pytest.mark.parametrize(
        ("name", "found"),
        [
            ("oven-receipt_2024.final.jpg", ["oven", "receipt", "2024", "final", "jpg"]),
            ("IMG2041.jpg", ["IMG2041", "jpg", "IMG", "2041"]),
            ("ovenReceipt.png", ["ovenReceipt", "png", "oven", "Receipt"]),
            ("photo1", ["photo1", "photo", "1"]),
            ("3f2504e0-4f89", ["3f2504e0", "4f89"]),
            ("Küche2024", ["Küche2024", "Küche", "2024"]),
            ("領収書", ["領", "収", "書"]),
            ("", []),
        ],
    )
    def test_runs_of_letters_and_digits_and_the_parts_of_those_that_have_any(self, name, found):
        assert words.name_words(name) == found


class TestFinding:
    @pytest.mark.parametrize("query", ["oven-receipt", "receipt oven", "IMG_2041.jpg", "2041", "receip", "receipts", "march"])
    def test_a_word_of_the_name_finds_the_image(self, service, add, query):
        add("IMG2041_oven-receipt 2024-03-05.jpg", "what it cost")
        add("other.png", "nothing of it", colour="blue")
        assert service.texts(query=query) == ["what it cost"]
        assert service.texts(query=query, sort="newest") == ["what it cost"]

    def test_images_and_texts_are_ranked_together(self, service, add):
        service.add("2025-03-01 - The oven came, and with it a receipt which nobody will ever look at again")
        add("oven-receipt.jpg", "what it cost")
        service.add("2025-03-02 - The oven is hot")
        assert service.texts(query="oven receipt")[:2] == [
            "what it cost",
            "2025-03-01 - The oven came, and with it a receipt which nobody will ever look at again",
        ]

    def test_a_memory_with_more_of_the_words_in_text_and_name_together_comes_first(self, service, add):
        add("receipt.jpg", "the oven", colour="red")
        add("other.jpg", "the oven", colour="blue")
        first, _ = service.client.get_memories_and_buckets(query="oven receipt").memories
        assert first.file_name == "receipt.jpg"

    def test_words_one_after_the_other_are_found_in_the_name(self, service, add):
        add("oven-receipt.jpg", "what it cost")
        assert service.texts(phrases=["oven receipt"]) == ["what it cost"]
        assert service.texts(phrases=["receipt oven"]) == []

    def test_words_of_which_one_ends_the_text_and_one_begins_the_name_are_not_one_after_the_other(self, service, add):
        add("receipt.jpg", "the oven")
        assert service.texts(phrases=["oven receipt"]) == []

    @pytest.mark.parametrize("query", ["", "cost"])
    def test_a_word_to_leave_out_leaves_out_by_the_name_as_well(self, service, add, query):
        add("oven-receipt.jpg", "what it cost")
        assert service.texts(query=query, excluded=["receipt"]) == []

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("receipts", WhyWord("receipt", "receipts", "stem", in_file_name=True)),
            ("2041", WhyWord("2041", "2041", "word", in_file_name=True)),
            ("ove", WhyWord("oven", "ove", "beginning", in_file_name=True)),
            ("March", WhyWord("2024-03-05", "March", "date", in_file_name=True)),
            ("cost", WhyWord("cost", "cost", "word")),
            ("what", WhyWord("what", "what", "word")),  # in both
        ],
    )
    def test_why_says_that_a_word_stands_in_the_name(self, service, add, query, expected):
        made = add("what IMG2041 oven-receipt 2024-03-05.jpg", "what it cost")
        (memory,) = service.client.get_memories_and_buckets(query=query, explain=True).memories
        assert memory.why.words == (expected,)
        assert service.client.get_memory(made, query=query).why.words == (expected,)

    def test_an_index_made_anew_is_the_same(self, service, add):
        made = add("IMG2041_oven-receipt 2024-03-05.jpg", "what it cost")
        before = index_of(made)
        call_command("reindex")
        assert index_of(made) == before
        assert "2041" in before.split()
