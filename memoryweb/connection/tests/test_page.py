"""The page of the connection: what it shows, what it tests before it saves, and that it never gives a token back."""

import html
import logging
import re

import pytest
from django.test import Client

from memoryweb.accounts import bucketroles
from memoryweb.accounts.models import Role, User
from memoryweb.audit.models import Event
from memoryweb.connection import inuse, services
from memoryweb.connection.models import Connection
from memoryweb.history.models import Batch
from memoryweb.memoryplugin import connect, errors, exchange
from memoryweb.memoryplugin.client import service_of
from memoryweb.tests.hosted import FAULTS, mounted

from .conftest import TOKEN

pytestmark = pytest.mark.django_db

FIELDS = {"401": "token", "403": "token"}  # what to change after a fault; the address for any other
SENTENCES = {
    "refused": "Nothing answers at this address",
    "lost": "Nothing answers at this address",
    "timed_out": "did not answer within ten seconds",
    "400": "is no memory service",
    "401": "does not accept this token",
    "403": "may not read memories",
    "404": "is no memory service",
    "429": "Try again in 2 minutes",
    "500": "something is wrong on its side",
    "html": "is no memory service",
    "truncated": "is no memory service",
    "wrong_shape": "is no memory service",
}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(exchange.random, "uniform", lambda low, high: 0)


def said(answer) -> str:
    return html.unescape(answer.content.decode())


def beside(answer, field: str) -> str:
    """What the page says beside a field."""
    found = re.search(rf'id="{field}-error" role="alert">(.*?)</p>', answer.content.decode())
    return html.unescape(found[1]) if found else ""


def form(account, **fields):
    return {"url": account.base_url, "token": TOKEN} | fields


class TestSaving:
    def test_what_works_is_saved_and_used_at_once(self, signed_in, owner, account):
        answer = signed_in.post("/connection/", form(account), follow=True)
        assert answer.redirect_chain == [("/connection/", 302)]
        assert f"Connected to {account.base_url.removeprefix('https://')}, which has 3 buckets" in said(answer)
        assert [bucket.name for bucket in connect(owner).list_buckets()] == ["General", "Work", "Personal"]

    def test_the_page_shows_service_end_of_the_token_and_who_saved_it(self, signed_in, connected):
        page = said(signed_in.get("/connection/"))
        assert connected.base_url in page
        assert f"ending in <code>…{TOKEN[-4:]}</code>" in page
        assert "by owner" in page
        assert "Accepted" in page

    def test_of_a_short_token_nothing_is_shown(self, signed_in, owner):
        services.save("https://memory.example", "short-token", owner, same_account=False)
        assert "oken</code>" not in said(signed_in.get("/connection/"))

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_test_that_fails_says_why_beside_the_field_and_saves_nothing(self, signed_in, account, fault):
        account.fail(fault)
        answer = signed_in.post("/connection/", form(account))
        field = FIELDS.get(fault, "url")
        assert answer.status_code == 422
        assert SENTENCES[fault] in beside(answer, field)
        assert not beside(answer, "url" if field == "token" else "token")
        assert not Connection.objects.exists()
        assert inuse.current().is_embedded

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_replacement_that_fails_leaves_what_was_there(self, signed_in, connected, fault):
        other = mounted("another-token-that-is-long")
        other.fail(fault)
        signed_in.post("/connection/", {"url": other.base_url, "token": other.token})
        assert (inuse.current().url, inuse.current().token) == (connected.base_url, TOKEN)

    def test_a_replacement_takes_the_place_of_what_was_there(self, signed_in, connected):
        other = mounted("another-token-that-is-long")
        signed_in.post("/connection/", {"url": other.base_url, "token": other.token})
        assert (inuse.current().url, inuse.current().token) == (other.base_url, other.token)
        assert Connection.objects.count() == 1

    def test_the_token_is_asked_for_each_time_so_that_it_goes_to_no_other_address(self, signed_in, connected):
        other = mounted()
        answer = signed_in.post("/connection/", {"url": other.base_url, "token": ""})
        assert "Paste the token" in beside(answer, "token")
        assert other.calls == []

    def test_a_refused_form_keeps_the_address_and_not_the_token(self, signed_in, account):
        account.fail("500")
        page = signed_in.post("/connection/", form(account))
        assert f'value="{account.base_url}"' in said(page)
        assert TOKEN not in said(page)
        assert "Paste it once more: no page ever gives back a token" in said(page)

    @pytest.mark.parametrize("token", ["two words", "tökén", "line\x01break"])
    def test_what_is_no_token_is_not_sent(self, signed_in, account, token):
        answer = signed_in.post("/connection/", form(account, token=token))
        assert "A token has no blanks" in beside(answer, "token")
        assert account.calls == []

    def test_a_link_at_the_address_is_not_followed(self, signed_in, account, monkeypatch):
        elsewhere = mounted()
        monkeypatch.setitem(FAULTS, "500", type(FAULTS["500"])(302, b"", {"Location": f"{elsewhere.base_url}/api/buckets"}))
        account.fail("500")
        assert "leads on to another one" in beside(signed_in.post("/connection/", form(account)), "url")
        assert elsewhere.calls == []


class TestRolesInBuckets:
    """They are those of one service."""

    @pytest.fixture(autouse=True)
    def apart(self, owner):
        for name, role in {"carl": "contributor", "nils": "none", "otto": "owner", "gone": "viewer"}.items():
            person = User.objects.create(username=name, role=role, is_active=name != "gone")
            bucketroles.change(person, "embedded", {"1": Role.VIEWER})
        bucketroles.change(User.objects.create(username="vera", role=Role.VIEWER), "another service", {"1": Role.NONE})

    def test_whose_will_not_count_is_said_before_and_after(self, signed_in, account):
        assert "carl and nils have some here" in said(signed_in.get("/connection/"))
        page = said(signed_in.post("/connection/", form(account), follow=True))
        assert "Roles in single buckets did not come along: look at carl and nils under “People”." in page
        assert "have some here" not in page

    def test_going_back_says_so_too(self, signed_in, connected):
        bucketroles.change(User.objects.get(username="vera"), service_of(connected.base_url), {"66": Role.NONE})
        assert "vera has some here" in said(signed_in.get("/connection/remove/"))
        assert "did not come along: look at vera" in said(signed_in.post("/connection/remove/", follow=True))

    def test_another_token_of_the_same_service_leaves_them(self, signed_in, connected):
        bucketroles.change(User.objects.get(username="vera"), service_of(connected.base_url), {"66": Role.NONE})
        connected.token = "the-next-token-of-it"
        page = said(signed_in.post("/connection/", {"url": connected.base_url, "token": connected.token}, follow=True))
        assert "Connected to" in page
        assert "did not come along" not in page


class TestAccount:
    @pytest.fixture
    def batch(self, connected, owner):
        """Something that was done there."""
        return Batch.objects.create(account=connect(owner).account, operation=Batch.Operation.EDIT)

    def test_a_new_token_of_the_same_account_goes_on_with_its_history(self, signed_in, connected, owner, batch):
        connected.token = "the-next-token-of-it"
        signed_in.post("/connection/", {"url": connected.base_url, "token": connected.token, "same_account": "on"})
        assert connect(owner).account == batch.account
        assert inuse.current().token == "the-next-token-of-it"

    def test_another_account_has_a_history_of_its_own(self, signed_in, connected, owner, batch):
        connected.token = "the-token-of-another"
        signed_in.post("/connection/", {"url": connected.base_url, "token": connected.token})
        assert connect(owner).account != batch.account

    def test_another_service_is_never_the_same_account(self, signed_in, connected, owner, batch):
        other = mounted("the-token-of-another")
        signed_in.post("/connection/", {"url": other.base_url, "token": other.token, "same_account": "on"})
        assert connect(owner).account != batch.account

    def test_the_history_of_a_token_from_the_environment_goes_on(self, signed_in, account, owner, settings):
        settings.MEMORYPLUGIN_TOKEN, settings.MEMORYPLUGIN_URL = "the-one-before", account.base_url
        batch = Batch.objects.create(account=connect(owner).account, operation=Batch.Operation.EDIT)
        settings.MEMORYPLUGIN_TOKEN = ""
        signed_in.post("/connection/", form(account, same_account="on"))
        assert connect(owner).account == batch.account


class TestAudit:
    def test_each_change_stands_in_it_without_the_token(self, signed_in, account):
        signed_in.post("/connection/", form(account))
        signed_in.post("/connection/remove/")
        events = list(Event.objects.filter(action=Event.Action.CONNECTED).order_by("id"))
        assert [event.subject for event in events] == [account.base_url.removeprefix("https://"), "the embedded server"]
        assert TOKEN not in str([vars(event) for event in events])

    def test_what_failed_changed_nothing(self, signed_in, account):
        account.fail("401")
        signed_in.post("/connection/", form(account))
        assert not Event.objects.filter(action=Event.Action.CONNECTED).exists()


class TestEnvironment:
    @pytest.fixture(autouse=True)
    def named(self, settings):
        self.service = mounted("from-the-environment-abcd")
        settings.MEMORYPLUGIN_URL, settings.MEMORYPLUGIN_TOKEN = self.service.base_url, self.service.token

    def test_it_wins_over_what_is_saved(self, connected, owner):
        assert connect(owner).base_url == self.service.base_url

    def test_the_page_says_so_and_has_no_form(self, signed_in):
        page = said(signed_in.get("/connection/"))
        assert "MEMORYPLUGIN_TOKEN</code> is set where memoryweb runs" in page
        assert "…abcd" in page
        assert 'name="token"' not in page
        assert self.service.token not in page

    def test_nothing_can_be_saved(self, signed_in, account):
        assert signed_in.post("/connection/", form(account)).status_code == 409
        assert not Connection.objects.exists()
        assert account.calls == []

    def test_what_is_saved_besides_is_told_and_can_be_deleted(self, signed_in, connected):
        assert connected.base_url in said(signed_in.get("/connection/"))
        signed_in.post("/connection/remove/")
        assert not Connection.objects.exists()
        assert inuse.current().origin == "environment"


class TestRemoving:
    def test_a_question_comes_first(self, signed_in, connected):
        page = said(signed_in.get("/connection/remove/"))
        assert "Use the embedded server instead?" in page
        assert "stay there" in page
        assert inuse.current().token == TOKEN

    def test_then_memories_are_kept_here_again(self, signed_in, connected, owner):
        page = said(signed_in.post("/connection/remove/", follow=True))
        assert "keeps the memories itself again" in page
        assert connect(owner).is_embedded
        assert not Connection.objects.exists()


class TestTesting:
    def test_it_asks_the_service_and_notes_when(self, signed_in, connected):
        before = Connection.objects.get().tested_at
        assert "The service answers, and has 3 buckets" in said(signed_in.post("/connection/test/", follow=True))
        assert Connection.objects.get().tested_at > before

    def test_a_failure_is_told_and_the_time_of_the_last_success_stays(self, signed_in, connected):
        before = Connection.objects.get().tested_at
        connected.fail("401")
        assert "does not accept the token" in said(signed_in.post("/connection/test/", follow=True))
        assert Connection.objects.get().tested_at == before


class TestLastAnswer:
    def state(self, signed_in):
        page = said(signed_in.get("/connection/"))
        return "Last answer" in page, "link-state is-off" in page

    def test_a_refused_token_is_shown_as_what_it_is_and_the_dot_too(self, signed_in, connected):
        assert self.state(signed_in) == (False, False)
        connected.fail("401")
        answer = signed_in.post("/connection/test/", follow=True)
        assert '<strong class="error">Refused</strong>, ' in said(answer)
        assert "link-state is-off" in said(answer)

    @pytest.mark.parametrize("path", ["/", "/status/"])
    def test_whatever_page_was_refused(self, viewer, signed_in, connected, path):
        connected.token = "another one"
        viewer.get(path)
        assert self.state(signed_in) == (True, True)

    def test_it_goes_when_the_token_is_accepted_again(self, viewer, signed_in, connected):
        connected.token = "another one"
        viewer.get("/status/")
        connected.token = TOKEN
        viewer.get("/status/")
        assert self.state(signed_in) == (False, False)

    def test_it_goes_with_the_service(self, viewer, signed_in, connected):
        connected.token = "another one"
        viewer.get("/status/")
        signed_in.post("/connection/remove/")
        assert inuse.refused_at() is None

    def test_another_token_that_is_only_tried_says_nothing_of_the_one_in_use(self, signed_in, connected):
        answer = signed_in.post("/connection/", {"url": connected.base_url, "token": "a-wrong-one"})
        assert answer.status_code == 422
        assert self.state(signed_in) == (False, False)

    def test_an_outage_is_no_refusal(self, viewer, signed_in, connected):
        connected.fail("500")
        viewer.get("/status/")
        assert self.state(signed_in) == (False, False)


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR, Role.EDITOR])
    def test_nobody_but_owners_sees_or_changes_anything(self, connected, role):
        browser = Client()
        browser.force_login(User.objects.create(username="somebody", role=role))
        answers = [browser.get("/connection/"), browser.post("/connection/", form(connected)), browser.post("/connection/test/"),
                   browser.get("/connection/remove/"), browser.post("/connection/remove/")]  # fmt: skip
        assert {answer.status_code for answer in answers} == {403}
        assert not any(TOKEN[-4:] in said(answer) for answer in answers)
        assert connected.calls == []
        assert inuse.current().token == TOKEN

    def test_who_has_a_password_says_it_first(self, owner, connected):
        owner.set_password("a-long-password")
        owner.save()
        browser = Client()
        browser.force_login(owner)
        assert browser.get("/connection/")["Location"] == "/account/again/?next=%2Fconnection%2F"
        browser.post("/account/again/?next=/connection/", {"password": "a-long-password"})
        assert browser.get("/connection/").status_code == 200

    def test_a_form_that_waits_for_the_password_is_dropped_and_kept_nowhere(self, owner, account):
        owner.set_password("a-long-password")
        owner.save()
        browser = Client()
        browser.force_login(owner)
        assert browser.post("/connection/", form(account))["Location"] == "/connection/"
        assert TOKEN not in str(dict(browser.session))
        assert account.calls == []


class TestCanary:
    def test_no_page_log_or_exception_holds_the_token(self, signed_in, viewer, account, caplog):
        caplog.set_level(logging.DEBUG)
        pages = [signed_in.post("/connection/", form(account), follow=True)]
        pages += [signed_in.get(path) for path in ("/connection/", "/connection/remove/", "/status/", "/")]
        for fault in ("401", "500", "html"):
            account.fail(fault)
            pages += [browser.get(path) for browser in (signed_in, viewer) for path in ("/", "/status/")]
            pages += [signed_in.post("/connection/", form(account)), signed_in.post("/connection/test/", follow=True)]
        assert not any(TOKEN in said(page) for page in pages)
        assert TOKEN not in caplog.text
        assert TOKEN not in f"{inuse.current()!r} {connect(None)!r} {Connection.objects.values().get()}"

    def test_an_error_of_our_own_tells_nothing(self, signed_in, account, caplog, monkeypatch):
        monkeypatch.setattr("memoryweb.connection.services.save", lambda *args, **kwargs: 1 / 0)
        signed_in.raise_request_exception = False
        answer = signed_in.post("/connection/", form(account))
        assert answer.status_code == 500
        assert TOKEN not in said(answer) + caplog.text

    def test_an_exception_of_the_client_holds_no_token(self, connected):
        connected.fail("401")
        with pytest.raises(errors.RefusedToken) as caught:
            connect(None).list_buckets()
        assert TOKEN not in f"{caught.value!r} {vars(caught.value)}"
