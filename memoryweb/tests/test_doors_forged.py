"""What somebody may forge who is not let in: forms, ways to other sites, cookies, and answers that others would get from a cache.

Forms without their secret, and `next` at the sign-in page, are in test_urls; what needs the real server is in test_doors_https.
"""

import itertools
import re
from datetime import timedelta
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.conf import settings as project
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from memoryweb.accounts import invitations, people, services
from memoryweb.accounts.models import Invitation, Role, SignInLink, User
from memoryweb.tests.test_urls import OPEN, PAGES, STATUSES, address  # noqa: F401  # a fixture of theirs

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}
ELSEWHERE = [
    "//evil.example/",
    "///evil.example/",
    "////evil.example",
    "https://evil.example/",
    "https:evil.example",
    "https:/evil.example",
    "http:///evil.example",
    "/\\evil.example/",
    "\\\\evil.example/",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/%0d%0aLocation:%20//evil.example/",
    "/\r\nLocation: //evil.example/",
    "／／evil.example",
    "/／evil.example",
    "/.//evil.example/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,evil.example",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "http://evil.example\\@testserver/",
    "//testserver:80@evil.example/",
    " //evil.example",
    "\x00//evil.example",
    "https://[::1]@evil.example",
]
LEADING = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url", "Refresh", "Content-Location")
POSTS = [route for route in STATUSES if not route.startswith("api/") and route != "signout/" and STATUSES[route][3] != 405]
GETS = [route for route in STATUSES if not route.startswith("api/") and STATUSES[route][2] != 405]


def leads_elsewhere(answer):
    """The headers that would take a browser to another site."""
    return {name: answer[name] for name in LEADING if name in answer and not is_of_this_site(answer[name])}


def is_of_this_site(url):
    """As a browser reads it: backslashes are slashes, and tabs and line ends are nothing."""
    read = url.strip().translate({ord(sign): None for sign in "\t\r\n\x00"}).replace("\\", "/")
    there = urlsplit(urljoin("http://testserver/here/", read))
    return (there.scheme, there.netloc) == ("http", "testserver")


@pytest.mark.parametrize(
    ("url", "is_ours"),
    [
        ("/", True),
        ("/?q=//x", True),
        ("x", True),
        ("//x", False),
        ("/\\x", False),
        ("/\t/x", False),
        ("x:y", False),
        ("/.//x", True),
    ],
)
def test_ways_are_read_as_a_browser_reads_them(url, is_ours):
    assert is_of_this_site(url) is is_ours


def ways(askers, routes_of, address_of):
    """Every way that an address gives when it is asked for a forged one, and the addresses that give any.

    An address that leads where an honest `next` says is asked for every forged one, by askers in turn; others for one.
    """
    led, wrong = set(), {}
    for route in routes_of:
        path = address_of(route)
        honest = [ask(path, "/?q=honest") for ask in askers]
        follows = any("honest" in answer.get(name, "") for answer in honest for name in LEADING)
        for forged, ask in zip(ELSEWHERE if follows else ELSEWHERE[:1], itertools.cycle(askers), strict=False):
            answer = ask(path, forged)
            given = {name: answer[name] for name in LEADING if name in answer}
            led |= {route} if given else set()
            if any(not is_of_this_site(way) for way in given.values()):
                wrong[route, forged] = given
    return led, wrong


def from_elsewhere(forged, more):
    """What a browser might be made to send along."""
    return only_one_line({"Referer": "https://evil.example/", "HX-Current-URL": f"http://testserver{forged}"} | more)


def test_no_form_leads_elsewhere(signed_in, address):  # noqa: F811
    def asker(more):
        names = ["next", "back", "return", "url"]
        return lambda path, wanted: signed_in.post(path, dict.fromkeys(names, wanted), headers=from_elsewhere(wanted, more))

    led, wrong = ways([asker({}), asker(FRAGMENT)], POSTS, address)
    assert len(led) > 10
    assert wrong == {}


def test_no_page_leads_elsewhere(signed_in, client, address):  # noqa: F811
    def asker(browser, more):
        return lambda path, wanted: browser.get(path, {"next": wanted}, headers=from_elsewhere(wanted, more))

    askers = [asker(signed_in, {}), asker(client, FRAGMENT), asker(client, {})]
    led, wrong = ways(askers, [route for route in GETS if route != "signin/<str:secret>/"], address)
    assert len(led) > 5
    assert wrong == {}


@pytest.mark.parametrize("forged", ELSEWHERE)
def test_what_a_page_gave_on_to_the_sign_in_page_leads_nowhere_else(client, owner, settings, forged):
    """htmx tells where it was; what becomes of that after signing in is of this site."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    owner.set_password("a long enough one")
    owner.save()
    says = only_one_line({"HX-Current-URL": f"http://testserver{forged}"} | FRAGMENT)
    way = client.get("/", headers=says)["HX-Redirect"]
    given_on = parse_qs(urlsplit(way).query)["next"][0]
    answer = client.post("/signin/", {"login": "owner", "password": "a long enough one", "next": given_on})
    assert answer.status_code == 302
    assert leads_elsewhere(answer) == {}


@pytest.mark.parametrize("forged", ELSEWHERE)
def test_confirming_the_password_leads_nowhere_else(client, owner, settings, forged):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    owner.set_password("a long enough one")
    owner.save()
    client.force_login(owner)
    answer = client.post("/account/again/", {"password": "a long enough one", "next": forged})
    assert answer.status_code == 302
    assert leads_elsewhere(answer) == {}


def only_one_line(headers):
    """What can stand in a header at all: servers refuse the rest."""
    return {name: value.translate({10: None, 13: None, 0: None}).encode().decode("latin-1") for name, value in headers.items()}


# Forged forms


@pytest.mark.parametrize("headers", [{}, FRAGMENT, FRAGMENT | {"HX-Boosted": "true"}], ids=["page", "htmx", "boosted"])
def test_every_form_without_its_secret_is_refused(owner, address, headers):  # noqa: F811
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    wrong = {}
    for route in [*POSTS, "signout/"]:
        for form in ({"text": "forged"}, {"csrfmiddlewaretoken": "x" * 64}, {"csrfmiddlewaretoken": ""}):
            answer = strict.post(address(route), form, headers=headers)
            if answer.status_code != 403 or not re.search("out of date|signed in again since", answer.text):
                wrong[route] = answer.status_code
    assert wrong == {}
    assert SESSION_KEY in strict.session


def test_another_session_s_secret_opens_no_form(owner):
    mine, theirs = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    mine.force_login(owner)
    theirs.get("/signin/")
    secret = theirs.cookies[project.CSRF_COOKIE_NAME].value
    assert mine.post("/buckets/new/", {"name": "Attic", "csrfmiddlewaretoken": secret}).status_code == 403


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(signed_in, address, method):  # noqa: F811
    """What may be asked for without a secret. The link that works once is there for that."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    signed_in.get("/")
    writes = {}
    for route in [route for route in GETS if route != "signin/<str:secret>/"]:
        path = address(route)
        with CaptureQueriesContext(connection) as queries:
            signed_in.generic(method, path)
        told = [each["sql"] for each in queries if each["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
        if told := [sql for sql in told if not any(name in sql for name in ("django_session", '"cache"'))]:
            writes[route] = told
    assert writes == {}


# Planted cookies


PLANTED = [
    {"sessionid": "x" * 32, "csrftoken": "y" * 32},
    {"__Host-session": "x", "__Host-csrf": "y", "__Secure-session": "z"},
    {"messages": "W1siX19qc29uX21lc3NhZ2UiLDAsMjUsImV2aWwiLCIiXV0"},
    {"time-zone": "../../etc/passwd"},
    {"time-zone": "<script>alert(1)</script>"},
    {"time-zone": "Europe/Berlin\x00"},
    {"mfa_trusted": "owner"},
    {"django_language": "../x"},
    {"": "x"},
    {"a" * 300: "b" * 3000},
]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: next(iter(planted))[:14] or "nameless")
def test_planted_cookies_change_nothing(client, signed_in, planted):
    for browser in (client, signed_in):
        plain = browser.get("/signin/" if browser is client else "/buckets/", follow=True)
        for name, value in planted.items():
            browser.cookies.load({name or "x": value.replace("\x00", "")})
        again = browser.get("/signin/" if browser is client else "/buckets/", follow=True)
        assert again.status_code == plain.status_code == 200
        assert "evil" not in again.text
        assert "alert(1)" not in again.text
    assert SESSION_KEY not in client.session


@pytest.mark.parametrize("value", ["x", "../../x", "0" * 32, "'; DROP TABLE accounts_user; --", "%00", "é" * 40])
def test_a_session_that_was_never_given_is_not_taken_over(client, owner, value):
    client.cookies[project.SESSION_COOKIE_NAME] = value
    assert client.get("/")["Location"] == "/signin/?ended=1&next=/"  # as for one that has ended
    link = services.make_sign_in_link(owner)
    client.post(f"/signin/{link}/")
    assert client.cookies[project.SESSION_COOKIE_NAME].value != value


class TestSessionFixation:
    """Whoever knows the session of before does not know the one of after, whichever door somebody comes in by."""

    @pytest.fixture
    def planted(self, client):
        """A browser whose session somebody else has chosen, and that session's key."""
        session = client.session
        session["planted"] = True
        session.save()
        return client, session.session_key

    def by(self, door, browser, owner):
        if door == "link":
            return browser.post(f"/signin/{services.make_sign_in_link(owner)}/")
        if door == "reset":
            ben = User.objects.create(username="ben", role=Role.VIEWER)
            return browser.post(f"/signin/{people.reset(ben)}/", {"password": "seven green kettles"})
        if door == "invitation":
            secret = invitations.make(owner, Role.VIEWER)
            return browser.post(f"/invitation/{secret}/", {"username": "nora", "password": "seven green kettles"})
        owner.set_password("a long enough one")
        owner.save()
        return browser.post("/signin/", {"login": "owner", "password": "a long enough one"})

    @pytest.mark.parametrize("door", ["password", "link", "reset", "invitation"])  # single sign-on and passkeys: at their own tests
    def test_the_session_gets_another_key(self, planted, owner, settings, door):
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        cache.clear()
        browser, key = planted
        assert self.by(door, browser, owner).status_code == 302
        assert SESSION_KEY in browser.session
        assert browser.session.session_key != key
        attacker = Client()
        attacker.cookies[project.SESSION_COOKIE_NAME] = key
        assert attacker.get("/").status_code == 302

    def test_signing_out_leaves_nothing_of_it(self, signed_in):
        kept = signed_in.cookies[project.SESSION_COOKIE_NAME].value
        signed_in.post("/signout/")
        signed_in.cookies[project.SESSION_COOKIE_NAME] = kept
        assert signed_in.get("/").status_code == 302


# What others would get from a cache


def variants(browser, path):
    """A page as each kind of asker gets it, by the headers with which it was asked."""
    asked = [{}, FRAGMENT, FRAGMENT | {"HX-Boosted": "true"}]
    return [(headers, browser.get(path, headers=headers)) for headers in asked]


def test_no_fragment_is_kept_for_a_page(signed_in, client, address):  # noqa: F811
    """Where the answer differs, the header says by what; and no cache between people keeps either."""
    wrong = {}
    for route in GETS:
        for browser in (signed_in, client):
            answers = variants(browser, address(route))
            shapes = {
                (b"<html" in answer.content, answer.status_code, answer.get("HX-Redirect") is None)
                for _, answer in answers
                if not answer.streaming
            }
            for headers, answer in answers:
                cached = answer.get("Cache-Control", "")
                if "private" not in cached and "no-store" not in cached:
                    wrong[route, "kept"] = cached
                if len(shapes) > 1 and "HX-Request" not in answer.get("Vary", ""):
                    wrong[route, tuple(headers)] = answer.get("Vary")
    assert wrong == {}


# What a refusal gives away


def bodies(*answers):
    return {(answer.status_code, answer.content, answer.get("Location")) for answer in answers}


class TestWhoIsHere:
    def test_a_link_that_was_used_is_one_that_never_was(self, client, owner):
        used, old = services.make_sign_in_link(owner), services.make_sign_in_link(owner)
        Client().post(f"/signin/{used}/")
        SignInLink.objects.filter(used_at__isnull=True).update(created_at=timezone.now() - timedelta(days=2))
        gone = User.objects.create(username="gone", is_active=False)
        answers = [client.get(f"/signin/{secret}/") for secret in (used, old, "made-up", services.make_sign_in_link(gone))]
        assert len(bodies(*answers)) == 1
        assert answers[0].status_code == 410

    def test_an_invitation_that_was_used_is_one_that_never_was(self, client, owner):
        used, revoked, old = (invitations.make(owner, Role.VIEWER) for _ in range(3))
        Client().post(f"/invitation/{used}/", {"username": "nora", "password": "seven green kettles"})
        kept = list(Invitation.objects.order_by("pk"))
        kept[0].delete()
        Invitation.objects.filter(pk=kept[1].pk).update(made_at=timezone.now() - timedelta(days=8))
        answers = [client.get(f"/invitation/{secret}/") for secret in (used, revoked, old, "made-up")]
        assert len(bodies(*answers)) == 1
        assert answers[0].status_code == 410

    def test_the_sign_in_page_is_the_same_before_and_after_somebody_is_here(self, client, owner):
        def page():
            return {line for line in client.get("/signin/").text.splitlines() if "csrfmiddlewaretoken" not in line}

        before = page()
        User.objects.create(username="nora")
        assert page() == before

    def test_no_door_but_an_invitation_says_that_a_name_is_taken(self, client, owner):
        for route in OPEN - {"invitation/<str:secret>/"}:
            for form in ({"login": "owner"}, {"username": "owner"}, {"email": "owner"}):
                if "<" not in route:
                    assert "owner" not in client.post(f"/{route}", form).text.replace('value="owner"', "").replace("an owner", "")


def test_pages_of_the_table_are_asked():
    """That the loops above see what there is."""
    assert len(POSTS) > 35
    assert len(GETS) > 30
    assert set(PAGES) <= set(GETS)
