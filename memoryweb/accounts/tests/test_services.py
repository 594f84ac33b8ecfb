"""The owner and sign-in links: what lets a person in, how often, how long, and what of it is kept."""

import hashlib
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from memoryweb.accounts import services
from memoryweb.accounts.models import SignInLink, User
from memoryweb.tests.reading import read
from memoryweb.tests.threads import AtOnce

pytestmark = pytest.mark.django_db


def everything_stored():
    """All that the database holds, as text."""
    return connection.creation.serialize_db_to_string()


@pytest.fixture
def later(monkeypatch):
    """Moves the clock forward."""
    now = timezone.now()
    return lambda **time: monkeypatch.setattr(timezone, "now", lambda: now + timedelta(**time))


@pytest.fixture
def disabled(owner):
    """The owner, who may not sign in any more."""
    owner.is_active = False
    owner.save()
    return owner


class TestOwner:
    def test_there_is_one(self):
        assert services.owner() == services.owner()
        assert User.objects.count() == 1

    def test_no_password_opens_a_new_instance(self, owner):
        assert not owner.has_usable_password()
        for password in ("", "owner"):
            assert not Client().login(username="owner", password=password)

    def test_a_password_that_was_set_stays(self, owner):
        owner.set_password("seven green kettles")
        owner.save()
        assert services.owner().check_password("seven green kettles")


class TestSignInLinks:
    def test_a_link_signs_in_once(self, owner):
        secret = services.make_sign_in_link(owner)
        assert services.use_sign_in_link(secret) == owner
        assert services.use_sign_in_link(secret) is None

    def test_of_two_at_the_same_moment_one_is_signed_in(self, transactional_db, owner, tmp_path):
        secret = services.make_sign_in_link(owner)
        results = AtOnce(tmp_path)(*[lambda: services.use_sign_in_link(secret)] * 6)
        assert sorted(results, key=str) == [None] * 5 + [owner]

    def test_each_link_is_another(self, owner):
        first, second = services.make_sign_in_link(owner), services.make_sign_in_link(owner)
        assert first != second
        assert services.use_sign_in_link(second) == services.use_sign_in_link(first) == owner

    def test_it_is_long_enough_not_to_be_guessed(self, owner):
        assert len(services.make_sign_in_link(owner)) >= 32

    @pytest.mark.parametrize("secret", ["", "x", "\0", "\ud800", "ä" * 1000, "' OR 1=1 --"])
    def test_what_was_never_made_signs_nobody_in(self, owner, secret):
        services.make_sign_in_link(owner)
        assert services.use_sign_in_link(secret) is None

    def test_it_works_for_a_day(self, owner, later):
        secret = services.make_sign_in_link(owner)
        later(hours=23, minutes=59)
        assert services.use_sign_in_link(secret) == owner

    def test_after_a_day_it_is_dead(self, owner, later):
        secret = services.make_sign_in_link(owner)
        later(days=1, minutes=1)
        assert services.use_sign_in_link(secret) is None

    def test_dead_ones_are_cleared_away(self, owner, later):
        services.make_sign_in_link(owner)
        later(days=1, minutes=1)
        services.make_sign_in_link(owner)
        assert SignInLink.objects.count() == 1

    def test_it_does_not_let_a_disabled_person_in(self, owner):
        secret = services.make_sign_in_link(owner)
        User.objects.update(is_active=False)
        assert services.use_sign_in_link(secret) is None

    def test_it_is_not_used_up_by_a_person_who_may_not_sign_in(self, owner):
        secret = services.make_sign_in_link(owner)
        User.objects.update(is_active=False)
        services.use_sign_in_link(secret)
        User.objects.update(is_active=True)
        assert services.use_sign_in_link(secret) == owner

    def test_only_its_digest_is_kept(self, owner):
        secret = services.make_sign_in_link(owner)
        stored = everything_stored()
        assert secret not in stored
        assert hashlib.sha256(secret.encode()).hexdigest() in stored


class TestTheAddress:
    def address(self, secret):
        return reverse("accounts:use_link", args=[secret])

    def test_its_button_signs_in_and_leads_to_the_memories(self, owner):
        client = Client()
        answer = client.post(self.address(services.make_sign_in_link(owner)))
        assert (answer.status_code, answer["Location"]) == (302, reverse("memories:browse"))
        assert client.session[SESSION_KEY] == str(owner.pk)

    def test_opened_again_elsewhere_it_says_that_it_was_used(self, owner):
        address = self.address(services.make_sign_in_link(owner))
        Client().post(address)
        client = Client()
        assert client.post(address).status_code == 410
        answer = client.get(address)
        assert answer.status_code == 410
        assert "has been used" in answer.text
        assert SESSION_KEY not in client.session

    def test_opened_again_where_one_is_signed_in_it_leads_to_the_memories(self, signed_in):
        assert signed_in.get(self.address("used")).status_code == 302

    @pytest.mark.parametrize("method", ["get", "head", "options"])
    def test_whoever_only_looks_neither_comes_in_nor_uses_it_up(self, owner, method):
        address, preview = self.address(services.make_sign_in_link(owner)), Client()
        getattr(preview, method)(address, headers={"User-Agent": "Slackbot-LinkExpanding 1.0"})
        assert SESSION_KEY not in preview.session
        assert read(Client().get(address)).one("button").name == "Come in as owner"
        assert Client().post(address).status_code == 302

    def test_another_site_cannot_press_the_button(self, owner):
        address = self.address(services.make_sign_in_link(owner))
        assert Client(enforce_csrf_checks=True).post(address).status_code == 403
        assert Client().get(address).status_code == 200

    def test_whoever_is_signed_in_as_somebody_else_is_told(self, owner):
        client = Client()
        client.force_login(User.objects.create(username="carl"))
        page = client.get(self.address(services.make_sign_in_link(owner)))
        assert "You are signed in as carl in this browser" in read(page).text

    def test_it_gives_a_session_of_its_own(self, owner):
        client = Client()
        client.get("/signin/")
        planted = client.session.session_key
        client.post(self.address(services.make_sign_in_link(owner)))
        assert client.session.session_key != planted
