"""Who gets what: every address and method, by everybody there can be, for what is theirs, another's, and not there.

The tables are held against the URLconf, so that a new address without a line here fails. Each request is undone before the next.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from itertools import product

import pytest
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from memories import curating, editing
from memories.addresses import to_key
from memoryweb.accounts import invitations, permissions, tokens
from memoryweb.accounts.models import Role, Token, User
from memoryweb.history import current
from memoryweb.memoryplugin import connect
from memoryweb.tests.hosted import picture
from memoryweb.tests.test_urls import MEMORY, OPEN, routes

pytestmark = pytest.mark.django_db

ROLES = list(Role.values)  # each may do what the one before may
EVERYBODY = ["nobody", "disabled", *ROLES]
TARGETS = ["own", "foreign", "missing"]
NONE, VIEWER, CONTRIBUTOR, EDITOR, OWNER = Role


@dataclass(frozen=True)
class Page:
    """What the least role that may come here gets for its own, another's and a missing thing, by GET and by POST.

    Those below get 403 for all three alike. From `trusted` on they get for another's what they get for their own.
    """

    least: Role
    get: tuple[int, int, int] = (405, 405, 405)
    post: tuple[int, int, int] = (405, 405, 405)
    trusted: Role = EDITOR

    def status(self, role: str, method: str, target: str) -> int:
        if ROLES.index(role) < ROLES.index(self.least):
            return 403
        is_as_own = target == "foreign" and self.least != OWNER and ROLES.index(role) >= ROLES.index(self.trusted)
        return (self.get if method == "GET" else self.post)[TARGETS.index("own" if is_as_own else target)]


def alike(status: int) -> tuple[int, int, int]:
    """Of something that names nothing."""
    return (status, status, status)


ANY = alike(200)
SEEN = (200, 200, 404)
PAGES = {
    "signout/": Page(NONE, post=alike(302)),
    "account/password/": Page(NONE, ANY, alike(422)),
    "account/again/": Page(NONE, alike(403), alike(403)),  # nobody here has a password or a factor to show again
    "account/again/code/": Page(NONE, alike(403), alike(403)),
    "account/again/passkey/": Page(NONE, alike(404), alike(404)),  # nor a domain for passkeys, nor a provider
    "account/factors/passkeys/": Page(NONE, alike(404), alike(404)),
    "account/factors/passkeys/<int:pk>/remove/": Page(NONE, alike(404), alike(404)),
    "account/oidc/": Page(NONE, post=alike(404)),
    "account/oidc/remove/": Page(NONE, post=alike(404)),
    "account/factors/": Page(NONE, ANY),
    "account/factors/app/": Page(NONE, ANY, alike(422)),
    "account/factors/app/remove/": Page(NONE, alike(404), alike(404)),
    "account/factors/codes/": Page(NONE, alike(404)),
    "account/factors/codes/new/": Page(NONE, ANY, alike(422)),
    "people/": Page(OWNER, ANY),
    "people/invite/": Page(OWNER, ANY, alike(302)),
    "people/invitations/<int:number>/revoke/": Page(OWNER, alike(302), alike(302)),
    "people/<int:person_id>/": Page(OWNER, SEEN, (200, 302, 404)),  # of oneself, it asks first
    "people/<int:person_id>/disable/": Page(OWNER, (302, 200, 404), (302, 302, 404)),
    "people/<int:person_id>/enable/": Page(OWNER, (302, 302, 404), (302, 302, 404)),
    "people/<int:person_id>/reset/": Page(OWNER, (302, 200, 404), (302, 302, 404)),  # for oneself there is another way
    "tokens/": Page(NONE, ANY, alike(422)),
    "tokens/<int:number>/revoke/": Page(NONE, (200, 404, 404), (302, 404, 404), trusted=OWNER),
    "audit/": Page(OWNER, ANY),
    "audit/export/": Page(OWNER, ANY),
    "buckets/": Page(VIEWER, ANY),
    "buckets/new/": Page(EDITOR, ANY, alike(302)),
    "buckets/renew/": Page(VIEWER, post=alike(302)),
    "buckets/<str:bucket_id>/": Page(EDITOR, SEEN, (302, 302, 404)),
    "buckets/<str:bucket_id>/delete/": Page(EDITOR, SEEN, (302, 302, 404)),
    "buckets/<str:bucket_id>/merge/": Page(EDITOR, SEEN, (302, 302, 404)),
    "history/": Page(VIEWER, ANY),
    "history/undo/": Page(CONTRIBUTOR, post=alike(302)),
    "history/<int:number>/": Page(VIEWER, SEEN),
    "history/<int:number>/undo/": Page(CONTRIBUTOR, post=(302, 403, 404)),
    "history/<int:number>/continue/": Page(CONTRIBUTOR, post=(302, 403, 404)),
    "history/<int:number>/retry/": Page(CONTRIBUTOR, post=(302, 403, 404)),
    "history/<int:number>/check/": Page(CONTRIBUTOR, post=(302, 403, 404)),
    "connection/": Page(OWNER, ANY, alike(422)),  # an empty form
    "connection/test/": Page(OWNER, post=alike(302)),
    "connection/remove/": Page(OWNER, alike(302), alike(302)),  # nothing is saved
    "status/": Page(VIEWER, ANY),
    "": Page(VIEWER, ANY),
    "assistant/": Page(VIEWER, ANY),
    "memories/new/": Page(CONTRIBUTOR, ANY, alike(302)),
    "memories/check/": Page(CONTRIBUTOR, post=ANY),
    "memories/images/": Page(CONTRIBUTOR, post=alike(422)),
    "memories/selection/move/": Page(CONTRIBUTOR, post=(302, 403, 409)),
    "memories/selection/delete/": Page(CONTRIBUTOR, post=(302, 403, 409)),
    "memories/selection/export/": Page(VIEWER, post=ANY),
    "memories/merge/": Page(CONTRIBUTOR, (200, 403, 404), (422, 403, 404)),
    "memories/merge/losses/": Page(CONTRIBUTOR, post=alike(302)),
    "memories/examples/load/": Page(EDITOR, post=alike(302)),
    "memories/examples/remove/": Page(EDITOR, post=alike(302)),
    "trash/": Page(VIEWER, ANY),
    "trash/restore/": Page(CONTRIBUTOR, post=(302, 403, 422)),
    MEMORY: Page(VIEWER, SEEN),
    f"{MEMORY}text/": Page(VIEWER, alike(302)),
    f"{MEMORY}why/": Page(VIEWER, alike(302)),
    f"{MEMORY}versions/": Page(VIEWER, alike(302), alike(404)),
    f"{MEMORY}edit/": Page(CONTRIBUTOR, (200, 403, 404), (302, 403, 409)),
    f"{MEMORY}image": Page(VIEWER, SEEN),
    f"{MEMORY}view/": Page(VIEWER, (302, 302, 404)),  # of a text, its own page
    f"{MEMORY}similar/": Page(VIEWER, alike(302)),
    "captions/<str:memory_id>/": Page(VIEWER, alike(302), alike(302)),
}
# Without sign-in: what everybody gets alike, whoever they are, is in test_urls.
WITHOUT_SIGN_IN = OPEN | {"api/*", "invitation/<str:secret>/"}

# Operations of the API: the least role, and what that gets for its own, another's and a missing thing.
API = {
    ("GET", "api/buckets"): (VIEWER, ANY),
    ("POST", "api/buckets"): (EDITOR, ANY),
    ("PATCH", "api/buckets/<str:bucket_id>"): (EDITOR, SEEN),
    ("DELETE", "api/buckets/<str:bucket_id>"): (EDITOR, SEEN),
    ("POST", "api/buckets/<str:bucket_id>/restore"): (EDITOR, alike(404)),
    ("GET", "api/memory"): (VIEWER, ANY),
    ("POST", "api/memory"): (CONTRIBUTOR, ANY),
    ("GET", "api/v2/memory"): (VIEWER, ANY),
    ("POST", "api/v2/memory"): (CONTRIBUTOR, ANY),
    ("POST", "api/v2/memory/update"): (CONTRIBUTOR, (200, 403, 404)),
    ("GET", "api/memories"): (VIEWER, ANY),
    ("POST", "api/memories/bulk-delete"): (CONTRIBUTOR, (200, 403, 200)),
    ("POST", "api/memories/restore"): (CONTRIBUTOR, (200, 403, 404)),
    ("GET", "api/memories/<str:memory_id>"): (VIEWER, SEEN),
    ("DELETE", "api/memories/<str:memory_id>"): (CONTRIBUTOR, (200, 403, 404)),
    ("GET", "api/memories/<str:memory_id>/versions"): (VIEWER, SEEN),
    ("GET", "api/memories/<str:memory_id>/similar"): (VIEWER, SEEN),
    ("GET", "api/trash"): (VIEWER, ANY),
    ("POST", "api/examples"): (EDITOR, ANY),
    ("DELETE", "api/examples"): (EDITOR, ANY),
    ("GET", "api/status"): (VIEWER, ANY),
}


@dataclass
class Things:
    """What somebody has added and done, by the names under which addresses and forms know it."""

    text: str = "mem_nowhere"
    state: str = ""  # that the text is in, as the form of an edit says it
    second: str = "mem_nowhere_either"
    image: str = "mem_no_image"
    trashed: str = "mem_not_in_the_trash"
    bucket: str = "987654"
    batch: int = 987654
    person: int = 987654
    token: int = 987654


def things_of(person: User) -> Things:
    """Things of this person, who has any role again afterwards: one may have lost what one had."""
    role, person.role = person.role, Role.OWNER
    person.save()
    client = connect(person)
    written = [curating.create(client, person, f"2025-03-04 - {person.username} {n}", date(2025, 3, 4), None) for n in range(3)]
    text, second, trashed = (each.memory_id for each in written)
    curating.delete(client, person, list(current.memories(client, [trashed]).values()))
    image = client.add_new_memory(f"2025-03-04 - {person.username}.", image=picture()).memory_id
    bucket = client.create_bucket(f"Of {person.username}").id
    state = editing.digest(current.memories(client, [text])[text])
    person.role = role
    person.save()
    tokens.make(person, "things")
    token = Token.objects.get(user=person).pk
    return Things(text, state, second, image, trashed, bucket, written[0].progress.batch.pk, person.pk, token)


@pytest.fixture
def people(owner) -> dict[str, User]:
    """One of each role, beside the owner there is; their signature is as good as a password and costs nothing."""
    return {role: User.objects.create(username=f"the-{role}", role=role, password=make_password(None)) for role in ROLES}


@pytest.fixture
def world(people, owner):
    """`world(who, target)`: the things that a request by that person is about."""
    other = User.objects.create(username="other", role=Role.VIEWER)
    foreign = things_of(other)
    own = {name: things_of(person) for name, person in people.items()}
    gone = Things()
    return lambda who, target: {"own": own.get(who, foreign), "foreign": foreign, "missing": gone}[target]


@contextmanager
def undone(who: str = "", browsers: dict[str, Client] | None = None) -> Iterator[None]:
    """What is done inside leaves no trace in the database; a session of somebody who was disabled is there only meanwhile."""
    cookies = {name: deepcopy(browser.cookies) for name, browser in (browsers or {}).items()}
    with transaction.atomic():
        if browsers and who == "disabled":
            person = User.objects.create(username="disabled", role=Role.OWNER)
            browsers[who].force_login(person)
            User.objects.filter(pk=person.pk).update(is_active=False)
        yield
        transaction.set_rollback(True)
    for name, kept in cookies.items():
        browsers[name].cookies = kept  # type: ignore[index]


def address(route: str, things: Things) -> str:
    if route.startswith(MEMORY):
        memory_page = reverse("memories:memory", args=[things.image if route.endswith("image") else things.text])
        return memory_page + route.removeprefix(MEMORY)
    parts = {
        "<str:memory_id>": things.text,
        "<str:bucket_id>": things.bucket,
        "<int:number>": str(things.token if "token" in route else things.batch),
        "<int:person_id>": str(things.person),
        "<int:pk>": "1",
    }
    path = "/" + re.sub("<.*?>", lambda part: parts[part[0]], route)
    return f"{path}?id={to_key(things.text)}&id={to_key(things.second)}" if "merge" in route and "memories" in route else path


def form(route: str, things: Things, bucket: str) -> dict[str, str]:
    """What is posted there: something that would be done."""
    note = {"text": "Something new.", "date": "2025-03-04", "bucket": ""}
    selection = {"ids": to_key(things.text), "number": "1", "bucket": bucket}
    return {
        "account/password/": {"new_password1": "short"},
        "people/invite/": {"role": "viewer"},
        "people/<int:person_id>/": {"role": "editor"},
        "buckets/new/": {"name": "Attic"},
        "buckets/<str:bucket_id>/": {"name": "Attic"},
        "buckets/<str:bucket_id>/delete/": {"where": "move", "to": bucket},
        "buckets/<str:bucket_id>/merge/": {"to": bucket},
        "memories/new/": note,
        "memories/check/": note,
        "memories/selection/move/": selection,
        "memories/selection/delete/": selection,
        "memories/selection/export/": selection,
        "memories/merge/": note | {"text": "Both."},
        "trash/restore/": {"id": things.trashed},
        f"{MEMORY}edit/": note | {"base": things.state},
    }.get(route, {})


def body(route: str, things: Things) -> dict[str, object]:
    """What is sent to the API there."""
    return {
        "api/buckets": {"name": "Attic"},
        "api/buckets/<str:bucket_id>": {"name": "Attic"},
        "api/memory": {"text": "Something new."},
        "api/v2/memory": {"text": "Something new."},
        "api/v2/memory/update": {"memoryId": things.text, "text": "Something else."},
        "api/memories/bulk-delete": {"memoryIds": [things.text]},
        "api/memories/restore": {"memoryIds": [things.trashed]},
    }.get(route, {})


def test_every_page_has_its_line():
    pages = {route for route in routes(get_resolver().url_patterns) if not route.startswith("api/")}
    assert set(PAGES) == pages - WITHOUT_SIGN_IN


def test_every_page_says_what_it_needs():
    named = set()
    for pattern in get_resolver().url_patterns:
        for each in getattr(pattern, "url_patterns", [pattern]):
            namespace = getattr(pattern, "namespace", None)
            if getattr(each.callback, "login_required", True):
                named.add(f"{namespace}:{each.name}" if namespace else each.name)
    assert named == set(permissions.PAGES)


def test_every_operation_of_the_api_has_its_line():
    from memoryweb.localapi.views import contract_document

    described = {
        (method.upper(), "api/" + re.sub(r"\{(bucketId|memoryId)\}", r"<str:\1>", path).removeprefix("/api/"))
        for path, operations in contract_document()["paths"].items()
        for method in operations
        if method in ("get", "post", "patch", "put", "delete") and "{signed}" not in path
    }
    described = {(method, path.replace("bucketId", "bucket_id").replace("memoryId", "memory_id")) for method, path in described}
    assert set(API) == described


def test_every_page_answers_everybody_as_it_should(people, world, owner):
    general = connect(owner).list_buckets()[0].id
    browsers = {who: browser_of(people.get(who)) for who in EVERYBODY}
    wrong = {}
    for route, method, who, target in product(PAGES, ("GET", "POST"), EVERYBODY, TARGETS):
        things = world(who, target)
        path = address(route, things)
        with undone(who, browsers):
            browser = browsers[who]
            sent = form(route, things, general)
            answer = browser.get(path) if method == "GET" else browser.post(path, sent)
        stranger = 401 if method == "POST" and "text" in sent else 302  # which shows what was typed
        got, expected = answer.status_code, PAGES[route].status(who, method, target) if who in people else stranger
        is_sign_in = answer.get("Location", "").startswith("/signin/") or got == 401
        if got != expected or is_sign_in != (who not in people or route == "signout/" and got == 302):
            wrong[route, method, who, target] = f"{got} instead of {expected}"
    assert not wrong, "\n".join(f"{key}: {value}" for key, value in wrong.items())


def test_the_api_answers_everybody_as_it_should(people, world):
    wrong = {}
    for ((method, route), (least, statuses)), who, target in product(API.items(), EVERYBODY, TARGETS):
        things = world(who, target)
        with undone():
            headers = {}
            if who != "nobody":
                person = people.get(who) or User.objects.create(username="disabled", role=Role.OWNER)
                headers["authorization"] = f"Bearer {tokens.make(person, 'a script')}"
                User.objects.filter(pk=person.pk).update(is_active=who != "disabled")
            said = json.dumps(body(route, things)) if method in ("POST", "PATCH") else ""
            answer = Client(headers=headers).generic(method, address(route, things), said, content_type="application/json")
        got, expected = answer.status_code, Page(least, statuses).status(who, "GET", target) if who in people else 401
        if got != expected or (got != 200) != ("error" in answer.json()):
            wrong[method, route, who, target] = f"{got} instead of {expected}"
    assert not wrong, "\n".join(f"{key}: {value}" for key, value in wrong.items())


def test_where_one_may_not_come_another_s_thing_looks_as_one_that_is_not_there(people, world):
    browser = browser_of(people[Role.VIEWER])
    closed = [route for route, page in PAGES.items() if page.least not in (NONE, VIEWER) and "<" in route]
    assert len(closed) > 5
    for route in closed:
        method = browser.post if PAGES[route].get == alike(405) else browser.get
        foreign, missing = (method(address(route, world("viewer", target))).text for target in ("foreign", "missing"))
        assert without_secrets(foreign) == without_secrets(missing), route


def browser_of(person: User | None) -> Client:
    browser = Client()
    if person:
        browser.force_login(person)
    return browser


def without_secrets(page: str) -> str:
    return re.sub('(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", page)


def test_pages_cannot_get_around_the_api(people):
    """In-process calls act as the person: the same refusal, in the same words."""
    from memoryweb.memoryplugin.errors import NotAllowed

    client = connect(people[Role.VIEWER])
    with pytest.raises(NotAllowed, match="As a viewer you cannot add memories. Ask an owner: owner or the-owner"):
        client.add_new_memory("2025-03-04 - Mine.")


def test_an_operation_that_does_not_say_what_it_needs_is_for_owners_alone(people):
    from memoryweb.localapi.auth import Principal, authorize
    from memoryweb.localapi.errors import NotAllowed

    def operation(request):
        return {}

    authorize(Principal(people[Role.OWNER]), operation)
    with pytest.raises(NotAllowed):
        authorize(Principal(people[Role.EDITOR]), operation)


def test_a_page_that_does_not_say_what_it_needs_is_for_owners_alone(people, monkeypatch):
    monkeypatch.delitem(permissions.PAGES, "status")
    statuses = []
    for role in (Role.EDITOR, Role.OWNER):
        browser = Client()
        browser.force_login(people[role])
        statuses.append(browser.get("/status/").status_code)
    assert statuses == [403, 200]


def test_an_invitation_opens_for_everybody(owner, client):
    secret = invitations.make(owner, Role.EDITOR)
    assert client.get(f"/invitation/{secret}/").status_code == 200
    assert client.post(f"/invitation/{secret}/", {"username": "", "password": ""}).status_code == 422
    assert client.get("/invitation/made-up/").status_code == 410
