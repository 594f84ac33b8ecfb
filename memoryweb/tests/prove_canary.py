"""`make prove-canary`: that no secret is found where it has no business; one line with how many were looked for in how much.

An instance of which each secret is known is started with two workers, used, and broken in every way that is at hand: a service that
fails, a database that refuses, a model that quotes its key. Then every secret is looked for, as it is and as it may be written
otherwise, in whatever came out of it. Memories and queries, which pages and database hold, are looked for in what is logged.
"""

import base64
import gzip
import hmac
import html
import json
import re
import secrets
import sqlite3
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from urllib.parse import quote, quote_plus, urlsplit

import requests

from memoryweb.tests import instance  # noqa: F401  # before what needs Django
from memoryweb.tests.hosted import FAULTS, Answer, Hosted, as_json, http_server, picture, refusal
from memoryweb.tests.server import Server, free_port, running_server
from memoryweb.tests.test_urls import STATUSES

LOGGED, PAGE, FILE, OUTPUT, PROCESS, SENT = "log", "page", "file", "output", "process list", "request elsewhere"
EVERYWHERE = frozenset({LOGGED, PAGE, FILE, OUTPUT, PROCESS, SENT})


@dataclass(frozen=True)
class Canary:
    """Something secret, and where it must not be found."""

    name: str
    text: str
    banned: frozenset[str] = EVERYWHERE

    def forms(self) -> Iterator[bytes]:
        """As it may be written."""
        raw = self.text.encode()
        yield from (raw, raw[::-1], quote(self.text, safe="").encode(), quote_plus(self.text).encode())
        yield from (raw.hex().encode(), raw.hex().upper().encode(), html.escape(self.text).encode())
        yield from (json.dumps(self.text)[1:-1].encode(), self.text.encode("utf-16-le"), repr(self.text)[1:-1].encode())
        for shift in range(3):  # base64 writes the same bytes in three ways
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                yield encode(b"\0" * shift + raw)[4 if shift else 0 :].rstrip(b"=")[:-1]


@dataclass
class Haul:
    """All that came out of the instances, by where."""

    pieces: list[tuple[str, str, bytes]] = field(default_factory=list)

    def add(self, where: str, name: str, content: bytes | str) -> None:
        """Something that came out."""
        content = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        self.pieces.append((where, name, content))
        if content[:2] == b"\x1f\x8b":
            with suppress(OSError, EOFError, zlib.error):
                self.pieces.append((where, f"{name}, unpacked", gzip.decompress(content)))

    def find(self, canaries: list[Canary]) -> list[str]:
        """Where there is one that has no business there."""
        found = []
        for canary in canaries:
            forms = re.compile(b"|".join(map(re.escape, sorted(set(canary.forms()), key=len, reverse=True))), re.IGNORECASE)
            for where, name, content in self.pieces:
                if where in canary.banned and (hit := forms.search(content)):
                    around = content[max(0, hit.start() - 40) : hit.start()].decode(errors="replace")
                    found.append(f"{canary.name} in {where} {name}, after {around!r}")
        return found

    def size(self) -> int:
        """In bytes."""
        return sum(len(content) for _, _, content in self.pieces)


class Browser:
    """A person's requests; all that is answered goes into the haul."""

    def __init__(self, server: Server, haul: Haul) -> None:
        self.server, self.haul, self.session = server, haul, requests.Session()

    def get(self, path: str, place: str = PAGE, **headers: str) -> requests.Response:
        """GET, following redirects."""
        return self._note(self.session.get(self.server.url + path, headers=headers, timeout=60), place)

    def post(self, path: str, place: str = PAGE, headers: dict[str, str] | None = None, **fields: str) -> requests.Response:
        """POST a form with its secret."""
        page = self.session.get(
            f"{self.server.url}/signin/" if not self.session.cookies else f"{self.server.url}/status/", timeout=60
        )
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        fields = {"csrfmiddlewaretoken": found[1] if found else ""} | fields
        return self._note(self.session.post(self.server.url + path, data=fields, headers=headers or {}, timeout=60), place)

    def come_in(self, path: str) -> None:
        """Sign in with a link."""
        self.get(path)
        self.post(path)

    def _note(self, answer: requests.Response, place: str) -> requests.Response:
        for each in [*answer.history, answer]:
            said = {name: value for name, value in each.headers.items() if name.lower() != "set-cookie"}
            if place:
                self.haul.add(place, each.request.path_url.partition("?")[0], f"{said}\n{each.text}")
        return answer

    def every_page(self, known: dict[str, str], canaries: dict[str, str]) -> None:
        """Every address by every method, as a page and as a fragment; those that end something come last."""
        for route in sorted(STATUSES, key=lambda route: ("remove" in route, "signout" in route)):
            if "signout" in route or "password" in route or "factors" in route:
                continue
            path = "/" + re.sub(r"<.*?>|\*", lambda part: known.get(part[0], "1"), route)
            with suppress(requests.RequestException):
                self.get(path)
                self.get(path, **{"HX-Request": "true"})
                self.post(path, **canaries)
        self.get(f"/?q={quote(canaries['text'])}")
        self.get(f"/?type={quote(canaries['text'])}")


class _Parrot(BaseHTTPRequestHandler):
    """A model that answers with what it was sent, the key included."""

    def do_POST(self) -> None:
        said = json.dumps({"error": {"message": f"{dict(self.headers)}"}}).encode()
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[str]:
    """A server in a thread; its address."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def secret(name: str) -> str:
    """A secret that nobody else has."""
    return f"{name}-{secrets.token_urlsafe(18)}"


def play_embedded(haul: Haul) -> list[Canary]:
    """An embedded server in a day with everything; the secrets that were in it."""
    words = {name: secret(name) for name in ("text", "query", "password", "wrong")}
    keys = {name: secret(name) for name in ("CAPTION_KEY", "EMAIL_PASSWORD", "SECRET_KEY", "OIDC_CLIENT_SECRET")}
    canaries = [Canary(name, text) for name, text in keys.items()]
    canaries += [Canary("password", words["password"]), Canary("wrong password", words["wrong"])]
    canaries += [Canary("text of a memory", words["text"], frozenset({LOGGED, PROCESS, OUTPUT}))]
    canaries += [Canary("query", words["query"], frozenset({LOGGED, PROCESS, OUTPUT, FILE}))]
    with TemporaryDirectory(prefix="memoryweb-canary-") as name, serving(ThreadingHTTPServer(("127.0.0.1", 0), _Parrot)) as parrot:
        folder = Path(name)
        settings = keys | {
            "CAPTION_URL": parrot, "CAPTION_MODEL": "parrot", "OIDC_SERVER_URL": parrot, "OIDC_CLIENT_ID": "memoryweb",
            "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(free_port()), "EMAIL_USER": "somebody", "EMAIL_SECURITY": "none",
            "WORKERS": "2",
        }  # fmt: skip
        with running_server(folder, **settings) as server:
            canaries += use(server, haul, words)
            canaries += connect_by_hand(server, haul, words)
            break_database(server, haul, folder, words)
            note_processes(haul)
            for command in (["token", "list"], ["purge"], ["reindex"], ["fingerprint"], ["check"], ["rotate_connection_key"]):
                with suppress(subprocess.CalledProcessError):
                    haul.add(OUTPUT, command[0], server.manage(*command))
        haul.add(LOGGED, "server", "".join(line for line in server.said if not line.startswith("Sign in")))
        with closing(sqlite3.connect(folder / "memoryweb.sqlite3")) as database:
            database.execute("VACUUM INTO ?", [str(folder / "backup.sqlite3")])
        note_files(haul, folder)
    return canaries


def use(server: Server, haul: Haul, words: dict[str, str]) -> list[Canary]:
    """Sign in in each way, invite somebody, write and read in pages and API, look everywhere."""
    link = server.sign_in_link()
    token = server.manage("token", "create", "canary").splitlines()[-1]
    owner = Browser(server, haul)
    owner.come_in(urlsplit(link).path)
    found = [Canary("sign-in link", link.rpartition("/signin/")[2].strip("/")), Canary("token", token)]
    made = owner.post("/people/invite/", place="", role="editor", email="nora@example.org").text
    invitation = re.findall(r"/invitation/([\w-]{20,})", made)[0]
    nora = Browser(server, haul)
    nora.get(f"/invitation/{invitation}/", place="")
    nora.post(f"/invitation/{invitation}/", place="", username="nora", password="short")
    nora.post(f"/invitation/{invitation}/", place="", username="nora", password=words["password"])
    found += [Canary("invitation", invitation), *second_factor(nora, words["password"])]
    for password in (words["wrong"], words["password"]):
        Browser(server, haul).post("/signin/", login="nora", password=password)
    made = owner.post("/tokens/", place="", name="of a page", scope="role", where="all", expires="90").text
    found += [Canary("token of the page", re.findall(r"\bmw_[\w-]{20,}", made)[0])]
    owner.post("/memories/new/", text=f"2025-03-04 - {words['text']}", date="2025-03-04", bucket="")
    add_image(owner, words["text"])
    headers = {"Authorization": f"Bearer {token}"}
    for method, path, body in (
        ("POST", "/api/memory", {"text": words["text"]}),
        ("GET", f"/api/v2/memory?query={words['query']}", None),
        ("POST", "/api/v2/memory/update", {"memoryId": words["text"]}),
        ("GET", f"/api/memories/{words['query']}", None),
        ("GET", f"/api/memory?count={words['query']}", None),
        ("GET", "/api/status", None),
    ):
        answer = requests.request(method, server.url + path, json=body, headers=headers, timeout=60)
        haul.add(PAGE, path.partition("?")[0], f"{answer.headers}\n{answer.text}")
    requests.get(f"{server.url}/api/memory", headers={"Authorization": f"Bearer {words['wrong']}"}, timeout=60)
    known = known_parts(owner)
    owner.every_page(
        known, {"text": words["text"], "q": words["query"], "password": words["wrong"], "next": "/", "token": words["wrong"]}
    )
    owner.get(f"/?q={words['query']}")
    for path in ("/audit/export/", "/api/openapi.json"):
        owner.get(path)
    session = next(cookie.value for cookie in owner.session.cookies if cookie.name.startswith("session"))
    return [*found, Canary("session", session or "", EVERYWHERE - {FILE})]


def second_factor(person: Browser, password: str) -> list[Canary]:
    """Set up an app and recovery codes, as a person does; its key, and one of the codes."""
    person.post("/account/again/", place="", password=password)
    page = person.get("/account/factors/app/", place="").text
    key = re.findall(r"\b[A-Z2-7]{32}\b", page)[0]
    shown = person.post("/account/factors/app/", place="", code=code_now(key)).text
    code = re.findall(r'<pre class="codes"[^>]*>(\w+)', shown)[0]
    person.get("/account/factors/")
    return [Canary("key of the second factor", key), Canary("recovery code", code)]


def code_now(key: str) -> str:
    """What an app shows that has this key (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(key), struct.pack(">Q", int(time()) // 30), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def add_image(person: Browser, text: str) -> None:
    """One image, which the model is to describe, and one with a name that says too much."""
    page = person.session.get(f"{person.server.url}/status/", timeout=60).text
    form = {
        "csrfmiddlewaretoken": re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0],
        "date": "2025-03-04",
        "bucket": "",
    }
    files = {"image": (f"{text}.png", picture(), "image/png")}
    person.session.post(f"{person.server.url}/memories/images/", data=form, files=files, timeout=60)


def known_parts(person: Browser) -> dict[str, str]:
    """What stands for the parts of an address: something that is there."""
    page = person.session.get(f"{person.server.url}/", timeout=60).text
    key = re.findall(r'href="/memories/([\w~-]+)/', page)
    return {"<memory_id:memory_id>": next(each for each in key if each not in ("new", "images", "merge"))}


def connect_by_hand(server: Server, haul: Haul, words: dict[str, str]) -> list[Canary]:
    """Save the token of a hosted service in the page, and let that fail in every way."""
    service, hosted = http_server()
    hosted.token = secret("typed")
    with serving(service) as address:
        owner = Browser(server, haul)
        owner.come_in(urlsplit(server.sign_in_link()).path)
        wrong = secret("mistyped")
        owner.post("/connection/", url=address, token=wrong)
        owner.post("/connection/", url="no address", token=wrong)
        saved = owner.post("/connection/", url=address, token=hosted.token)
        if not saved.ok or not hosted.count("GET /api/buckets"):
            sys.exit(f"prove-canary: the connection was not saved: {saved.status_code}")
        fail_in_every_way(owner, hosted, words)
        note_sent(haul, hosted)
        owner.get("/connection/")
        owner.post("/connection/remove/")
    return [Canary("token that was typed", hosted.token), Canary("token that was mistyped", wrong)]


def play_hosted(haul: Haul) -> list[Canary]:
    """An instance before a hosted service whose token the environment names."""
    words = {name: secret(name) for name in ("text", "query")}
    service, hosted = http_server()
    hosted.token = secret("MEMORYPLUGIN_TOKEN")
    with TemporaryDirectory(prefix="memoryweb-canary-") as name, serving(service) as address:
        settings = {"MEMORYPLUGIN_URL": address, "MEMORYPLUGIN_TOKEN": hosted.token, "WORKERS": "2"}
        with running_server(Path(name), **settings) as server:
            owner = Browser(server, haul)
            owner.come_in(urlsplit(server.first_link).path)
            owner.get("/")
            fail_in_every_way(owner, hosted, words)
            note_processes(haul)
        haul.add(LOGGED, "server before a hosted service", "".join(line for line in server.said if not line.startswith("Sign in")))
        note_files(haul, Path(name))
        note_sent(haul, hosted)
    return [
        Canary("MEMORYPLUGIN_TOKEN", hosted.token),
        Canary("text of a hosted memory", words["text"], frozenset({LOGGED, PROCESS, OUTPUT})),
        Canary("query to a hosted service", words["query"], frozenset({LOGGED, PROCESS, OUTPUT})),
    ]


def fail_in_every_way(owner: Browser, hosted: Hosted, words: dict[str, str]) -> None:
    """Read, search and write while the service fails as it can, and while it says the token back."""
    hosted.add(f"2025-03-04 - {words['text']}")
    hosted.add_image(f"2025-03-04 - {words['text']}, a picture")
    echo = {"says the token": refusal(400, f"The token {hosted.token} may not do this.")}
    echo["says the token as a list"] = as_json(200, {"memories": {"token": hosted.token}})
    echo["sends it elsewhere"] = Answer(302, b"", {"Location": f"{hosted.base_url}/elsewhere?token={hosted.token}"})
    FAULTS.update(echo)
    for fault in ["", *FAULTS]:
        hosted.recover()
        if fault:
            hosted.fail(fault, on="GET /api/v2")
            hosted.fail(fault, on="POST")
        owner.get(f"/?q={words['query']}")
        owner.get(f"/?q={words['query']}", **{"HX-Request": "true"})
        owner.post("/memories/new/", text=f"2025-03-04 - {words['text']}", date="2025-03-04", bucket="")
        owner.get("/buckets/")
    hosted.recover()
    for name in echo:
        del FAULTS[name]


def break_database(server: Server, haul: Haul, folder: Path, words: dict[str, str]) -> None:
    """Let the database refuse with a memory in its words, and hold what cannot be read; some page has to fall over it."""
    owner = Browser(server, haul)
    owner.come_in(urlsplit(server.sign_in_link()).path)
    with closing(sqlite3.connect(folder / "memoryweb.sqlite3", timeout=30)) as database, database:
        database.execute(
            f"CREATE TRIGGER refuse BEFORE INSERT ON localapi_memory BEGIN SELECT RAISE(ABORT, '{words['text']}'); END"
        )
        database.execute(f"UPDATE history_entry SET before = '\"{words['text']}\"', after = '\"{words['text']}\"'")
    answers = [
        owner.post("/memories/new/", text=f"2025-03-04 - {words['text']} again", date="2025-03-04", bucket=""),
        owner.get("/history/"),
        owner.get(f"/history/?rows={words['query']}"),
    ]
    if not any(answer.status_code == 500 for answer in answers):
        sys.exit("prove-canary: no page fell over a broken database")


def note_processes(haul: Haul) -> None:
    """What everybody on the machine can see of all processes."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            haul.add(PROCESS, file.parent.name, file.read_bytes().replace(b"\0", b" "))


def note_files(haul: Haul, folder: Path) -> None:
    """Every file of the data folder, and what sessions hold, which is only packed."""
    for file in folder.rglob("*"):
        if file.is_file():
            haul.add(FILE, str(file.relative_to(folder)), file.read_bytes())
    with closing(sqlite3.connect(folder / "memoryweb.sqlite3")) as database:
        for (data,) in database.execute("SELECT session_data FROM django_session"):
            packed = data.partition(":")[0]
            content = base64.urlsafe_b64decode(packed.lstrip(".") + "==")
            haul.add(FILE, "a session", zlib.decompress(content) if packed.startswith(".") else content)


def note_sent(haul: Haul, hosted: Hosted) -> None:
    """What the service was sent, without the one header that the token belongs into."""
    for call in hosted.calls:
        rest = {name: value for name, value in call.headers.items() if name != "Authorization"}
        haul.add(SENT, str(call), f"{call.path} {dict(call.params)} {rest} {call.body!r}")


def blind_spots() -> list[str]:
    """Ways to write a secret, and places, in which it would not be found."""
    secret_ = Canary("trap", secret("trap/?"))
    missed = []
    for number, form in enumerate(secret_.forms()):
        haul = Haul()
        haul.add(FILE, "trap", gzip.compress(b"before " + form + b" after"))
        if not haul.find([secret_]):
            missed.append(f"prove-canary: the trap did not find form {number}")
    for where in EVERYWHERE:
        haul = Haul()
        haul.add(where, "trap", f"Authorization: Bearer {secret_.text}")
        if not haul.find([secret_]):
            missed.append(f"prove-canary: the trap found nothing in a {where}")
    return missed


def main() -> None:
    """Play, look, and print the line; exits with 1 when something was found, or would not have been."""
    haul = Haul()
    canaries = [*play_embedded(haul), *play_hosted(haul)]
    found = [*haul.find(canaries), *blind_spots()]
    if found:
        sys.exit("\n".join([*dict.fromkeys(found), "prove-canary: FAILED"]))
    logged = sum(len(content.splitlines()) for where, _, content in haul.pieces if where == LOGGED)
    spellings = len(list(canaries[0].forms()))
    sys.stdout.write(
        f"prove-canary: {len(canaries)} secrets, each in {spellings} spellings, looked for in {len(haul.pieces):,} pages, files,"
        f" requests and processes ({haul.size() / 1e6:.0f} MB, {logged:,} lines of logs): none found; and the trap works\n"
    )


if __name__ == "__main__":
    main()
