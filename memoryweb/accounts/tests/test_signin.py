"""Signing in: how often one may try, what a refusal gives away, second factors, and what a change of password ends."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client

from memoryweb.accounts import services
from memoryweb.accounts.backends import Backend
from memoryweb.accounts.models import Role, User
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db
PASSWORD = "seven green kettles"


class Counting(MD5PasswordHasher):
    """Quick, and counts how often it was asked."""

    algorithm = "counting"
    calls = 0

    def encode(self, password, salt):
        """Called by Django."""
        type(self).calls += 1
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def hasher(settings, tmp_path):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    settings.DATA_DIR = tmp_path
    cache.clear()
    return Counting


@pytest.fixture
def nora(owner):
    return User.objects.create_user("nora", password=PASSWORD, role=Role.EDITOR)


def sign_in(name="nora", password=PASSWORD, browser=None, **headers):
    return (browser or Client()).post("/signin/", {"login": name, "password": password}, **headers)


def is_signed_in(browser):
    return SESSION_KEY in browser.session


def code_of(secret, at=0):
    """What an app shows for this key; `at` steps of 30 seconds from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + at)
    digest = hmac.digest(base64.b32decode(secret), counter, hashlib.sha1)
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@pytest.fixture
def factor(nora):
    """The key of a second factor that nora has set up, and the recovery codes that she was shown."""
    browser = Client()
    sign_in(browser=browser)
    browser.post("/account/again/?next=/account/factors/app/", {"password": PASSWORD})
    secret = re.search('"totp-key" value="([A-Z2-7]+)"', browser.get("/account/factors/app/").text)[1]
    shown = browser.post("/account/factors/app/", {"code": code_of(secret)}, follow=True).text
    cache.clear()  # that code was used
    return secret, re.search('<pre class="codes"[^>]*>([^<]+)', shown)[1].split()


class TestWhatARefusalGivesAway:
    def test_the_answer_is_the_same_for_whoever_it_is(self, nora):
        User.objects.create_user("gone", password=PASSWORD, is_active=False)
        answers = {
            (answer.status_code, re.sub('value="[^"]*"', "", answer.text))
            for answer in (
                sign_in("nora", "wrong"),
                sign_in("nobody", "wrong"),
                sign_in("gone", "wrong"),
                sign_in("gone", PASSWORD),
            )
        }
        assert len(answers) == 1
        assert next(iter(answers))[0] == 422

    def test_it_costs_the_same_for_whoever_it_is(self, nora, hasher):
        User.objects.create_user("gone", password=PASSWORD, is_active=False)
        costs = []
        for name, password in (("nora", "wrong"), ("nobody", "wrong"), ("gone", "wrong"), ("gone", PASSWORD)):
            before = hasher.calls
            sign_in(name, password)
            costs.append(hasher.calls - before)
        assert costs == [1, 1, 1, 1]

    def test_a_name_costs_as_many_questions_to_the_database_whether_it_is_there_or_not(self, nora, django_assert_num_queries):
        User.objects.create_user("gone", password=PASSWORD, is_active=False)
        for name, password in (("nora", "wrong"), ("NORA", "wrong"), ("nobody", "wrong"), ("gone", PASSWORD)):
            with django_assert_num_queries(1):
                assert Backend().authenticate(None, username=name, password=password) is None


class TestTheCaseOfAName:
    def test_it_does_not_count(self, nora):
        browser = Client()
        sign_in("NoRa", browser=browser)
        assert int(browser.session[SESSION_KEY]) == nora.pk

    def test_of_two_that_differ_in_it_alone_the_exact_one_comes_in(self, nora):
        other = User.objects.create_user("Nora", password=PASSWORD)
        for person in (nora, other):
            browser = Client()
            sign_in(person.username, browser=browser)
            assert int(browser.session[SESSION_KEY]) == person.pk
        assert sign_in("NORA").status_code == 422


class TestHowOften:
    def test_a_name_is_counted_in_whatever_case(self, nora):
        for number, name in enumerate(("nora", "Nora", "NORA", "nOra", "noRa")):
            sign_in(name, "wrong", REMOTE_ADDR=f"10.0.0.{number}")
        assert "Too many attempts" in sign_in(REMOTE_ADDR="10.0.0.9").text

    def test_after_five_wrong_ones_a_name_has_to_wait_even_for_the_right_one(self, nora):
        for number in range(5):
            assert "do not belong together" in sign_in("nora", f"wrong {number}", REMOTE_ADDR=f"10.0.0.{number}").text
        browser = Client()
        answer = sign_in(browser=browser, REMOTE_ADDR="10.0.0.9")
        assert "Too many attempts. Wait five minutes" in answer.text
        assert not is_signed_in(browser)

    def test_a_name_that_does_not_exist_has_to_wait_too(self, nora):
        for number in range(5):
            sign_in("nobody", "wrong", REMOTE_ADDR=f"10.0.0.{number}")
        assert "Too many attempts" in sign_in("nobody", "wrong", REMOTE_ADDR="10.0.0.9").text

    def test_from_one_address_ten_wrong_ones_a_minute(self, nora):
        for number in range(10):
            sign_in(f"name {number}", "wrong")
        assert "Too many attempts" in sign_in("another", "wrong").text
        assert "do not belong together" in sign_in("another", "wrong", REMOTE_ADDR="10.0.0.9").text

    def test_from_one_address_thirty_posts_a_minute(self, nora):
        statuses = [sign_in("", "").status_code for _ in range(31)]
        assert (statuses[:30], statuses[30]) == ([422] * 30, 429)

    def test_a_name_of_its_own_for_each_visitor_cannot_be_made_up(self, nora):
        for number in range(5):
            sign_in("nora", "wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
        for number in range(5):
            sign_in("nobody", "wrong", HTTP_X_FORWARDED_FOR=f"10.0.1.{number}")
        assert "Too many attempts" in sign_in("another", "wrong", HTTP_X_FORWARDED_FOR="10.0.2.1").text

    def test_all_workers_count_together(self, settings):
        assert settings.CACHES["default"]["BACKEND"].rpartition(".")[2] in ("DatabaseCache", "RedisCache")

    def test_right_ones_do_not_count(self, nora):
        assert [sign_in().status_code for _ in range(12)] == [302] * 12


class TestSecondFactor:
    def test_the_password_alone_does_not_open_anything(self, nora, factor):
        browser = Client()
        assert sign_in(browser=browser)["Location"].startswith("/signin/code/")
        assert not is_signed_in(browser)
        assert browser.get("/")["Location"].startswith("/signin/")
        assert browser.get("/signin/code/").status_code == 200

    def test_the_code_does(self, nora, factor):
        browser = Client()
        sign_in(browser=browser)
        assert browser.post("/signin/code/", {"code": code_of(factor[0])})["Location"] == "/"
        assert is_signed_in(browser)

    @pytest.mark.parametrize("code", ["", "000000", "abc", "١٢٣٤٥٦"])
    def test_another_one_does_not(self, nora, factor, code):
        browser = Client()
        sign_in(browser=browser)
        assert browser.post("/signin/code/", {"code": code}).status_code == 422
        assert not is_signed_in(browser)

    def test_a_code_counts_once(self, nora, factor):
        first, second, code = Client(), Client(), code_of(factor[0])
        sign_in(browser=first)
        sign_in(browser=second)
        first.post("/signin/code/", {"code": code})
        assert second.post("/signin/code/", {"code": code}).status_code == 422

    def test_codes_cannot_be_tried_without_end(self, nora, factor):
        browser = Client()
        sign_in(browser=browser)
        for _ in range(5):
            browser.post("/signin/code/", {"code": "000000"}, REMOTE_ADDR="10.0.0.1")
        answer = browser.post("/signin/code/", {"code": code_of(factor[0])}, REMOTE_ADDR="10.0.0.2")
        assert "Too many attempts" in answer.text
        assert not is_signed_in(browser)

    def test_a_recovery_code_opens_once(self, nora, factor):
        assert len(factor[1]) == 10
        results = []
        for _ in range(2):
            browser = Client()
            sign_in(browser=browser)
            results.append(browser.post("/signin/code/", {"code": factor[1][0]}).status_code)
        assert results == [302, 422]

    def test_after_a_recovery_code_it_says_how_many_are_left(self, nora, factor):
        browser = Client()
        sign_in(browser=browser)
        browser.post("/signin/code/", {"code": factor[1][0]})
        assert "9 recovery codes are left" in browser.get("/").text

    @pytest.mark.parametrize(
        ("path", "what", "way_back"),
        [
            ("/account/factors/app/remove/", "Removing the app needs", "/account/factors/"),
            ("/people/7/reset/", "Resetting somebody’s sign-in needs", "/people/"),
            ("/people/7/", "Changing who is an owner needs", "/people/"),
            ("//evil.example/", "What comes next needs", "/"),
            ("/nowhere/", "What comes next needs", "/"),
        ],
    )
    def test_who_is_asked_again_learns_what_for_and_can_turn_back(self, nora, factor, path, what, way_back):
        browser = Client()
        browser.force_login(nora)
        for page in ("/account/again/", "/account/again/code/"):
            html = read(browser.get(page, {"next": path}))
            assert what in html.text
            assert html.link("Cancel") == way_back

    def test_recovery_codes_are_shown_once(self, nora, factor):
        browser = Client()
        sign_in(browser=browser)
        browser.post("/signin/code/", {"code": code_of(factor[0])})
        browser.post("/account/again/?next=/account/factors/codes/", {"password": PASSWORD})
        page = browser.get("/account/factors/codes/").text
        assert not any(code in page for code in factor[1])
        assert "10 of 10 are left" in page

    def test_the_key_is_not_readable_in_the_database(self, nora, factor):
        stored = connection.creation.serialize_db_to_string()
        assert Authenticator.objects.filter(user=nora).count() == 2
        assert factor[0] not in stored
        assert not any(code in stored for code in factor[1])

    def test_it_cannot_be_removed_from_an_open_browser_without_the_password(self, nora, factor):
        browser = Client()
        browser.force_login(nora)
        assert browser.post("/account/factors/app/remove/")["Location"].startswith("/account/again/")
        assert Authenticator.objects.filter(user=nora, type="totp").exists()
        browser.post("/account/again/?next=/account/factors/", {"password": PASSWORD})
        browser.post("/account/factors/app/remove/")
        assert not Authenticator.objects.filter(user=nora).exists()

    def test_the_link_from_the_terminal_opens_without_it(self, owner):
        browser = Client()
        browser.post(f"/signin/{services.make_sign_in_link(owner)}/")
        assert is_signed_in(browser)


class TestChangingThePassword:
    @pytest.fixture
    def browser(self, nora):
        browser = Client()
        browser.force_login(nora)
        return browser

    @pytest.mark.parametrize(
        ("old", "new", "again", "said"),
        [
            ("wrong", "a long enough one", "a long enough one", ["That is not your password."]),
            (PASSWORD, "a long enough one", "another", ["This is not the same as above."]),
            (PASSWORD, "short", "other1", ["Use at least 10 characters.", "This is not the same as above."]),
            (PASSWORD, "password123", "password123", ["This is one of the passwords that are guessed first. Choose another."]),
            ("wrong", "x", "x", ["That is not your password.", "Use at least 10 characters."]),
        ],
    )
    def test_all_that_is_wrong_is_said_at_once_beside_its_field(self, nora, browser, old, new, again, said):
        sent = {"old_password": old, "new_password1": new, "new_password2": again}
        answer = browser.post("/account/password/", sent)
        html = read(answer)
        assert answer.status_code == 422
        assert [each.text for each in html.all("p") if each.attributes.get("class") == "error"] == said
        wrong = [field for field in html.all("input") if field.attributes.get("aria-invalid") == "true"]
        assert len(wrong) == len(said)
        assert [field["name"] for field in html.all("input") if "autofocus" in field.attributes] == [wrong[0]["name"]]
        nora.refresh_from_db()
        assert nora.check_password(PASSWORD)

    def test_it_signs_out_the_other_sessions(self, nora):
        here, there = Client(), Client()
        sign_in(browser=here)
        sign_in(browser=there)
        new = "nine blue saucers"
        here.post("/account/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
        assert [browser.get("/").status_code for browser in (here, there)] == [200, 302]

    def test_signing_in_gives_another_session(self, nora):
        browser = Client()
        browser.get("/signin/")
        session = browser.session
        session["planted"] = True
        session.save()
        browser.cookies["session"] = session.session_key
        sign_in(browser=browser)
        assert browser.session.session_key != session.session_key


def test_after_a_wrong_password_the_password_has_the_focus(nora):
    html = read(sign_in(password="not this one"))
    assert [field["name"] for field in html.all("input") if "autofocus" in field.attributes] == ["password"]
