"""Single sign-on, against a provider that really answers: who gets in, as whom, and which wrong answers are not believed."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from memoryweb.accounts import invitations, people
from memoryweb.accounts.models import Invitation, Role, User
from memoryweb.accounts.permissions import role_in
from memoryweb.audit.models import Event
from memoryweb.tests.oidcprovider import CLIENT, SECRET, running_provider

pytestmark = pytest.mark.django_db
PASSWORD = "seven green kettles"


@pytest.fixture
def provider(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    with running_provider() as running:
        settings.OIDC_SERVER_URL, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = running.url, CLIENT, SECRET
        settings.OIDC_NAME = "Example Id"
        yield running


@pytest.fixture
def nora(owner, provider):
    """Somebody who is linked."""
    person = User.objects.create_user("nora", password=PASSWORD, role=Role.EDITOR)
    SocialAccount.objects.create(user=person, provider=provider.url, uid="nora-1", extra_data={"name": "nora"})
    return person


def way_out(answer):
    """Where a page that goes on by itself goes to."""
    assert answer.status_code == 200, answer.text
    return answer["Refresh"].partition("url=")[2]


def visit(url):
    """The provider's sign-in page, and the path to which that leads back."""
    back = urlsplit(requests.get(url, allow_redirects=False, timeout=10).headers["Location"])
    return f"{back.path}?{back.query}"


def come(browser, **form):
    return browser.get(visit(way_out(browser.post("/signin/oidc/", form))))


def whom(browser):
    key = browser.session.get(SESSION_KEY)
    return User.objects.get(pk=key).username if key else None


def told():
    """What the audit holds of it: action, who, subject."""
    return list(Event.objects.order_by("id").values_list("action", "person_name", "subject"))


class TestWhoGetsIn:
    def test_who_is_linked_does_and_is_led_on(self, nora):
        browser = Client()
        answer = come(browser, next="/?q=tea")
        assert (answer.status_code, answer["Location"], whom(browser)) == (302, "/?q=tea", "nora")

    def test_where_the_settings_name_no_provider_there_is_no_such_door(self, client, settings, owner):
        assert settings.OIDC_SERVER_URL == ""
        assert [client.post("/signin/oidc/").status_code, client.get("/signin/oidc/callback/").status_code] == [404, 404]
        assert "/signin/oidc/" not in client.get("/signin/").text

    def test_a_link_alone_begins_nothing(self, client, nora):
        assert client.get("/signin/oidc/").status_code == 405

    def test_a_stranger_does_not_without_a_role_for_them(self, owner, provider):
        browser = Client()
        answer = come(browser)
        assert (answer.status_code, whom(browser)) == (403, None)
        assert list(User.objects.values_list("username", flat=True)) == ["owner"]
        assert not SocialAccount.objects.exists()

    def test_a_stranger_becomes_a_person_with_the_role_of_the_settings(self, owner, provider, settings):
        settings.OIDC_ROLE = "contributor"
        browser = Client()
        come(browser)
        person = User.objects.get(username="nora")
        assert (whom(browser), person.role, person.email, person.has_usable_password()) == (
            "nora",
            "contributor",
            "nora@example.org",
            False,
        )
        again = Client()
        come(again)
        assert (whom(again), User.objects.count()) == ("nora", 2)

    def test_a_stranger_may_come_without_access_and_sees_nothing(self, owner, provider, settings, embedded):
        settings.OIDC_ROLE = "none"
        embedded.add_new_memory("Grey kettles boil first.")
        browser = Client()
        come(browser)
        page = browser.get("/")
        assert (whom(browser), User.objects.get(username="nora").role) == ("nora", "none")
        assert (page.status_code, "Grey kettles" in page.text, "General" in page.text) == (403, False, False)
        assert "No bucket is open to you yet" in page.text

    @pytest.mark.parametrize(
        ("said", "comes_in"),
        [
            ({"email": "nora@example.org", "email_verified": True}, True),
            ({"email": "nora@EXAMPLE.org", "email_verified": True}, True),
            ({"email": "nora@example.org", "email_verified": False}, False),
            ({"email": "nora@example.org", "email_verified": "true"}, False),
            ({"email": "nora@example.org", "email_verified": None}, False),
            ({"email": "nora@sub.example.org", "email_verified": True}, False),
            ({"email": "nora@evil.org", "email_verified": True}, False),
            ({"email": "nora@example.org@evil.org", "email_verified": True}, False),
            ({"email": None, "email_verified": True}, False),
        ],
    )
    def test_domains_narrow_that_to_verified_addresses(self, owner, provider, settings, said, comes_in):
        settings.OIDC_ROLE, settings.OIDC_DOMAINS = "viewer", ["Example.org"]
        provider.person |= said
        browser = Client()
        answer = come(browser)
        assert (answer.status_code, whom(browser) is not None) == ((302, True) if comes_in else (403, False))

    def test_an_email_address_makes_nobody_somebody_who_is_here(self, owner, provider, settings):
        settings.OIDC_ROLE = "viewer"
        owner.email = "nora@example.org"
        owner.save()
        browser = Client()
        come(browser)
        assert whom(browser) == "nora"
        assert not SocialAccount.objects.filter(user=owner).exists()

    def test_a_name_that_somebody_has_is_not_taken_over(self, owner, provider, settings):
        settings.OIDC_ROLE = "viewer"
        provider.person["preferred_username"] = "OWNER"
        browser = Client()
        come(browser)
        assert whom(browser).lower() != "owner"
        assert User.objects.filter(role=Role.OWNER).count() == 1

    def test_another_provider_s_person_of_that_number_is_somebody_else(self, nora, provider):
        SocialAccount.objects.update(provider="https://another.example")
        assert come(Client()).status_code == 403

    def test_who_is_disabled_learns_what_a_stranger_does(self, nora, provider):
        stranger = provider.person | {"sub": "nobody-9"}
        people.disable(nora)
        browser = Client()
        refused = come(browser)
        provider.person = stranger
        assert (refused.status_code, whom(browser)) == (403, None)
        assert refused.content == come(Client()).content

    def test_a_session_gets_another_key(self, nora):
        browser = Client()
        way = way_out(browser.post("/signin/oidc/"))
        before = browser.session.session_key
        browser.get(visit(way))
        assert whom(browser) == "nora"
        assert browser.session.session_key != before

    def test_a_second_factor_is_asked_for_all_the_same(self, nora):
        TOTP.activate(nora, generate_totp_secret())
        assert Authenticator.objects.filter(user=nora).exists()
        browser = Client()
        assert come(browser)["Location"].startswith("/signin/code/")
        assert whom(browser) is None

    @pytest.mark.parametrize("next_page", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
    def test_it_leads_nowhere_else(self, nora, next_page):
        assert come(Client(), next=next_page)["Location"] == "/"


class TestInvitations:
    def test_one_lets_in_without_a_password_once(self, owner, provider):
        secret = invitations.make(owner, Role.CONTRIBUTOR)
        browser = Client()
        assert 'action="/signin/oidc/"' in browser.get(f"/invitation/{secret}/").text
        come(browser, invitation=secret)
        assert (whom(browser), User.objects.get(username="nora").role) == ("nora", "contributor")
        assert not Invitation.objects.exists()
        provider.person["sub"] = "another-2"
        assert come(Client(), invitation=secret).status_code == 403

    def test_one_opens_the_buckets_that_it_names(self, owner, provider):
        come(Client(), invitation=invitations.make(owner, Role.NONE, service="embedded", bucket_roles={"7": Role.EDITOR}))
        nora = User.objects.get(username="nora")
        assert [role_in(nora, bucket) for bucket in (7, 8)] == [Role.EDITOR, Role.NONE]

    def test_what_it_says_wins_over_the_role_of_the_settings(self, owner, provider, settings):
        settings.OIDC_ROLE = "viewer"
        come(Client(), invitation=invitations.make(owner, Role.EDITOR))
        assert User.objects.get(username="nora").role == "editor"

    @pytest.mark.parametrize("how", ["revoked", "old", "made up"])
    def test_one_that_does_not_work_lets_nobody_in(self, owner, provider, how):
        secret = invitations.make(owner, Role.EDITOR)
        if how == "revoked":
            Invitation.objects.all().delete()
        elif how == "old":
            Invitation.objects.update(made_at=timezone.now() - timedelta(days=8))
        else:
            secret = "made-up"
        assert come(Client(), invitation=secret).status_code == 403

    def test_one_that_is_revoked_meanwhile_lets_nobody_in(self, owner, provider):
        browser = Client()
        way = way_out(browser.post("/signin/oidc/", {"invitation": invitations.make(owner, Role.EDITOR)}))
        Invitation.objects.all().delete()
        assert (browser.get(visit(way)).status_code, whom(browser)) == (403, None)


class TestLinking:
    @pytest.fixture
    def ben(self, owner, provider):
        return User.objects.create_user("ben", password=PASSWORD, role=Role.VIEWER)

    @pytest.fixture
    def browser(self, ben):
        browser = Client()
        browser.post("/signin/", {"login": "ben", "password": PASSWORD})
        return browser

    def linked(self, browser):
        """Ask for a link, show the password again, and go on."""
        answer = browser.post("/account/oidc/")
        assert answer["Location"] == "/account/again/?next=%2Faccount%2Foidc%2F"
        return way_out(browser.post("/account/again/?next=/account/oidc/", {"password": PASSWORD, "next": "/account/oidc/"}))

    def test_it_needs_the_password_again_and_then_lets_in(self, browser, ben):
        assert browser.get(visit(self.linked(browser)))["Location"] == "/account/factors/"
        assert "nora@example.org" in browser.get("/account/factors/").text
        another = Client()
        come(another)
        assert whom(another) == "ben"

    def test_without_the_password_nothing_begins(self, browser, provider):
        browser.post("/account/oidc/")
        assert provider.asked == []

    def test_whom_another_person_is_linked_to_is_not_taken_over(self, browser, nora):
        browser.get(visit(self.linked(browser)))
        assert SocialAccount.objects.get().user == nora
        assert "belongs to somebody else here" in browser.get("/account/factors/").text

    def test_somebody_else_who_is_signed_in_meanwhile_is_not_linked(self, browser, owner):
        way = self.linked(browser)
        kept = dict(browser.session.items())
        browser.force_login(owner)
        session = browser.session
        session["socialaccount_states"] = kept["socialaccount_states"]
        session.save()
        assert browser.get(visit(way)).status_code == 403
        assert not SocialAccount.objects.exists()

    def test_unlinking_ends_it(self, browser, ben, provider):
        browser.get(visit(self.linked(browser)))
        browser.post("/account/oidc/remove/")
        assert not SocialAccount.objects.exists()
        assert come(Client()).status_code == 403

    def test_the_audit_holds_that_it_was_made_and_ended(self, browser):
        browser.get(visit(self.linked(browser)))
        browser.post("/account/oidc/remove/")
        assert told()[-2:] == [(Event.Action.LINKED, "ben", ""), (Event.Action.UNLINKED, "ben", "")]

    def test_who_has_no_password_keeps_the_link(self, nora):
        nora.set_unusable_password()
        nora.save()
        browser = Client()
        browser.force_login(nora)
        browser.post("/account/oidc/remove/")
        assert SocialAccount.objects.filter(user=nora).exists()
        assert "Set one first" in browser.get("/account/factors/").text

    def test_resetting_somebody_ends_it(self, nora):
        people.reset(nora)
        assert come(Client()).status_code == 403


class TestAudit:
    """What single sign-on writes into the audit."""

    def test_who_comes_for_the_first_time(self, owner, provider, settings):
        settings.OIDC_ROLE = "contributor"
        come(Client())
        assert told() == [(Event.Action.JOINED, "nora", "contributor"), (Event.Action.SIGNED_IN, "nora", "single sign-on")]

    def test_who_comes_again(self, nora):
        come(Client())
        assert told() == [(Event.Action.SIGNED_IN, "nora", "single sign-on")]

    def test_who_comes_with_a_second_factor(self, nora):
        TOTP.activate(nora, generate_totp_secret())
        come(Client())
        assert told() == []  # not in yet


def now(**difference):
    return int(time.time() + timedelta(**difference).total_seconds())


WRONG = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another-program"},
    "several audiences and nobody in particular": {"aud": [CLIENT, "another-program"]},
    "several audiences and meant for another": {"aud": [CLIENT, "another-program"], "azp": "another-program"},
    "meant for another": {"azp": "another-program"},
    "over": {"exp": now(minutes=-2)},
    "without an end": {"exp": None},
    "not yet valid": {"nbf": now(days=1)},
    "another request's nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "nobody": {"sub": None},
    "an empty subject": {"sub": " "},
    "a subject that is a number": {"sub": 1},
    "a subject without end": {"sub": "x" * 400},
}


class TestWhatIsNotBelieved:
    def refused(self, browser, answer, status=403):
        assert (answer.status_code, whom(browser)) == (status, None)
        assert User.objects.count() == 2
        assert "eyJ" not in answer.text

    @pytest.fixture(autouse=True)
    def anybody_may_come(self, settings, nora):
        settings.OIDC_ROLE = "viewer"

    @pytest.mark.parametrize("how", WRONG)
    def test_an_answer_of(self, provider, how):
        provider.claims = WRONG[how]
        browser = Client()
        self.refused(browser, come(browser))

    def test_what_another_key_has_signed(self, provider):
        provider.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        browser = Client()
        self.refused(browser, come(browser))

    @pytest.mark.parametrize("algorithm", ["HS256", "none"])
    def test_what_is_signed_with_what_two_know_or_not_at_all(self, provider, algorithm):
        provider.algorithm = algorithm
        browser = Client()
        self.refused(browser, come(browser))

    def test_what_names_a_key_that_is_not_there(self, provider):
        provider.key_name = "another"
        browser = Client()
        self.refused(browser, come(browser))

    def test_one_key_needs_no_name(self, provider):
        provider.key_name = None
        browser = Client()
        come(browser)
        assert whom(browser) == "nora"

    def test_details_are_asked_for_where_the_token_has_none(self, provider):
        provider.person["sub"] = "late-3"
        provider.details = {"sub": "late-3", "email": "late@example.org", "email_verified": True, "preferred_username": "late"}
        browser = Client()
        come(browser)
        assert (whom(browser), User.objects.get(username="late").email) == ("late", "late@example.org")

    def test_details_of_somebody_else(self, provider):
        provider.details = {"sub": "another-2", "email": "a@example.org"}
        browser = Client()
        self.refused(browser, come(browser))

    @pytest.mark.parametrize("name", ["issuer", "jwks_uri", "token_endpoint"])
    def test_a_provider_that_does_not_tell_enough(self, provider, name):
        provider.configuration = {name: None}
        self.refused(browser := Client(), browser.post("/signin/oidc/"))

    def test_a_provider_that_calls_itself_something_else(self, provider):
        provider.configuration = {"issuer": "https://evil.example"}
        self.refused(browser := Client(), browser.post("/signin/oidc/"))

    def test_a_code_that_the_provider_does_not_take(self, provider):
        provider.status = 400
        browser = Client()
        self.refused(browser, come(browser))

    def test_a_provider_that_is_not_there(self, settings):
        settings.OIDC_SERVER_URL = "http://127.0.0.1:1"
        browser = Client()
        answer = browser.post("/signin/oidc/")
        self.refused(browser, answer, 502)
        assert "No answer from Example Id" in answer.text

    def test_somebody_who_has_changed_their_mind(self, provider):
        provider.error = "access_denied"
        browser = Client()
        answer = come(browser)
        self.refused(browser, answer)
        assert "changed your mind" in answer.text

    def test_a_state_that_nobody_was_given(self, client):
        self.refused(client, client.get("/signin/oidc/callback/?code=x&state=made-up"), 400)
        self.refused(client, client.get("/signin/oidc/callback/"), 400)

    def test_a_state_that_another_browser_was_given(self):
        begun, other = Client(), Client()
        back = visit(way_out(begun.post("/signin/oidc/")))
        self.refused(other, other.get(back), 400)

    def test_a_state_counts_once(self):
        browser = Client()
        back = visit(way_out(browser.post("/signin/oidc/")))
        browser.get(back)
        browser.post("/signout/")
        self.refused(browser, browser.get(back), 400)

    def test_a_code_of_another_browser_s_request(self):
        """Who has the code alone cannot use it: the provider wants what only the browser that asked has kept."""
        begun, other = Client(), Client()
        code = parse_qs(urlsplit(visit(way_out(begun.post("/signin/oidc/")))).query)["code"][0]
        own = parse_qs(urlsplit(way_out(other.post("/signin/oidc/"))).query)["state"][0]
        self.refused(other, other.get(f"/signin/oidc/callback/?code={code}&state={own}"))


class TestWhatIsAsked:
    def test_it_asks_with_a_state_a_nonce_and_a_challenge(self, nora, provider):
        come(Client())
        come(Client())
        first, second = provider.asked
        assert (first["response_type"], first["code_challenge_method"]) == ("code", "S256")
        assert set(first["scope"].split()) == {"openid", "profile", "email"}
        assert first["redirect_uri"] == "http://testserver/signin/oidc/callback/"
        assert all(first[name] != second[name] and len(first[name]) >= 16 for name in ("state", "nonce", "code_challenge"))

    def test_no_address_of_a_visitor_changes_what_is_asked(self, nora, provider):
        browser = Client()
        visit(
            way_out(browser.post("/signin/oidc/?scope=admin&auth_params=prompt%3Dnone&process=connect&redirect_uri=//evil.example"))
        )
        asked = provider.asked[0]
        assert "prompt" not in asked
        assert "admin" not in asked["scope"]
        assert asked["redirect_uri"] == "http://testserver/signin/oidc/callback/"

    def test_the_tokens_of_the_provider_are_not_kept(self, nora):
        from django.db import connection

        come(Client())
        stored = connection.creation.serialize_db_to_string()
        assert "opens-the-details" not in stored
        assert SECRET not in stored

    def test_it_is_limited_as_passwords_are(self, nora):
        statuses = [Client().post("/signin/oidc/").status_code for _ in range(31)]
        assert (statuses[0], statuses[30]) == (200, 429)
