"""Passkeys: with one a person signs in, or confirms a password; anything that is not quite right opens nothing.

`Key` is a small authenticator; memoryweb/tests/browser/test_doors.py does the same with Chromium's.
"""

import hashlib
import html
import json
import re
import secrets
from dataclasses import dataclass, field

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from memoryweb.accounts import people
from memoryweb.accounts.models import Role, User

pytestmark = pytest.mark.django_db
PASSWORD = "seven green kettles"
FLAG = AuthenticatorData.FLAG
JSON = {"Accept": "application/json"}


@dataclass
class Key:
    """An authenticator with one passkey. Its fields are what a test changes."""

    origin: str = "https://memory.example.org"
    domain: str = "memory.example.org"
    flags: FLAG = FLAG.UP | FLAG.UV
    challenge: str = ""  # instead of the one that was asked for
    holder: bytes = b""
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    secret: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def _said(self, kind, challenge):
        return json.dumps({"type": f"webauthn.{kind}", "challenge": self.challenge or challenge, "origin": self.origin}).encode()

    def _credential(self, **response):
        named = {name: websafe_encode(value) for name, value in response.items()}
        ours = websafe_encode(self.id)
        return json.dumps({"id": ours, "rawId": ours, "type": "public-key", "response": named, "clientExtensionResults": {}})

    def make(self, options):
        """What a browser answers to navigator.credentials.create."""
        asked = options["publicKey"]
        self.holder = websafe_decode(asked["user"]["id"])
        public = ES256.from_cryptography_key(self.secret.public_key())
        domain = hashlib.sha256(self.domain.encode()).digest()
        data = AuthenticatorData.create(
            domain, self.flags | FLAG.AT, 0, bytes(AttestedCredentialData.create(Aaguid.NONE, self.id, public))
        )
        return self._credential(
            clientDataJSON=self._said("create", asked["challenge"]),
            attestationObject=bytes(AttestationObject.create("none", data, {})),
        )

    def use(self, options):
        """What a browser answers to navigator.credentials.get."""
        said = self._said("get", options["publicKey"]["challenge"])
        data = bytes(AuthenticatorData.create(hashlib.sha256(self.domain.encode()).digest(), self.flags, 1))
        signature = self.secret.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(clientDataJSON=said, authenticatorData=data, signature=signature, userHandle=self.holder)


@pytest.fixture(autouse=True)
def domain(settings, tmp_path):
    settings.ALLOWED_HOSTS = ["memory.example.org", "other.example.org"]
    settings.MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DATA_DIR = tmp_path
    cache.clear()


@pytest.fixture
def nora(owner):
    return User.objects.create_user("nora", password=PASSWORD, role=Role.EDITOR)


@pytest.fixture
def key(nora):
    """A passkey that nora has made."""
    made = Key()
    assert make(signed_in(nora), made).status_code == 302
    assert Authenticator.objects.filter(user=nora, type="webauthn").count() == 1
    return made


def browser_at(host="memory.example.org"):
    return Client(SERVER_NAME=host, SERVER_PORT="443", **{"wsgi.url_scheme": "https"})


def signed_in(person):
    browser = browser_at()
    browser.post("/signin/", {"login": person.username, "password": PASSWORD})
    return browser


def options_in(page):
    return json.loads(html.unescape(re.search('data-options="([^"]*)"', page.text)[1]))


def make(browser, key, name="My phone"):
    """Make a passkey as the pages do."""
    browser.post("/account/again/?next=/account/factors/passkeys/", {"password": PASSWORD})
    options = options_in(browser.get("/account/factors/passkeys/"))
    return browser.post("/account/factors/passkeys/", {"name": name, "credential": key.make(options)})


def come(browser, key, **form):
    """Sign in with a passkey alone."""
    options = browser.get("/signin/passkey/", headers=JSON).json()["request_options"]
    return browser.post("/signin/passkey/", {"credential": key.use(options)} | form)


def is_signed_in(browser):
    return SESSION_KEY in browser.session


class TestMaking:
    def test_it_needs_the_password_again(self, nora):
        browser = signed_in(nora)
        assert browser.get("/account/factors/passkeys/")["Location"].startswith("/account/again/")

    def test_the_first_one_brings_recovery_codes(self, nora):
        browser = signed_in(nora)
        assert make(browser, Key())["Location"] == "/account/factors/codes/"
        assert len(re.search('<pre class="codes"[^>]*>([^<]+)', browser.get("/account/factors/codes/").text)[1].split()) == 10
        assert "My phone" in browser.get("/account/factors/").text

    def test_the_browser_is_asked_for_one_that_knows_whose_it_is_and_checks_it(self, nora):
        browser = signed_in(nora)
        browser.post("/account/again/?next=/account/factors/passkeys/", {"password": PASSWORD})
        asked = options_in(browser.get("/account/factors/passkeys/"))["publicKey"]
        assert asked["authenticatorSelection"]["residentKey"] == "required"
        assert asked["authenticatorSelection"]["userVerification"] == "required"
        assert asked["rp"]["id"] == "memory.example.org"

    @pytest.mark.parametrize(
        "changes",
        [
            {"origin": "https://evil.example"},
            {"origin": "http://memory.example.org"},
            {"domain": "evil.example"},
            {"challenge": websafe_encode(b"another")},
            {"flags": FLAG.UP},
            {"flags": FLAG(0)},
        ],
    )
    def test_one_that_is_not_right_is_not_taken(self, nora, changes):
        assert make(signed_in(nora), Key(**changes)).status_code == 422
        assert not Authenticator.objects.exists()

    @pytest.mark.parametrize("text", ["", "{}", "[]", "null", "1", '"x"', '{"id": 1}', "no json", '{"response": {}}'])
    def test_what_is_no_passkey_is_refused_in_a_sentence(self, nora, text):
        browser = signed_in(nora)
        make(browser, Key(flags=FLAG(0)))
        assert browser.post("/account/factors/passkeys/", {"credential": text}).status_code == 422

    def test_nobody_removes_another_s(self, nora, key, owner):
        browser = browser_at()
        browser.force_login(owner)
        number = Authenticator.objects.get(type="webauthn").pk
        assert browser.post(f"/account/factors/passkeys/{number}/remove/").status_code == 404
        assert browser.post("/account/factors/passkeys/987654/remove/").status_code == 404

    def test_removing_the_last_one_removes_the_codes(self, nora, key):
        browser = browser_at()
        come(browser, key)
        options = options_in(browser.get("/account/again/passkey/?next=/account/factors/"))
        browser.post("/account/again/passkey/?next=/account/factors/", {"credential": key.use(options)})
        number = Authenticator.objects.get(type="webauthn").pk
        assert browser.post(f"/account/factors/passkeys/{number}/remove/")["Location"] == "/account/factors/"
        assert not Authenticator.objects.exists()


class TestSigningIn:
    def test_it_opens_by_itself(self, key):
        browser = browser_at()
        answer = come(browser, key, next="/?q=tea")
        assert (answer.status_code, answer["Location"], is_signed_in(browser)) == (302, "/?q=tea", True)

    @pytest.mark.parametrize("next_page", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
    def test_it_leads_nowhere_else(self, key, next_page):
        assert come(browser_at(), key, next=next_page)["Location"] == "/"

    def test_a_session_gets_another_key(self, key):
        browser = browser_at()
        browser.get("/signin/passkey/", headers=JSON)
        before = browser.session.session_key
        come(browser, key)
        assert is_signed_in(browser)
        assert browser.session.session_key != before

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("origin", "https://evil.example"),
            ("origin", "https://other.example.org"),
            ("domain", "evil.example"),
            ("challenge", websafe_encode(b"another")),
            ("flags", FLAG.UP),
            ("secret", ec.generate_private_key(ec.SECP256R1())),
            ("id", b"another"),
            ("holder", b"987654"),
            ("holder", b"nobody"),
            ("holder", b""),
        ],
    )
    def test_one_that_is_not_right_opens_nothing(self, key, name, value):
        setattr(key, name, value)
        browser = browser_at()
        answer = come(browser, key)
        assert (answer["Location"], is_signed_in(browser)) == ("/signin/?passkey=refused", False)

    def test_another_s_name_on_it_opens_nothing(self, key, owner):
        key.holder = str(owner.pk).encode()
        browser = browser_at()
        come(browser, key)
        assert not is_signed_in(browser)

    def test_what_was_answered_counts_once_and_here(self, key):
        browser, other = browser_at(), browser_at()
        credential = key.use(browser.get("/signin/passkey/", headers=JSON).json()["request_options"])
        other.get("/signin/passkey/", headers=JSON)
        assert "refused" in other.post("/signin/passkey/", {"credential": credential})["Location"]
        browser.post("/signin/passkey/", {"credential": credential})
        browser.post("/signout/")
        assert "refused" in browser.post("/signin/passkey/", {"credential": credential})["Location"]

    def test_of_another_name_of_this_site_it_opens_nothing(self, key):
        browser = browser_at("other.example.org")
        come(browser, key)
        assert not is_signed_in(browser)

    def test_who_is_disabled_stays_out(self, key, nora):
        people.disable(nora)
        browser = browser_at()
        assert come(browser, key).status_code == 403
        assert not is_signed_in(browser)

    def test_resetting_somebody_ends_it(self, key, nora):
        people.reset(nora)
        assert "refused" in come(browser_at(), key)["Location"]

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{}",
            "[]",
            "null",
            "1",
            '{"id": 1}',
            '{"id": "eA", "rawId": "eA"}',
            '{"response": []}',
            '{"response": {"userHandle": 1}}',
            "no json",
        ],
    )
    def test_what_is_no_passkey_is_refused(self, owner, text):
        browser = browser_at()
        browser.get("/signin/passkey/", headers=JSON)
        assert browser.post("/signin/passkey/", {"credential": text}).status_code == 302
        assert not is_signed_in(browser)

    def test_it_cannot_be_tried_without_end(self, owner):
        assert [browser_at().post("/signin/passkey/", {"credential": "{}"}).status_code for _ in range(11)][-1] == 429

    def test_asking_names_nobody(self, key):
        """Else it would tell who is here."""
        assert (
            browser_at().get("/signin/passkey/", headers=JSON).json()["request_options"]["publicKey"].get("allowCredentials", [])
            == []
        )


class TestAsASecondFactor:
    def test_the_password_alone_does_not_open_anything_any_more(self, key):
        browser = browser_at()
        assert browser.post("/signin/", {"login": "nora", "password": PASSWORD})["Location"].startswith("/signin/code/")
        assert not is_signed_in(browser)
        answer = browser.post("/signin/code/", {"credential": key.use(options_in(browser.get("/signin/code/")))})
        assert (answer["Location"], is_signed_in(browser)) == ("/", True)

    def test_who_has_typed_a_password_can_begin_again(self, key):
        browser = browser_at()
        browser.post("/signin/", {"login": "nora", "password": PASSWORD})
        again = re.search('href="([^"]*)">Begin again', browser.get("/signin/code/").text)[1]
        assert 'name="login"' in browser.get(again, follow=True).text

    def test_another_s_does_not(self, key, owner):
        other = Key()
        User.objects.create_user("ben", password=PASSWORD)
        make(signed_in(User.objects.get(username="ben")), other)
        browser = browser_at()
        browser.post("/signin/", {"login": "nora", "password": PASSWORD})
        assert browser.post("/signin/code/", {"credential": other.use(options_in(browser.get("/signin/code/")))}).status_code == 422
        assert not is_signed_in(browser)


class TestWithoutADomain:
    @pytest.mark.parametrize("path", ["/signin/passkey/", "/account/factors/passkeys/", "/account/again/passkey/"])
    def test_there_are_none(self, settings, signed_in, path):
        settings.MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
        settings.ALLOWED_HOSTS = ["testserver"]
        assert signed_in.get(path).status_code == 404
        assert "asskey" not in signed_in.get("/account/factors/").text
        assert "passkey" not in Client().get("/signin/").text
