"""The documented deployment, behind a web server that speaks https: the real server, asked as such a one asks it."""

import http.client
import re
import subprocess
import sys
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import get_resolver

from memoryweb.tests.observatory import BEST, HALF_A_YEAR, cookie, directives, framing, policy, score, transport
from memoryweb.tests.server import ROOT, running_server
from memoryweb.tests.test_urls import routes

NAME = "memory.example.org"
DEPLOYED = {"HTTPS": "true", "ALLOWED_HOSTS": NAME, "SECRET_KEY": ""}
# What every answer has, and what pages have besides; static files and images are no pages.
EVERYWHERE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"}
ON_PAGES = EVERYWHERE | {"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin"}


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def cookies(self) -> list[str]:
        return self.headers.get_all("Set-Cookie") or []


def ask(server, path, method="GET", body=None, proto="https", host=NAME, address="203.0.113.7", **headers) -> Answer:
    """As the web server in between asks: with its own headers, whatever the visitor has sent."""
    sent = {"Host": host, "X-Forwarded-Proto": proto, "X-Forwarded-For": address} | headers
    form = urlencode(body).encode() if isinstance(body, dict) else body
    if isinstance(body, dict):
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    try:
        connection.request(method, path, form, {name: value for name, value in sent.items() if value is not None})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode(errors="replace"))
    finally:
        connection.close()


class Browser:
    """Keeps cookies, and fills in the secret of the form."""

    def __init__(self, server, **headers) -> None:
        self.server, self.headers, self.kept = server, headers, {}

    def ask(self, path, method="GET", body=None, **headers) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.kept.items())
        answer = ask(self.server, path, method, body, **({"Cookie": cookies} if cookies else {}) | self.headers | headers)
        for each in answer.cookies:
            name, _, value = each.partition(";")[0].partition("=")
            self.kept[name] = value
        return answer

    def post(self, path, form, at="/signin/", **headers) -> Answer:
        found = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', self.ask(at).text)
        secret = {"csrfmiddlewaretoken": found[1]} if found else {}
        return self.ask(path, "POST", form | secret, **{"Origin": f"https://{NAME}"} | headers)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("data"), **DEPLOYED | {"WORKERS": "2"}) as running:
        yield running


@pytest.fixture(scope="module")
def owner_s(server):
    """A browser that is signed in."""
    browser = Browser(server)
    link = urlsplit(server.sign_in_link()).path
    assert browser.post(link, {}, at=link).status == 302
    return browser


PATHS = sorted(
    "/" + re.sub(r"<[^>]*>|\*", "1", route)
    for route in routes(get_resolver().url_patterns)
    if not route.startswith("api/") and "signout" not in route
)


def test_the_best_score_that_observatory_gives(server):
    answer = ask(server, "/signin/")
    redirect = ask(server, "/signin/", proto="http")
    is_redirected = redirect.status == 301 and redirect.headers["Location"] == f"https://{NAME}/signin/"
    total, rules = score(answer.headers, answer.cookies, is_redirected, answer.text)
    assert answer.cookies
    assert (total, {name: each for name, each in rules.items() if each < 0}) == (BEST, {})


def test_every_page_has_that_score_signed_in_and_not(server, owner_s):
    scores = {}
    for path in PATHS:
        for answer in (
            ask(server, path),
            owner_s.ask(path),
            ask(server, path, "POST"),
            owner_s.ask(path, **{"HX-Request": "true"}),
        ):
            most = BEST if answer.cookies else BEST - 5
            if path not in ("/healthz",) and "image/" not in answer.headers.get("Content-Type", ""):
                scores[path, answer.status] = score(answer.headers, answer.cookies, True, answer.text)[0] - most
    assert len(scores) > 60
    assert {key: lack for key, lack in scores.items() if lack} == {}


def refusals(server):
    yield 400, ask(server, "/signin/", host="evil.example")
    yield 403, ask(server, "/signin/", "POST", {"login": "x"})
    yield 404, ask(server, "/nowhere.php")
    yield 404, ask(server, "/api/nowhere")
    yield 401, ask(server, "/api/memory")
    yield 405, ask(server, "/signin/oidc/")
    yield 413, ask_large(server)
    busy = Browser(server, address="203.0.113.99")
    yield 429, [busy.post("/signin/", {"login": "", "password": ""}) for _ in range(31)][-1]


def ask_large(server):
    """A form that says that it is larger than it may be; it is refused before it is read, so it need not be sent."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    connection.putrequest("POST", "/signin/", skip_host=True)
    for name, value in {
        "Host": NAME,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "203.0.113.7",
        "Content-Length": "99000000",
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = Answer(answer.status, answer.headers, answer.read().decode())
    connection.close()
    return found


def test_every_refusal_has_the_headers_of_a_page(server):
    wrong = {}
    for expected, answer in refusals(server):
        lacks = {name: answer.headers.get(name) for name, value in ON_PAGES.items() if answer.headers.get(name) != value}
        if answer.status != expected or lacks or policy(answer.headers.get("Content-Security-Policy", "")) < 10:
            wrong[expected, answer.text[:40]] = (answer.status, lacks)
    assert wrong == {}


@pytest.mark.django_db
def test_a_fault_has_the_headers_of_a_page(signed_in, monkeypatch):
    monkeypatch.setattr("memories.views.listing.build", None, raising=False)
    monkeypatch.setattr("memoryweb.status.render", None)
    answer = Client(raise_request_exception=False)
    answer.cookies = signed_in.cookies
    page = answer.get("/status/")
    assert page.status_code == 500
    assert {name: page.get(name) for name in ON_PAGES} == ON_PAGES
    assert policy(page["Content-Security-Policy"]) == 10


def test_static_files_are_for_this_site_alone(server):
    names = re.findall(r'(?:href|src)="(/static/[^"]+)"', ask(server, "/signin/").text)
    assert {name.rpartition(".")[2] for name in names} >= {"css", "js", "svg"}
    for name in names:
        answer = ask(server, name.partition("#")[0])
        assert answer.status == 200
        assert {header: answer.headers.get(header) for header in EVERYWHERE} == EVERYWHERE, name
        assert answer.headers.get("Access-Control-Allow-Origin") is None
        assert answer.headers["Strict-Transport-Security"]
        assert answer.cookies == []


def test_cookies_belong_to_this_very_host(owner_s, server):
    link = urlsplit(server.sign_in_link()).path
    given = ask(server, "/signin/").cookies + Browser(server).post(link, {}, at=link).cookies
    assert {re.match("(__Host-)?[a-z]+", each)[0] for each in given} == {"__Host-session", "__Host-csrf"}
    for each in given:
        assert each.startswith("__Host-")
        assert cookie(each) == 5


# What a visitor may forge


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Forwarded-Server", "Forwarded", "X-Original-URL", "X-Rewrite-URL", "X-Host"]
)
def test_no_header_gives_the_site_another_name(server, name):
    value = "host=evil.example" if name == "Forwarded" else "evil.example"
    answer = ask(server, "/", **{name: value})
    assert (answer.status, answer.headers["Location"]) == (302, "/signin/?next=/")
    assert ask(server, "/signin/", proto="http", **{name: value}).headers["Location"] == f"https://{NAME}/signin/"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"{NAME}.evil.example",
        f"evil.example#{NAME}",
        f"{NAME}@evil.example",
        f"{NAME}:80@evil.example",
        "",
        f"{NAME} evil.example",
        f"x.{NAME}",
    ],
)
def test_another_host_is_refused(server, host):
    assert ask(server, "/signin/", host=host).status == 400


def test_a_link_for_somebody_has_the_name_that_the_browser_has_asked(owner_s):
    owner_s.post("/people/invite/", {"role": "viewer"}, at="/people/invite/", **{"X-Forwarded-Host": "evil.example"})
    answer = owner_s.ask("/people/")
    assert re.search(f'value="https://{re.escape(NAME)}/invitation/', answer.text)
    assert "evil.example" not in answer.text


def test_wrong_passwords_are_counted_by_the_address_that_the_web_server_adds(server):
    """What a visitor has written before it in X-Forwarded-For does not count."""
    tried = [
        Browser(server, address=f"10.0.0.{number}, 198.51.100.1").post("/signin/", {"login": f"name {number}", "password": "wrong"})
        for number in range(11)
    ]
    assert "Too many attempts" not in tried[9].text
    assert "Too many attempts" in tried[10].text
    other = Browser(server, address="198.51.100.1, 198.51.100.2").post("/signin/", {"login": "another", "password": "wrong"})
    assert "Too many attempts" not in other.text


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"http://{NAME}", f"https://{NAME}.evil.example", f"https://x.{NAME}"]
)
def test_a_form_of_another_origin_is_refused_even_with_its_secret(server, origin):
    answer = Browser(server).post("/signin/", {"login": "x", "password": "y"}, Origin=origin)
    assert (answer.status, "This page is out of date" in answer.text) == (403, True)


def test_a_form_that_does_not_say_where_it_comes_from_is_refused(server):
    assert Browser(server).post("/signin/", {"login": "x", "password": "y"}, Origin=None).status == 403


# Several processes


def test_all_processes_count_together(tmp_path):
    """Two servers on the same data stand for two workers, of which nobody can choose which one answers; each by another name."""
    with running_server(tmp_path, WORKERS="1") as first, running_server(tmp_path, WORKERS="1") as second:
        said = []
        for number in range(6):
            at = (first, second)[number % 2]
            browser = Browser(at, host=urlsplit(at.url).netloc, proto=None)
            said.append(browser.post("/signin/", {"login": "nora", "password": "wrong"}, Origin=at.url).text)
        assert ["Too many attempts" in text for text in said] == [False] * 5 + [True]


# The deployment as documented


def test_the_documented_settings_are_these():
    page = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
    assert f"ALLOWED_HOSTS={NAME}\n    HTTPS=true\n" in page


def test_django_finds_nothing_to_warn_of(server, settings):
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env=server.environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues (1 silenced)" in done.stdout
    assert settings.SILENCED_SYSTEM_CHECKS == ["security.W021"]  # about the list that browsers are shipped with


def test_without_https_it_would(server):
    """That the check above can fail."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env=server.environment | {"HTTPS": "false"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "security.W004" in done.stderr


# The rules themselves


@pytest.mark.parametrize(
    ("text", "modifier"),
    [
        ("", -25),
        ("script-src 'self' 'unsafe-inline'", -20),
        ("script-src *; object-src 'none'", -20),
        ("script-src 'self'", -20),  # objects from anywhere
        ("default-src 'self'; script-src 'self' 'unsafe-eval'", -10),
        ("default-src 'self'; style-src 'unsafe-inline'", 0),
        ("default-src 'self'", 5),
        ("default-src 'none'; script-src 'self'", 10),
    ],
)
def test_a_policy_is_judged(text, modifier):
    assert policy(text) == modifier


def test_the_rest_is_judged():
    assert [cookie("a=b"), cookie("a=b; Secure"), cookie("a=b; Secure; HttpOnly")] == [-40, -30, 0]
    assert [cookie("__Host-a=b; Secure; HttpOnly; Path=/x; SameSite=Lax"), cookie("a=b; Secure; HttpOnly; SameSite=Lax")] == [
        -40,
        5,
    ]
    assert [transport(""), transport("max-age=60"), transport(f"max-age={HALF_A_YEAR}")] == [-20, -10, 0]
    assert [framing({}), framing({"X-Frame-Options": "DENY"})] == [-20, 0]
    assert framing({"Content-Security-Policy": "frame-ancestors 'none'"}) == 5
    assert directives("a b; c")["c"] == []
    assert score({"Access-Control-Allow-Origin": "*"}, [], False)[0] < 0
