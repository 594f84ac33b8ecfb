"""Every address: who gets in, what each method answers, the headers of each page, forged forms, and where `next` may lead.

The tables are held against the URLconf, so that a new address without a line here fails.
"""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern

from memories import curating
from memoryweb.memoryplugin import connect
from memoryweb.tests.hosted import picture

pytestmark = pytest.mark.django_db

MEMORY = "memories/<memory_id:memory_id>/"
REFUSED = (401, 401, 401, 401)  # a session opens no API
# Route: status of a GET and a POST by nobody in particular, and by the owner.
STATUSES = {
    "healthz": (200, 405, 200, 405),
    "api/openapi.json": (200, 405, 200, 405),
    "api/buckets": REFUSED,
    "api/buckets/<str:bucket_id>": REFUSED,
    "api/buckets/<str:bucket_id>/restore": REFUSED,
    "api/memory": REFUSED,
    "api/v2/memory": REFUSED,
    "api/v2/memory/update": REFUSED,
    "api/memories": REFUSED,
    "api/memories/bulk-delete": REFUSED,
    "api/memories/restore": REFUSED,
    "api/memories/<str:memory_id>": REFUSED,
    "api/memories/<str:memory_id>/versions": REFUSED,
    "api/memories/<str:memory_id>/similar": REFUSED,
    "api/trash": REFUSED,
    "api/examples": REFUSED,
    "api/status": REFUSED,
    "api/images/<path:signed>": (200, 405, 200, 405),
    "api/*": (404, 404, 404, 404),
    "signin/": (200, 422, 302, 302),
    "signin/<str:secret>/": (410, 410, 302, 302),
    "signin/code/": (302, 302, 302, 302),
    "signin/passkey/": (404, 404, 404, 404),  # without a domain; test_doors_passkeys plays them with one
    "signin/oidc/": (405, 404, 405, 404),  # without a provider; test_doors_oidc plays them with one
    "signin/oidc/callback/": (404, 405, 404, 405),
    "account/oidc/": (302, 302, 405, 404),
    "account/oidc/remove/": (302, 302, 405, 404),
    "account/again/passkey/": (302, 302, 404, 404),
    "account/factors/passkeys/": (302, 302, 404, 404),
    "account/factors/passkeys/<int:pk>/remove/": (302, 302, 404, 404),
    "account/again/": (302, 302, 403, 403),
    "account/again/code/": (302, 302, 403, 403),
    "account/factors/": (302, 302, 200, 405),
    "account/factors/app/": (302, 302, 200, 422),
    "account/factors/app/remove/": (302, 302, 404, 404),
    "account/factors/codes/": (302, 302, 404, 405),
    "account/factors/codes/new/": (302, 302, 200, 422),
    "signout/": (302, 302, 405, 302),
    "account/password/": (302, 302, 200, 422),
    "people/": (302, 302, 200, 405),
    "people/invite/": (302, 302, 200, 422),
    "people/invitations/<int:number>/revoke/": (302, 302, 302, 302),
    "people/<int:person_id>/": (302, 302, 200, 422),
    "people/<int:person_id>/disable/": (302, 302, 302, 302),
    "people/<int:person_id>/enable/": (302, 302, 302, 302),
    "people/<int:person_id>/reset/": (302, 302, 302, 302),
    "tokens/": (302, 302, 200, 422),
    "tokens/<int:number>/revoke/": (302, 302, 404, 404),
    "invitation/<str:secret>/": (410, 410, 410, 410),
    "buckets/": (302, 302, 200, 405),
    "buckets/new/": (302, 302, 200, 422),
    "buckets/renew/": (302, 302, 405, 302),
    "buckets/<str:bucket_id>/": (302, 302, 200, 422),
    "buckets/<str:bucket_id>/delete/": (302, 302, 200, 422),
    "buckets/<str:bucket_id>/merge/": (302, 302, 200, 422),
    "history/": (302, 302, 200, 405),
    "history/undo/": (302, 302, 405, 302),
    "history/<int:number>/": (302, 302, 200, 405),
    "history/<int:number>/undo/": (302, 302, 405, 302),
    "history/<int:number>/continue/": (302, 302, 405, 302),
    "history/<int:number>/retry/": (302, 302, 405, 302),
    "history/<int:number>/check/": (302, 302, 405, 302),
    "connection/": (302, 302, 200, 422),
    "connection/test/": (302, 302, 405, 302),
    "connection/remove/": (302, 302, 302, 302),
    "audit/": (302, 302, 200, 405),
    "audit/export/": (302, 302, 200, 405),
    "captions/<str:memory_id>/": (302, 302, 302, 302),
    "status/": (302, 302, 200, 405),
    "": (302, 302, 200, 405),
    "assistant/": (302, 302, 200, 405),
    "memories/new/": (302, 302, 200, 422),
    "memories/check/": (302, 302, 405, 422),
    "memories/images/": (302, 302, 405, 422),
    "trash/": (302, 302, 200, 405),
    "trash/restore/": (302, 302, 405, 422),
    "memories/examples/load/": (302, 302, 405, 302),
    "memories/examples/remove/": (302, 302, 405, 302),
    "memories/selection/move/": (302, 302, 405, 422),
    "memories/selection/delete/": (302, 302, 405, 422),
    "memories/selection/export/": (302, 302, 405, 422),
    "memories/merge/": (302, 302, 400, 400),
    "memories/merge/losses/": (302, 302, 405, 302),
    MEMORY: (302, 302, 200, 405),
    f"{MEMORY}edit/": (302, 302, 200, 422),
    f"{MEMORY}versions/": (302, 302, 302, 404),
    f"{MEMORY}text/": (302, 302, 302, 405),
    f"{MEMORY}why/": (302, 302, 302, 405),
    f"{MEMORY}view/": (302, 302, 200, 405),
    f"{MEMORY}similar/": (302, 302, 302, 405),
    f"{MEMORY}image": (302, 302, 200, 405),
}
OPEN = {
    "healthz",
    "api/openapi.json",
    "api/images/<path:signed>",
    "signin/",
    "signin/code/",
    "signin/passkey/",
    "signin/oidc/",
    "signin/oidc/callback/",
    "signin/<str:secret>/",
    "invitation/<str:secret>/",
}
# Routes that answer a page to a GET, each with whether htmx gets a fragment there.
PAGES = {
    "": True,
    "assistant/": False,
    "memories/new/": True,
    MEMORY: True,
    f"{MEMORY}edit/": True,
    f"{MEMORY}view/": True,
    "account/password/": False,
    "people/": False,
    "people/invite/": False,
    "people/<int:person_id>/": False,
    "tokens/": False,
    "account/factors/": False,
    "account/factors/app/": False,
    "status/": False,
    "audit/": True,
    "connection/": False,
}

PAGES |= dict.fromkeys(["buckets/", "buckets/new/", "buckets/<str:bucket_id>/", "buckets/<str:bucket_id>/delete/"], False)
PAGES |= dict.fromkeys(["buckets/<str:bucket_id>/merge/", "history/", "history/<int:number>/", "trash/"], False)


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> list[str]:
    found = []
    for pattern in patterns:
        route = before + ("*" if isinstance(pattern.pattern, RegexPattern) else str(pattern.pattern))
        found += routes(pattern.url_patterns, route) if isinstance(pattern, URLResolver) else [route]
    return found


@pytest.fixture
def address(owner):
    """The address of a route, whose memory, image, signature, bucket and batch exist."""
    client = connect(owner)
    image = client.add_new_memory("2025-03-04 - A teal square.", image=picture()).memory_id
    text = client.add_new_memory("2025-03-04 - A plain note.").memory_id
    bucket = client.create_bucket("Garden").id
    number = curating.create(client, owner, "2025-03-04 - Written down.", date(2025, 3, 4), None).progress.batch.pk
    signed = client.get_memory(image).image_url.partition("/images/")[2]

    def of(route: str) -> str:
        if route.startswith(MEMORY):
            memory_page = reverse("memories:memory", args=[image if route.endswith(("image", "view/", "similar/")) else text])
            return memory_page + route.removeprefix(MEMORY)
        parts = {
            "<str:memory_id>": text,
            "<str:bucket_id>": bucket,
            "<int:number>": str(number),
            "<int:person_id>": str(owner.pk),
            "<int:pk>": "1",
            "<path:signed>": signed,
            "<str:secret>": "used-up",
            "*": "nowhere",
        }
        return "/" + re.sub(r"<.*>|\*", lambda part: parts[part[0]], route)

    return of


def test_every_address_has_its_line():
    assert set(STATUSES) == set(routes(get_resolver().url_patterns))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("route", STATUSES)
def test_nobody_in_particular_gets(client, address, route, method):
    expected = STATUSES[route][0 if method == "GET" else 1]
    assert client.generic(method, address(route)).status_code == expected


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("route", STATUSES)
def test_the_owner_gets(signed_in, address, route, method):
    expected = STATUSES[route][2 if method == "GET" else 3]
    data = {"next": "/"} if method == "POST" else None
    answer = getattr(signed_in, method.lower())(address(route), data)
    assert answer.status_code == expected


CLOSED = [route for route in STATUSES if route not in OPEN and not route.startswith("api/")]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("route", [route for route in CLOSED if route != "signout/"])
def test_nobody_is_led_to_the_sign_in_page_and_back(client, address, route, method):
    answer = client.generic(method, address(route))
    assert answer["Location"] == f"/signin/?next={address(route)}"


@pytest.mark.parametrize("route", [route for route in CLOSED if route != "signout/"])
def test_htmx_is_led_to_the_sign_in_page_as_a_whole(client, address, route):
    current = "http://testserver/?q=tea"
    answer = client.get(address(route), headers={"HX-Request": "true", "HX-Current-URL": current})
    assert answer["HX-Redirect"] == "/signin/?next=/%3Fq%3Dtea"
    assert answer.content == b""


@pytest.mark.parametrize("route", [route for route in CLOSED if route != "signout/"])
def test_a_form_that_htmx_sends_is_told_and_stays(client, address, route):
    answer = client.post(address(route), {"text": "typed"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (401, "#notice")
    assert 'role="alert"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("route", [route for route in STATUSES if route.startswith("api/") and STATUSES[route] == REFUSED])
def test_the_api_refuses_in_json(signed_in, address, route):
    answer = signed_in.get(address(route))
    assert answer["Content-Type"] == "application/json"
    assert answer["WWW-Authenticate"] == "Bearer"
    assert set(answer.json()) == {"error"}


def test_an_unknown_address_is_a_page_that_says_so(signed_in):
    answer = signed_in.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


# Headers


def page_answers(signed_in, client, address):
    """Every page, fragment and error page, by a name for the failing assertion."""
    for route, has_fragment in PAGES.items():
        yield route, signed_in.get(address(route))
        if has_fragment:
            yield f"{route} (fragment)", signed_in.get(address(route), headers={"HX-Request": "true"})
    yield "sign-in", client.get("/signin/")
    yield "used link", client.get("/signin/used-up/")
    yield "bad address", signed_in.get("/?type=sound")
    yield "not found", signed_in.get("/nowhere/")
    yield "method", signed_in.post("/")
    yield "bad form", signed_in.post("/memories/new/", {"text": ""})
    yield "signed out", client.post("/memories/new/", headers={"HX-Request": "true"})
    yield "text fragment", signed_in.get(address(f"{MEMORY}text/"), headers={"HX-Request": "true"})
    yield "viewer fragment", signed_in.get(address(f"{MEMORY}view/"), headers={"HX-Request": "true"})
    yield "similar fragment", signed_in.get(address(f"{MEMORY}similar/"), headers={"HX-Request": "true"})
    yield "gallery", signed_in.get("/?type=image")
    yield "why fragment", signed_in.get(address(f"{MEMORY}why/"), headers={"HX-Request": "true"})


@pytest.fixture
def answers(signed_in, client, address):
    return dict(page_answers(signed_in, client, address))


def test_scripts_styles_and_images_come_from_here_alone(answers):
    for name, answer in answers.items():
        directives = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if part.strip())
        assert directives["default-src"] == "'none'", name
        assert set(directives.values()) <= {"'self'", "'none'"}, name


@pytest.mark.parametrize(
    ("header", "value"),
    [("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin")],
)
def test_every_page_has_the_header(answers, header, value):
    assert {name: answer.get(header) for name, answer in answers.items() if answer.get(header) != value} == {}


def test_no_page_is_kept_by_a_shared_cache(answers):
    public = {name for name, answer in answers.items() if "private" not in answer.get("Cache-Control", "")}
    assert public == set()


def test_where_htmx_gets_another_answer_the_header_says_so(signed_in, address):
    for route, has_fragment in PAGES.items():
        for headers in ({}, {"HX-Request": "true"}) if has_fragment else ():
            assert "HX-Request" in signed_in.get(address(route), headers=headers)["Vary"], route


@pytest.mark.parametrize("path", ["/nowhere/", "/?type=sound", "/memories/AAAA/"])
def test_error_pages_and_their_fragments_differ_and_say_so(signed_in, path):
    page, fragment = (signed_in.get(path, headers=headers) for headers in ({}, {"HX-Request": "true"}))
    assert page.status_code == fragment.status_code >= 400
    assert "HX-Request" in page["Vary"]
    assert "HX-Request" in fragment["Vary"]
    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()


@pytest.mark.parametrize("route", [route for route, has_fragment in PAGES.items() if has_fragment])
@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_boosted_links_and_lost_history_get_the_whole_page(signed_in, address, route, header):
    answer = signed_in.get(address(route), headers={"HX-Request": "true", header: "true"})
    assert "<html" in answer.content.decode()


def test_no_page_holds_a_script_or_a_style_of_its_own(answers):
    for name, answer in answers.items():
        html = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\ssrc=)", html), name
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html), name


# Forged forms


@pytest.mark.parametrize("route", [route for route in STATUSES if not route.startswith("api/") and STATUSES[route][3] != 405])
def test_a_form_without_its_secret_is_refused(owner, address, route):
    strict = Client(enforce_csrf_checks=True)
    if route not in OPEN:
        strict.force_login(owner)
    answer = strict.post(address(route), {"text": "forged"})
    assert answer.status_code == 403
    assert "This page is out of date" in answer.content.decode()


def test_a_form_without_its_secret_that_htmx_sends_stays_where_it_is(owner):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    answer = strict.post("/memories/new/", {"text": "forged"}, headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert 'role="alert"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


# Where `next` leads

ELSEWHERE = [
    "https://evil.example/",
    "http://localhost/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "http:///evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    " //evil.example/",
]


@pytest.mark.parametrize("next_page", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client, owner, settings, next_page):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one takes its time
    owner.set_password("a long enough one")
    owner.save()
    answer = client.post("/signin/", {"login": "owner", "password": "a long enough one", "next": next_page})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("next_page", ELSEWHERE)
def test_renewing_the_buckets_leads_nowhere_else(signed_in, next_page):
    assert signed_in.post("/buckets/renew/", {"next": next_page})["Location"] == "/"


def test_next_leads_to_a_page_of_ours(signed_in):
    assert signed_in.post("/buckets/renew/", {"next": "/?q=tea"})["Location"] == "/?q=tea"
