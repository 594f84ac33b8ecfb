"""Memory ids in addresses: any id goes in and comes out, in one spelling only."""

import pytest
from django.urls import Resolver404, resolve, reverse
from hypothesis import given
from hypothesis import strategies as st

from memories.converters import MemoryIdConverter

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(ids)
def test_any_id_comes_out_as_it_went_in(memory_id):
    assert resolve(reverse("memories:memory", args=[memory_id])).kwargs == {"memory_id": memory_id}


@given(ids)
def test_an_address_needs_no_escaping(memory_id):
    path = reverse("memories:memory", args=[memory_id])
    assert path.isascii()
    assert not set(path) & set("%?#=+. ")


@pytest.mark.parametrize("memory_id", ["new", "check", "examples", "user/1:abc=?é", "../..", "a b", "~1", "0"])
def test_an_id_is_never_taken_for_another_page(memory_id):
    assert resolve(reverse("memories:memory", args=[memory_id])).view_name == "memories:memory"


@pytest.mark.parametrize("value", ["YQ==", "YR", "Y", "_w", "gICA", "YWJj="])
def test_another_spelling_leads_nowhere(value):
    with pytest.raises(Resolver404):
        resolve(f"/memories/{value}/")


def test_the_spelling_is_base64url():
    assert MemoryIdConverter().to_url("a?>~") == "YT8-fg"
