"""Sessions: what is read of one is this request's own."""

import pytest

from memoryweb.accounts.sessionstore import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    session = SessionStore()
    session["notices"] = ["saved"]
    session.save()
    return session.session_key


def test_what_a_request_does_not_save_the_next_one_does_not_see(key):
    SessionStore(key)["notices"].append("never saved")
    assert SessionStore(key)["notices"] == ["saved"]


def test_what_it_saves_the_next_one_sees(key):
    session = SessionStore(key)
    assert session["notices"] == ["saved"]
    session["notices"] = []
    session.save()
    assert SessionStore(key)["notices"] == []
