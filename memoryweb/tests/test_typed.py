"""Without scripts, what somebody typed is not lost when it cannot be saved; and who was signed out is told so."""

import html

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from memories.addresses import to_key
from memoryweb.accounts.models import Role, User
from memoryweb.localapi.models import Memory
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db

TEXT = "<b>Kettles</b> & a long thought"
NEW = {"text": TEXT, "date": "2025-03-04", "bucket": ""}


@pytest.fixture
def nora(owner):
    return User.objects.create(username="nora", role=Role.CONTRIBUTOR)


@pytest.fixture
def browser(nora):
    client = Client()
    client.force_login(nora)
    return client


def kept(answer):
    """What the page gives back to be copied."""
    (area,) = read(answer).all("textarea", id="typed")
    assert "readonly" in area.attributes
    return area.raw_text.strip()


def assert_nobody_keeps(answer):
    assert "no-store" in answer["Cache-Control"]
    assert "Kettles" not in answer.get("Location", "")
    assert Memory.objects.count() == 0


def end_sessions():
    Session.objects.all().delete()


class TestWhatWasTyped:
    @pytest.mark.parametrize("role", [Role.VIEWER, Role.NONE])
    def test_is_shown_to_whose_role_has_changed(self, nora, browser, role):
        User.objects.update(role=role)
        answer = browser.post("/memories/new/", NEW)
        assert (answer.status_code, kept(answer)) == (403, TEXT)
        assert_nobody_keeps(answer)

    @pytest.mark.parametrize("path", ["/memories/new/", "/memories/check/", f"/memories/{to_key('mem_1')}/edit/"])
    def test_is_shown_to_who_was_signed_out_with_the_way_in_beside_it(self, browser, path):
        end_sessions()
        answer = browser.post(path, NEW)
        assert (answer.status_code, kept(answer)) == (401, TEXT)
        assert "You have been signed out" in answer.text
        (link,) = [node for node in read(answer).all("a") if node.text == "Sign in in another tab"]
        assert (link["href"], link["target"]) == (f"/signin/?ended=1&next={path}", "_blank")
        assert_nobody_keeps(answer)

    def test_is_shown_to_who_was_disabled(self, nora, browser):
        User.objects.update(is_active=False)
        assert kept(browser.post("/memories/new/", NEW)) == TEXT

    def test_is_shown_where_the_form_is_out_of_date(self, nora):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(nora)
        answer = browser.post("/memories/new/", NEW)
        assert (answer.status_code, kept(answer)) == (403, TEXT)
        assert_nobody_keeps(answer)

    def test_is_not_shown_when_another_site_has_sent_it(self, nora):
        browser = Client(enforce_csrf_checks=True)
        answer = browser.post("/memories/new/", NEW, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
        assert "Kettles" not in answer.text

    def test_of_a_form_without_a_text_nothing_is_shown(self, browser):
        User.objects.update(role=Role.VIEWER)
        answer = browser.post("/memories/selection/delete/", {"ids": "mem_1"})
        assert answer.status_code == 403
        assert "<textarea" not in answer.text


class TestSignedOut:
    def test_the_page_to_sign_in_says_so_and_who_can_help(self, browser):
        end_sessions()
        answer = browser.get("/?q=kettles", follow=True)
        page = html.unescape(answer.text)
        assert answer.redirect_chain == [("/signin/?ended=1&next=/%3Fq%3Dkettles", 302)]
        assert "You have been signed out." in page
        assert "ask an owner to reset your sign-in" in page
        assert 'name="next" value="/?q=kettles"' in page

    def test_it_goes_on_saying_so_after_a_wrong_password(self, nora):
        answer = Client().post("/signin/?ended=1&next=/", {"login": "nora", "password": "wrong"})
        assert "You have been signed out." in answer.text

    def test_who_was_never_here_is_not_told_so(self):
        assert "You have been signed out" not in Client().get("/", follow=True).text

    def test_a_search_is_gone_on_with(self, browser):
        end_sessions()
        answer = browser.get(
            "/?q=kettles", headers={"HX-Request": "true", "HX-Trigger": "search", "HX-Current-URL": "http://testserver/"}
        )
        assert answer["HX-Redirect"] == "/signin/?ended=1&next=/%3Fq%3Dkettles"
