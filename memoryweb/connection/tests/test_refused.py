"""A token that does not work any more: owners are told what to do, everybody else whom to tell."""

import html

import pytest

from memoryweb.connection import cipher
from memoryweb.memoryplugin import connect, errors

from .conftest import TOKEN

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}
TYPED = {"text": "2025-03-04 - Tea", "date": "2025-03-04", "bucket": ""}


def said(answer) -> str:
    return html.unescape(answer.content.decode())


@pytest.fixture
def revoked(connected):
    connected.token = "another one"
    return connected


@pytest.fixture
def unreadable(connected, folder):
    """The token is saved, and its key is another one now."""
    cipher.key_file().write_text(cipher.new_key())
    from memoryweb.connection import inuse

    inuse.tell()
    return connected


@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["page", "fragment"])
class TestRevoked:
    def test_an_owner_is_told_what_to_do_with_the_way_there(self, signed_in, revoked, headers):
        answer = signed_in.get("/", headers=headers)
        assert answer.status_code == 502
        assert "The service refused the token" in said(answer)
        assert f"does not accept the token that ends in {TOKEN[-4:]}" in said(answer)
        assert 'href="/connection/"' in said(answer)

    def test_others_are_told_whom_to_tell(self, viewer, owner, revoked, headers):
        answer = viewer.get("/", headers=headers)
        assert answer.status_code == 502
        assert "The memory service does not let memoryweb in" in said(answer)
        assert f"Tell an owner: {owner.username}." in said(answer)
        assert "Try again" in said(answer)
        assert not any(word in said(answer) for word in ("/connection/", "the token", TOKEN[-4:], "MEMORYPLUGIN"))

    def test_the_environment_s_token_is_replaced_there(self, signed_in, revoked, settings, headers):
        settings.MEMORYPLUGIN_URL, settings.MEMORYPLUGIN_TOKEN = revoked.base_url, "withdrawn"
        answer = signed_in.get("/", headers=headers)
        assert "put a valid one into MEMORYPLUGIN_TOKEN and start memoryweb again" in said(answer)

    def test_it_looks_unlike_an_outage(self, viewer, revoked, headers):
        refused = said(viewer.get("/", headers=headers))
        revoked.fail("refused")
        gone = said(viewer.get("/", headers=headers))
        assert "does not answer" in gone
        assert "does not answer" not in refused
        assert "does not let memoryweb in" not in gone


def test_a_form_keeps_what_was_typed_and_says_it_too(signed_in, revoked):
    answer = signed_in.post("/memories/new/", TYPED)
    assert answer.status_code == 502
    assert "save it on the page “Connection”" in said(answer)
    assert "2025-03-04 - Tea" in said(answer)


def test_the_status_page_tells_both(signed_in, viewer, revoked):
    assert "The service refused the token" in said(signed_in.get("/status/"))
    assert "The memory service does not let memoryweb in" in said(viewer.get("/status/"))
    assert "/connection/" not in said(viewer.get("/status/"))


@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["page", "fragment"])
class TestUnreadable:
    def test_nothing_is_sent(self, signed_in, unreadable, headers):
        assert signed_in.get("/", headers=headers).status_code == 503
        assert unreadable.calls == []

    def test_an_owner_is_told_what_to_do(self, signed_in, unreadable, headers):
        page = said(signed_in.get("/", headers=headers))
        assert "The saved token cannot be read" in page
        assert "CONNECTION_KEYS" in page
        assert 'href="/connection/"' in page

    def test_others_are_told_whom_to_tell(self, viewer, unreadable, headers):
        page = said(viewer.get("/", headers=headers))
        assert "The memory service does not let memoryweb in" in page
        assert "CONNECTION_KEYS" not in page


def test_the_page_of_the_connection_opens_with_a_wrong_key_and_mends_it(signed_in, unreadable):
    page = said(signed_in.get("/connection/"))
    assert "The saved token cannot be read" in page
    signed_in.post("/connection/", {"url": unreadable.base_url, "token": TOKEN})
    assert signed_in.get("/").status_code == 200


def test_a_ciphertext_is_never_sent(owner, unreadable):
    with pytest.raises(errors.UnreadableToken):
        connect(owner).list_buckets()
    assert unreadable.calls == []
