"""Earlier versions: what each change changed, and the way back."""

import pytest
from django.urls import reverse

from memoryweb.history.models import Batch
from memoryweb.memoryplugin import connect
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea(embedded, remember):
    """A memory of the embedded server."""
    return embedded.get_memory(remember("2025-03-04 - Tea with milk."))


def test_earlier_versions_show_what_each_change_changed(fragment, embedded, tea):
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with rum.")
    embedded.update_or_move_memories([tea.id], bucket_id=embedded.create_bucket("Kitchen").id)
    moved, changed = read(fragment(reverse("memories:versions", args=[tea.id]))).all("li")
    assert "General → Kitchen" in moved.text
    assert (changed.one("del").text, changed.one("ins").text) == ("milk", "rum")


def test_a_bucket_that_is_written_from_right_to_left_turns_nothing_beside_it(fragment, embedded, tea):
    embedded.update_or_move_memories([tea.id], bucket_id=embedded.create_bucket("\u05d0\u05d1").id)
    assert "General → \u2068\u05d0\u05d1\u2069" in read(fragment(reverse("memories:versions", args=[tea.id]))).text


def test_what_was_only_deleted_and_restored_is_no_other_version(fragment, embedded, tea):
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with rum.")
    embedded.delete_memory(tea.id)
    embedded.restore_memories([tea.id])
    assert embedded.get_memory(tea.id).version > 2
    assert len(read(fragment(reverse("memories:versions", args=[tea.id]))).all("li")) == 1


def test_a_memory_as_it_was_written_has_none(fragment, tea):
    assert "There are none" in read(fragment(reverse("memories:versions", args=[tea.id]))).text


def test_the_panel_offers_them_where_there_are_some(signed_in, embedded, tea):
    page = reverse("memories:memory", args=[tea.id])
    assert "Earlier versions" not in signed_in.get(page).content.decode()
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with rum.")
    assert "Earlier versions" in signed_in.get(page).content.decode()


def test_a_hosted_service_keeps_none(fragment, signed_in, hosted, owner):
    hosted.add("2025-03-04 - Tea with milk.", bucket=65)
    address = reverse("memories:versions", args=[connect(owner).get_memories(all=True).memories[0].id])
    assert fragment(address).status_code == signed_in.post(address, {"number": 1}).status_code == 404


def test_it_becomes_what_it_was_and_that_can_be_undone(signed_in, embedded, tea):
    kitchen = embedded.create_bucket("Kitchen").id
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with rum.", bucket_id=kitchen)
    signed_in.post(reverse("memories:versions", args=[tea.id]), {"number": 1})
    now = embedded.get_memory(tea.id)
    assert (now.text, now.bucket_name, now.version) == (tea.text, "General", 3)
    assert Batch.objects.get().operation == Batch.Operation.EDIT
    signed_in.post(reverse("history:undo", args=[Batch.objects.get().pk]))
    assert embedded.get_memory(tea.id).text == "2025-03-04 - Tea with rum."


def test_where_its_bucket_is_gone_it_stays_where_it_is(signed_in, embedded, tea):
    attic, kitchen = embedded.create_bucket("Attic").id, embedded.create_bucket("Kitchen").id
    embedded.update_or_move_memories([tea.id], bucket_id=attic)
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with rum.", bucket_id=kitchen)
    embedded.delete_bucket(attic)
    signed_in.post(reverse("memories:versions", args=[tea.id]), {"number": 2})
    now = embedded.get_memory(tea.id)
    assert (now.text, now.bucket_name) == (tea.text, "Kitchen")


def test_the_version_that_it_is_like_again_offers_no_way_back(fragment, embedded, tea):
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with rum.")
    embedded.update_or_move_memories([tea.id], text=tea.text)
    buttons = read(fragment(reverse("memories:versions", args=[tea.id]))).all("button")
    assert [button["value"] for button in buttons] == ["2"]


@pytest.mark.parametrize("number", ["", "7", "x", "1" * 40])
def test_a_version_that_there_never_was_changes_nothing(signed_in, embedded, tea, number):
    answer = signed_in.post(reverse("memories:versions", args=[tea.id]), {"number": number})
    assert answer.status_code == 404
    assert embedded.get_memory(tea.id).version == 1


def test_the_present_version_is_told_to_be_no_change(signed_in, embedded, tea):
    answer = signed_in.post(reverse("memories:versions", args=[tea.id]), {"number": 1})
    assert "Nothing is different" in answer.content.decode()
    assert embedded.get_memory(tea.id).version == 1
