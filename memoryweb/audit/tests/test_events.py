"""What people do stands in the audit, once, with who it was and from where, and nothing that is secret does."""

import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from memoryweb.accounts import invitations, services, tokens
from memoryweb.accounts.models import Role, User
from memoryweb.accounts.tests.test_signin import code_of
from memoryweb.audit.models import GROUPS, AppendOnly, Event, Reads
from memoryweb.audit.record import Action, record, record_rarely
from memoryweb.tests.hosted import picture

pytestmark = pytest.mark.django_db
PASSWORD = "seven green kettles"
WRONG = "canary-wrong-password"
ADDRESS = "203.0.113.7"


@pytest.fixture(autouse=True)
def quick_and_apart(settings, tmp_path):
    """The real hasher takes its time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DATA_DIR = tmp_path
    cache.clear()


@pytest.fixture
def nora(owner):
    return User.objects.create_user("nora", password=PASSWORD, role=Role.EDITOR)


@pytest.fixture
def browser():
    return Client(REMOTE_ADDR=ADDRESS)


@pytest.fixture
def as_owner(owner):
    """The owner's browser, whose signing in is forgotten."""
    client = Client(REMOTE_ADDR=ADDRESS)
    client.force_login(owner)
    forget()
    return client


def forget():
    Event._base_manager.all().delete()


def told():
    """Action, who and subject of all events, in the order in which they were."""
    return list(Event.objects.order_by("id").values_list("action", "person_name", "subject"))


def sign_in(browser, name="nora", password=PASSWORD):
    return browser.post("/signin/", {"login": name, "password": password})


def everything_kept():
    """All that the audit holds, as text."""
    return json.dumps([list(Event.objects.values()), list(Reads.objects.values())], default=str)


class TestSigningIn:
    def test_with_a_password(self, nora, browser):
        sign_in(browser)
        assert told() == [(Action.SIGNED_IN, "nora", "password")]
        assert Event.objects.get().address == ADDRESS

    def test_with_a_link(self, owner, browser):
        browser.post(f"/signin/{services.make_sign_in_link(owner)}/")
        assert told() == [(Action.SIGNED_IN, "owner", "a link")]

    def test_signing_out(self, nora, browser):
        sign_in(browser)
        forget()
        browser.post("/signout/")
        assert told() == [(Action.SIGNED_OUT, "nora", "")]

    def test_a_wrong_password_for_somebody_who_is_known(self, nora, browser):
        sign_in(browser, password=WRONG)
        assert told() == [(Action.SIGN_IN_FAILED, "nora", "password")]

    def test_a_name_that_nobody_has_is_not_repeated_for_it_may_be_a_password(self, nora, browser):
        sign_in(browser, name=WRONG, password=WRONG)
        assert told() == [(Action.SIGN_IN_FAILED, "", "name")]
        assert WRONG not in everything_kept()

    def test_who_is_disabled_is_told_apart_by_whether_they_know_the_password(self, nora, browser):
        User.objects.filter(pk=nora.pk).update(is_active=False)
        sign_in(browser, password=WRONG)
        sign_in(browser)
        assert told() == [(Action.SIGN_IN_FAILED, "nora", "password"), (Action.DISABLED_REFUSED, "nora", "")]

    def test_a_name_in_another_case_is_the_person_s(self, nora, browser):
        sign_in(browser, name="NORA", password=WRONG)
        assert told() == [(Action.SIGN_IN_FAILED, "nora", "password")]

    def test_too_many_attempts_are_noted_once_a_minute(self, nora, browser):
        for _ in range(9):
            sign_in(browser, password=WRONG)
        assert [event[:2] for event in told()] == [(Action.SIGN_IN_FAILED, "nora")] * 5 + [(Action.LIMIT_REACHED, "nora")]

    def test_too_many_attempts_with_a_name_that_nobody_has_name_nobody(self, nora, browser):
        for _ in range(7):
            sign_in(browser, name=WRONG, password=WRONG)
        assert told()[-1] == (Action.LIMIT_REACHED, "", "signing in")
        assert WRONG not in everything_kept()

    def test_too_many_forms_are_noted_once_a_minute(self, browser, db):
        assert [sign_in(browser, "", "").status_code for _ in range(33)][-1] == 429
        assert told() == [(Action.LIMIT_REACHED, "", "signing in")]

    def test_a_password_that_is_asked_for_again_and_wrong(self, nora, browser):
        sign_in(browser)
        forget()
        browser.post("/account/again/?next=/account/factors/app/", {"password": WRONG})
        assert told() == [(Action.SIGN_IN_FAILED, "nora", "password")]

    def test_a_forged_address_is_not_believed(self, nora, browser):
        browser.post("/signin/", {"login": "nora", "password": PASSWORD}, headers={"X-Forwarded-For": "6.6.6.6"})
        assert Event.objects.get().address == ADDRESS

    def test_behind_a_web_server_it_is_the_address_that_this_one_adds(self, nora, browser, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        browser.post("/signin/", {"login": "nora", "password": PASSWORD}, headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.9"})
        assert Event.objects.get().address == "198.51.100.9"


class TestTheOwnAccount:
    def test_a_password_is_set(self, nora, browser):
        sign_in(browser)
        forget()
        new = "eight blue saucepans"
        form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        assert browser.post("/account/password/", form).status_code == 302
        assert told() == [(Action.PASSWORD_SET, "nora", "")]
        assert new not in everything_kept()

    def test_a_second_factor_from_its_making_to_its_end(self, nora, browser, django_capture_on_commit_callbacks):
        sign_in(browser)
        browser.post("/account/again/?next=/account/factors/app/", {"password": PASSWORD})
        secret = re.search('"totp-key" value="([A-Z2-7]+)"', browser.get("/account/factors/app/").text)[1]
        forget()
        with django_capture_on_commit_callbacks(execute=True):
            shown = browser.post("/account/factors/app/", {"code": code_of(secret)}, follow=True).text
        codes = re.search('<pre class="codes"[^>]*>([^<]+)', shown)[1].split()
        made = {(Action.FACTOR_ADDED, "nora", "an app that shows codes"), (Action.CODES_MADE, "nora", "")}
        assert (len(told()), set(told())) == (2, made)

        forget()
        with django_capture_on_commit_callbacks(execute=True):
            browser.post("/account/factors/codes/new/")
        assert told() == [(Action.CODES_MADE, "nora", "")]

        forget()
        with django_capture_on_commit_callbacks(execute=True):
            browser.post("/account/factors/app/remove/")
        assert told() == [(Action.FACTOR_REMOVED, "nora", "an app that shows codes")]
        assert not [kept for kept in [secret, *codes] if kept in everything_kept()]

    def test_a_code_when_it_is_right_and_when_it_is_wrong(self, nora, browser):
        sign_in(browser)
        browser.post("/account/again/?next=/account/factors/app/", {"password": PASSWORD})
        secret = re.search('"totp-key" value="([A-Z2-7]+)"', browser.get("/account/factors/app/").text)[1]
        browser.post("/account/factors/app/", {"code": code_of(secret)})
        cache.clear()  # that code was used
        forget()
        other = Client(REMOTE_ADDR="198.51.100.9")
        sign_in(other)
        assert told() == []
        other.post("/signin/code/", {"code": "000000"})
        other.post("/signin/code/", {"code": code_of(secret)})
        assert told() == [(Action.FACTOR_FAILED, "nora", "code"), (Action.SIGNED_IN, "nora", "password and code")]


class TestPeople:
    def test_an_invitation_that_is_accepted(self, as_owner, browser):
        page = as_owner.post("/people/invite/", {"role": "editor"}, follow=True).text
        secret = re.search("/invitation/([^/]+)/", page)[1]
        browser.post(f"/invitation/{secret}/", {"username": "tom", "password": PASSWORD})
        assert told() == [
            (Action.INVITED, "owner", "editor"),
            (Action.INVITATION_ACCEPTED, "tom", "editor"),
            (Action.SIGNED_IN, "tom", "an invitation"),
        ]
        assert secret not in everything_kept()

    def test_an_invitation_that_is_revoked(self, owner, as_owner):
        invitations.make(owner, Role.VIEWER)
        number = invitations.open_ones()[0].pk
        for _ in range(2):
            as_owner.post(f"/people/invitations/{number}/revoke/")
        assert told() == [(Action.INVITATION_REVOKED, "owner", "viewer")]

    def test_a_role(self, as_owner, nora):
        for _ in range(2):
            as_owner.post(f"/people/{nora.pk}/", {"role": "viewer"})
        assert told() == [(Action.ROLE_CHANGED, "owner", "nora from editor to viewer")]

    def test_a_role_that_the_last_owner_keeps(self, as_owner, owner):
        as_owner.post(f"/people/{owner.pk}/", {"role": "viewer"})
        assert told() == []

    def test_letting_out_in_again_and_resetting(self, as_owner, nora):
        for what in ("disable", "enable", "reset"):
            as_owner.post(f"/people/{nora.pk}/{what}/")
        assert told() == [(Action.DISABLED, "owner", "nora"), (Action.ENABLED, "owner", "nora"), (Action.RESET, "owner", "nora")]

    def test_a_link_from_the_terminal(self, owner, capsys):
        call_command("signin")
        secret = capsys.readouterr().out.strip().rstrip("/").rpartition("/")[2]
        assert told() == [(Action.LINK_MADE, "", "owner")]
        assert secret not in everything_kept()

    def test_the_name_stays_when_the_person_does_not(self, nora):
        record(Action.SIGNED_OUT, person=nora)
        nora.delete()
        event = Event.objects.get()
        assert (event.person_id, event.person_name) == (None, "nora")


class TestTokens:
    def test_one_that_is_made_and_revoked_in_the_page(self, nora, browser):
        browser.force_login(nora)
        forget()
        page = browser.post("/tokens/", {"name": "a script", "scope": "role", "where": "all", "expires": "never"}, follow=True).text
        assert told() == [(Action.TOKEN_MADE, "nora", "a script")]
        secret = re.search("mw_[A-Za-z0-9_-]+", page)[0]
        assert secret not in everything_kept()
        forget()
        browser.post(f"/tokens/{nora.token_set.get().pk}/revoke/")
        assert told() == [(Action.TOKEN_REVOKED, "nora", "a script of nora")]

    def test_one_that_has_expired_is_noted_once_a_minute_by_its_name(self, nora):
        secret = tokens.make(nora, "a script", expires_at=timezone.now() - timedelta(days=1))
        api = Client(headers={"authorization": f"Bearer {secret}"}, REMOTE_ADDR=ADDRESS)
        assert [api.get("/api/buckets").status_code for _ in range(3)] == [401] * 3
        assert told() == [(Action.TOKEN_REFUSED, "nora", "")]
        assert Event.objects.get().token_name == "a script"
        assert secret not in everything_kept()

    def test_one_that_nobody_has_made_is_not_noted(self, db):
        Client(headers={"authorization": f"Bearer {WRONG}"}).get("/api/buckets")
        assert told() == []


class TestWritesThroughTheApi:
    """They are not in the history, so the audit has to say them."""

    @pytest.fixture
    def api(self, nora):
        secret = tokens.make(nora, "a script")
        client = Client(headers={"authorization": f"Bearer {secret}"}, REMOTE_ADDR=ADDRESS)
        client.secret = secret
        return client

    def send(self, api, method, path, **body):
        answer = api.generic(method, f"/api/{path}", json.dumps(body), content_type="application/json")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def noted(self):
        found = list(Event.objects.filter(group=Event.Group.WRITE).order_by("id").values_list("action", "bucket_name", "count"))
        forget()
        return found

    def test_each_is_noted_with_bucket_and_number(self, api, nora):
        bucket = self.send(api, "POST", "buckets", name="Garden")["id"]
        assert self.noted() == [(Action.BUCKET_CREATED, "Garden", 1)]
        ids = [self.send(api, "POST", "memory", text=f"canary-text {n}")["memoryId"] for n in range(3)]
        assert self.noted() == [(Action.ADDED, "General", 1)] * 3
        self.send(api, "POST", "v2/memory/update", memoryIds=ids, bucketId=int(bucket))
        assert self.noted() == [(Action.MOVED, "Garden", 3)]
        self.send(api, "POST", "v2/memory/update", memoryId=ids[0], text="canary-text anew")
        assert self.noted() == [(Action.EDITED, "Garden", 1)]
        self.send(api, "DELETE", f"memories/{ids[0]}")
        assert self.noted() == [(Action.DELETED, "Garden", 1)]
        self.send(api, "POST", "memories/bulk-delete", memoryIds=ids[1:])
        assert self.noted() == [(Action.DELETED, "Garden", 2)]
        self.send(api, "PATCH", f"buckets/{bucket}", name="Yard")
        assert self.noted() == [(Action.BUCKET_EDITED, "Yard", 1)]
        self.send(api, "DELETE", f"buckets/{bucket}")
        assert self.noted() == [(Action.BUCKET_DELETED, "Yard", 1)]
        self.send(api, "POST", f"buckets/{bucket}/restore")
        assert self.noted() == [(Action.BUCKET_RESTORED, "Yard", 1)]
        self.send(api, "POST", "memories/restore", memoryIds=ids)
        assert self.noted() == [(Action.RESTORED, "Yard", 3)]
        added = self.send(api, "POST", "examples")["added"]
        assert sum(count for action, _, count in self.noted() if action == Action.ADDED) == added
        removed = self.send(api, "DELETE", "examples")["removed"]
        assert sum(count for action, _, count in self.noted() if action == Action.DELETED) == removed

    def test_an_image_is_noted_too(self, api):
        with picture_file() as file:
            assert api.post("/api/memory", {"text": "canary-text", "image": file}).status_code == 200
        assert self.noted() == [(Action.ADDED, "General", 1)]

    def test_what_was_there_already_is_not_noted(self, api):
        for _ in range(2):
            self.send(api, "POST", "memory", text="canary-text")
        assert len(self.noted()) == 1

    def test_with_whose_token_it_was_and_nothing_else(self, api):
        self.send(api, "POST", "memory", text="canary-text", source="canary-source")
        event = Event.objects.get()
        assert (event.person_name, event.token_name, event.address) == ("nora", "a script", ADDRESS)
        assert "canary" not in everything_kept()
        assert api.secret not in everything_kept()

    @pytest.mark.parametrize("method", ["store.add", "trash.delete"])
    def test_what_fails_is_not_noted_and_what_cannot_be_noted_is_not_done(self, api, monkeypatch, method):
        written = self.send(api, "POST", "memory", text="canary-text")["memoryId"]
        forget()
        monkeypatch.setattr("memoryweb.audit.record.ADD", "INSERT INTO nowhere VALUES (1)")
        if method == "store.add":
            answer = api.post("/api/memory", {"text": "Another one."}, content_type="application/json")
        else:
            answer = api.delete(f"/api/memories/{written}")
        assert answer.status_code == 500
        assert api.get("/api/memory").json()["total"] == 1
        assert told() == []

    def test_what_the_pages_write_stands_in_the_history_alone(self, embedded):
        embedded.add_new_memory("2025-03-04 - Mine.")
        assert told() == []


def picture_file():
    from io import BytesIO

    file = BytesIO(picture())
    file.name = "canary-name.png"
    return file


class TestNothingIsTakenBack:
    @pytest.fixture
    def event(self, db):
        record(Action.PURGED, count=3)
        return Event.objects.get()

    @pytest.mark.parametrize(
        "change",
        [
            lambda event: event.save(),
            lambda event: event.delete(),
            lambda event: Event.objects.update(count=1),
            lambda event: Event.objects.filter(pk=event.pk).delete(),
            lambda event: Event.objects.all().delete(),
            lambda event: Event.objects.bulk_update([event], ["count"]),
            lambda event: Event.objects.update_or_create(pk=event.pk, defaults={"count": 1}),
            lambda event: Event.objects.all()._raw_delete("default"),
            lambda event: Event(pk=event.pk, action=Action.PURGED, count=1).save(),
        ],
    )
    def test_an_event_can_be_neither_changed_nor_removed(self, event, change):
        with pytest.raises(Exception) as raised, transaction.atomic():
            change(event)
        assert isinstance(raised.value, AppendOnly) or "UNIQUE" in str(raised.value)
        event.refresh_from_db()
        assert event.count == 3

    def test_what_is_old_enough_goes_and_nothing_else(self, nora, settings):
        settings.AUDIT_DAYS = 100
        now = timezone.now()
        for days in (99, 101):
            Event(at=now - timedelta(days=days), action=Action.DISABLED, subject=str(days)).save()
            Reads(at=now - timedelta(days=days), person=nora, operation="status", count=days).save()
        call_command("purge", verbosity=0)
        assert list(Event.objects.values_list("subject", flat=True)) == ["99"]
        assert list(Reads.objects.values_list("count", flat=True)) == [99]

    def test_that_memories_went_for_good_is_said(self, embedded, settings, monkeypatch):
        embedded.bulk_delete_memories([embedded.add_new_memory("2025-03-04 - Mine.").memory_id])
        later = timezone.now() + timedelta(days=31)
        monkeypatch.setattr(timezone, "now", lambda: later)
        call_command("purge", verbosity=0)
        assert list(Event.objects.values_list("action", "count", "person_name")) == [(Action.PURGED, 1, "")]


class TestRecord:
    def test_every_action_belongs_to_a_group(self):
        assert set(GROUPS) == set(Action)

    def test_what_is_refused_again_and_again_is_noted_once_for_each_address(self, nora, rf):
        for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2"):
            record_rarely(Action.TOKEN_REFUSED, rf.get("/", REMOTE_ADDR=address), person=nora, subject="a script")
        assert list(Event.objects.order_by("id").values_list("address", flat=True)) == ["10.0.0.1", "10.0.0.2"]

    def test_names_that_are_too_long_are_cut(self, db):
        record(Action.CONNECTED, subject="x" * 500, bucket=("y" * 500, "z" * 500))
        event = Event.objects.get()
        assert (len(event.subject), len(event.bucket_id), len(event.bucket_name)) == (200, 40, 80)
