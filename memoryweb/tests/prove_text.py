"""`make prove-text`: that no stored text is more than text; one line with how many texts were shown where.

Every payload is stored in every field that is shown, in an embedded server and in a hosted service, and all pages and fragments are
looked at in Chromium. At the end the same payloads are put into a page as they are, to see that this would have been noticed.
"""

import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from memoryweb.tests import instance  # before what needs Django

# isort: split
from django.urls import reverse
from playwright.sync_api import Browser, ConsoleMessage, Error, Request, Response

from memories import markdown
from memoryweb.accounts import invitations, services
from memoryweb.accounts.models import Role, User
from memoryweb.audit import timeline
from memoryweb.audit import views as auditviews
from memoryweb.localapi.models import Bucket
from memoryweb.memoryplugin import connect
from memoryweb.tests.browser import chromium
from memoryweb.tests.hosted import Answer, Call, Hosted, http_server, refusal
from memoryweb.tests.payloads import MARK, Payload, filled, payloads
from memoryweb.tests.planting import LABELS, Planted, labelled, packs, untouched
from memoryweb.tests.server import ROOT, Server, free_port, running_server
from memoryweb.tests.test_urls import STATUSES

WATCH = Path(__file__).parent / "browser" / "watching.js"
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u0590-\u08ff\u07c0-\u07ff\U0001e900-\U0001e95f]")
ASKED = re.compile(rf"(?<![\w-]){MARK}(?![\w-])")  # a payload in an address; as part of a word it is a secret's chance
MOST_TOLD = 30  # findings that are printed
# Planted, since all these tables are alike, and shown nowhere: a text has no file, and the trash's list leaves the source out.
NOWHERE = {"memory_file_name", "trashedmemory_file_name", "trashedmemory_source"}
PERSON = "<int:person_id>"  # in a route
LEAST = 500  # payloads that have to be seen in each field
FEW = 5  # payloads in one text that is typed
IN_PART = 8  # of what is a page of its own for each: every so manieth, and those that turn
BUCKETS_AT_ONCE = 60  # in the navigation, while pages about one of them are looked at
UNWANTED = {403, 404, 405, 410, 429, 500}  # answers that show nothing of what is to be looked at
HEADERS = {"location", "hx-push-url", "hx-replace-url", "hx-redirect", "content-disposition"}  # that say a query again, quoted


class Watch:
    """A browser's windows at one server: what was found, and which labels were seen."""

    def __init__(self, browser: Browser, url: str, *, bypass_csp: bool = False) -> None:
        self.url, self.found, self.seen, self.looks = url, list[str](), set[str](), 0
        self.context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 900}, bypass_csp=bypass_csp)
        self.context.set_default_timeout(60_000)
        self.context.add_init_script(
            f"window.zq7tags = {our_tags()!r}; window.zq7drawn = {drawn()!r};\n{WATCH.read_text(encoding='utf-8')}"
        )
        self.context.on("console", self._said)
        self.context.on("request", self._asked)
        self.context.on("response", self._answered)
        self.context.on("dialog", lambda dialog: (self.find("dialog", dialog.message), dialog.dismiss()))
        self.page = self.context.new_page()
        self.context.on("page", lambda page: self.find("window", page.url))
        self.page.on("websocket", lambda socket: self.find("socket", socket.url))

    def find(self, what: str, where: str) -> None:
        """Note a finding."""
        self.found.append(f"{what}: {where[:400]}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and message.text.startswith(f"{MARK} "):
            self.find(f"on {self._here()}", message.text)

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if not request.url.startswith(f"{self.url}/") or ASKED.search(unquote(address.path + address.fragment)):
            self.find(f"request on {self._here()}", request.url)

    def _answered(self, response: Response) -> None:
        if response.status in UNWANTED:
            self.find(f"answered {response.status}", response.url)
        for name, value in response.headers.items():
            if MARK in value and name not in HEADERS and not name.startswith("hx-trigger"):
                self.find(f"header of {response.url[:100]}", f"{name}: {value}")

    def _here(self) -> str:
        return self.page.url.removeprefix(self.url)[:100]

    def through(self, look: Callable[..., None], *arguments: object) -> None:
        """Look at these pages; a page of which nothing comes is a finding, as it may be a payload's doing."""
        try:
            look(self, *arguments)
        except Error as error:
            self.find(f"{look.__name__} did not end", str(error))

    def sign_in(self, link: str) -> None:
        """Become the person for whom this link is."""
        self.context.clear_cookies()
        self.page.goto(link)
        self.look()
        if urlsplit(self.page.url).path.startswith("/signin/"):  # a link's page has one button
            self.press("main form button")

    def press(self, button: str) -> None:
        """Press a button that leads to another page, and look at that."""
        with self.page.expect_navigation():
            self.page.locator(button).first.click()
        self.look()

    def visit(self, path: str) -> None:
        """Open a page, and look at it."""
        self.page.goto(path, wait_until="load")
        self.look()

    def look(self) -> None:
        """Look at what is shown."""
        self.seen |= set(self.page.evaluate("() => zq7look()"))
        self.looks += 1

    def swap(self, requests: Iterable[str | tuple[str, dict[str, str]]]) -> None:
        """Let htmx fetch these fragments into the page, and look at each; with values it posts them."""
        asked = [{"path": each} if isinstance(each, str) else {"path": each[0], "values": each[1]} for each in requests]
        secret = self.page.evaluate("() => document.querySelector('[name=csrfmiddlewaretoken]')?.value")
        for each in asked:
            if "values" in each:
                each["values"] = {"csrfmiddlewaretoken": secret} | each["values"]
        self.seen |= set(self.page.evaluate("requests => zq7swap(requests)", asked))
        self.looks += len(asked)

    def go_through(self) -> None:
        """Move about as a person does: over what is there with the mouse, through it with the keyboard, down to the end."""
        for across, down in ((300, 300), (500, 420), (700, 560), (900, 700), (120, 500)):
            self.page.mouse.move(across, down)
        for _ in range(12):
            self.page.keyboard.press("Tab")
        self.look()


def our_tags() -> list[str]:
    """The elements that the pages are made of."""
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/js/*.js")]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    return sorted(set(re.findall(r"<([a-z][a-z0-9]*)\b", code)) | markdown._TAGS | {"mark"})


def drawn() -> list[str]:
    """The elements that an icon is drawn of, which are nowhere else."""
    return sorted(
        set(re.findall(r"<([a-z]+)\b", (ROOT / "templates" / "icons.svg").read_text(encoding="utf-8"))) - {"svg", "symbol"}
    )


@contextmanager
def planted_server() -> Iterator[tuple[Server, Planted]]:
    """An embedded server whose fields hold the payloads, and what was planted there."""
    captions = {"CAPTION_URL": f"http://127.0.0.1:{free_port()}/v1", "CAPTION_MODEL": "none"}
    with running_server(instance.FOLDER, **instance.SECRETS, **captions) as server:
        yield server, Planted()


def together(field: str) -> list[str]:
    """All payloads in texts of a few each."""
    each = [labelled(payload, field) for payload in payloads()]
    return [" ".join(each[start : start + FEW]) for start in range(0, len(each), FEW)]


def forms(**fields: str) -> list[dict[str, str]]:
    """The values of forms in which each of these fields holds some payloads, and in all forms together all of them."""
    return [dict(zip(fields, values, strict=True)) for values in zip(*map(together, fields.values()), strict=True)]


def is_chosen(payload: Payload) -> bool:
    """Whether this payload is looked at where a page of its own for each would take too long: some of each family are, and all
    that turn what is beside them.
    """
    return payload.number % IN_PART == 0 or payload.family == "turners"


def chosen(each: list[Any]) -> list[Any]:
    """Of what was planted for each payload, that for those which are chosen."""
    return [one for one, payload in zip(each, payloads(), strict=True) if is_chosen(payload)]


def memory(memory_id: str, part: str = "") -> str:
    """The address of a memory."""
    return reverse("memories:memory", args=[memory_id]) + part


def every_page(planted: Planted, bucket: int) -> Iterable[str]:
    """The address of every page that answers a GET, about something that was planted."""
    known = {
        "<memory_id:memory_id>": memory(planted.packs[0]).split("/")[2],
        "<str:memory_id>": planted.images[0],
        "<str:bucket_id>": str(bucket),
        "<int:number>": str(planted.batches[0]),
        "<int:person_id>": str(planted.people[0]),
    }
    for route, (*_, status, _post) in STATUSES.items():
        if status == 200 and not route.startswith(("api/", "healthz")) and not route.endswith(("image", "export/")):  # no pages
            yield "/" + re.sub("<.*?>", lambda part: known[part[0]], route)


def look_at_lists(watch: Watch, planted: Planted) -> None:
    """All memories and all images in their lists."""
    watch.visit("/")
    watch.go_through()
    parts = range(0, 2 * len(payloads()) + 100, 60)
    watch.swap([f"/?sort=oldest&from={start}&rows={start + 60}" for start in parts if start] + ["/?rows=60&sort=oldest"])
    watch.swap([f"/?type=image&from={start}&rows={start + 60}" for start in parts if 0 < start <= len(payloads()) + 60])
    for path in ("/", "/?type=image"):
        watch.visit(path)
        for _ in range(2):  # htmx brings the rest as one goes down
            watch.page.mouse.wheel(0, 20_000)
            watch.page.wait_for_timeout(300)
        watch.go_through()


def look_at_memories(watch: Watch, planted: Planted) -> None:
    """Each memory: panel, whole text, editor, versions, viewer; merging some."""
    watch.visit("/status/")
    watch.swap([memory(memory_id) for memory_id in planted.texts])
    watch.swap([memory(memory_id, "view/") for memory_id in planted.images])
    watch.swap([memory(memory_id) for memory_id in chosen(planted.images)])
    for memory_id in planted.packs:
        watch.swap([memory(memory_id), *(memory(memory_id, f"{part}/") for part in ("text", "edit"))])
    for memory_id in planted.picture_packs:
        watch.swap([memory(memory_id), *(memory(memory_id, f"{part}/") for part in ("view", "edit", "similar"))])
    watch.swap([memory(planted.of_versions, "versions/")])
    watch.visit(memory(planted.packs[0]))
    watch.visit(memory(planted.picture_packs[0], "view/"))
    keys = [memory(memory_id).split("/")[2] for memory_id in planted.packs[:3]]
    watch.visit("/memories/merge/?" + "&".join(f"id={key}" for key in keys))


def look_at_queries(watch: Watch, planted: Planted) -> None:
    """The payloads as what is searched for: results, why they were found, filters that cannot be read, addresses of nothing."""
    each = payloads()
    (empty,) = planted.buckets(each[:1])  # where nothing is found, so that a search of hundreds of words costs nothing
    queries = [query for query in together("query") if len(query) <= 1000]
    watch.visit("/status/")
    watch.swap([f"/?bucket={empty}&q={quote(query)}" for query in queries])
    watch.swap([f"/assistant/?bucket={empty}&q={quote(query)}" for query in queries[::IN_PART]])
    names = ("bucket", "type", "source", "after", "before")
    filters = [f'{names[payload.number % len(names)]}:"{payload.text}"' for payload in each]
    watch.swap([f"/?bucket={empty}&q={quote(' '.join(filters[at : at + FEW]))}" for at in range(0, len(filters), FEW)])
    names = ("type", "sort", "bucket", "rows")
    watch.swap([f"/?{names[payload.number % len(names)]}={quote(payload.text)}" for payload in each])
    for query in queries[::IN_PART]:
        watch.visit(f"/?bucket={empty}&q={quote(query)}")
    for payload in each[:: IN_PART * 4]:
        watch.visit(f"/?q={quote(payload.text)}")
    Bucket.objects.filter(pk=empty).delete()


def look_at_what_was_done(watch: Watch, planted: Planted) -> None:
    """History, trash and audit, in all their parts."""
    for path in ("/history/", "/trash/"):
        for skip in range(0, len(payloads()), 300):
            watch.visit(f"{path}?{urlencode({'rows': 300, 'skip': skip})}")
    watch.swap([f"/history/{number}/" for number in chosen(planted.batches)])
    watch.visit("/audit/")
    account = connect(services.owner()).account
    pages = timeline.every(timeline.Filters(zone=UTC, account=account), auditviews.PAGE_DEEDS)
    watch.swap([f"/audit/?{urlencode({'before': page.next})}" for page in pages if page.next])


def look_at_refusals(watch: Watch, planted: Planted) -> None:
    """The payloads in forms that are refused and say again what was typed."""
    watch.visit("/status/")
    memories = forms(text="typed_text", date="typed_date")
    new = forms(text="typed_text", date="typed_date", new_bucket="typed_new_bucket")
    watch.swap([("/memories/new/", values | {"bucket": "new"}) for values in new])
    watch.swap([("/memories/check/", values | {"bucket": "new"}) for values in new])
    watch.swap([(memory(planted.of_versions, "edit/"), values) for values in memories])
    watch.swap([("/buckets/new/", values) for values in forms(name="typed_bucket", description="typed_about")])


def look_at_people(watch: Watch, planted: Planted) -> None:
    """Some people's pages, their invitations, and the trash as they see it."""
    watch.visit("/status/")
    people = User.objects.in_bulk(chosen(planted.people))
    pages = [route for route, statuses in STATUSES.items() if PERSON in route and statuses[2] != 405]
    watch.swap(["/" + page.replace(PERSON, str(number)) for number in people for page in pages])
    User.objects.filter(pk__in=people).update(role=Role.OWNER)  # who can invite others
    watch.swap([f"/invitation/{invitations.make(person, Role.VIEWER)}/" for person in people.values()])
    User.objects.filter(pk__in=people).update(role=Role.VIEWER)
    for person in list(people.values())[::IN_PART]:
        watch.sign_in(f"/signin/{services.make_sign_in_link(person)}/")
        watch.visit("/trash/")
    watch.sign_in(f"/signin/{services.make_sign_in_link(services.owner())}/")


def look_at_buckets(watch: Watch, planted: Planted) -> None:
    """Each bucket as the one that is shown, and some as the one that is changed; then every page with all of them."""
    each = payloads()
    for start in range(0, len(each), BUCKETS_AT_ONCE):
        part = each[start : start + BUCKETS_AT_ONCE]
        ids = planted.buckets(part)
        watch.visit("/status/")
        watch.swap([f"/?bucket={number}" for number in ids])
        some = [number for number, payload in zip(ids, part, strict=True) if is_chosen(payload)]
        watch.swap([f"/buckets/{number}/{page}" for number in some for page in ("", "merge/", "delete/")])
        names = Bucket.objects.filter(pk__in=some).values_list("name", flat=True)
        watch.swap([("/buckets/new/", {"name": name}) for name in names])  # taken already
        Bucket.objects.filter(pk__in=ids).delete()
    ids = planted.buckets(each)
    for path in every_page(planted, ids[0]):
        watch.visit(path)


class Unkind(Hosted):
    """A hosted service whose every word is a payload."""

    def fill_with_payloads(self) -> None:
        """Texts and images."""
        for payload in payloads():
            self.add(labelled(payload, "hosted_text", alone=True))
            self.add_image(labelled(payload, "hosted_image", alone=True))

    def _get_memories_and_buckets(self, call: Call) -> Answer:
        if found := re.search(r"refuse (\d+)", call.params.get("query", "")):
            return refusal(400, labelled(payloads()[int(found[1])], "sentence"))
        return super()._get_memories_and_buckets(call)


def look_at_hosted(watch: Watch, server: Server, hosted: Unkind) -> None:
    """All that a hosted service says; and the forms of the door and of tokens, of which this instance has few."""
    look_at_the_door(watch)
    watch.sign_in(server.first_link)
    watch.visit("/status/")
    watch.swap([("/tokens/", values) for values in forms(name="typed_token")])
    watch.swap([("/people/invite/", values) for values in forms(for_whom="typed_for_whom")])
    hosted.fill_with_payloads()
    parts = range(0, 2 * len(payloads()) + 60, 90)
    watch.visit("/")
    watch.swap([f"/?skip={start}&rows=90" for start in parts])
    watch.swap([f"/?type=image&skip={start}&rows=90" for start in parts if start <= len(payloads())])
    watch.swap([f"/?q=refuse+{payload.number}" for payload in payloads()])
    names = {1000 + payload.number: labelled(payload, "hosted_bucket") for payload in payloads()}
    some = {number: name for number, name in names.items() if is_chosen(payloads()[number - 1000])}
    for buckets in (some, names):
        hosted.buckets |= buckets
        watch.press("form.renewed button")
        for path in ("/", "/buckets/", "/memories/new/", "/?bucket=1000", "/history/", "/status/"):
            watch.visit(path)
        if buckets is some:
            watch.swap([f"/?bucket={number}" for number in some])


def look_at_the_door(watch: Watch) -> None:
    """The payloads as names at the door, many at once, since few attempts a minute are let in."""
    for text in packs("typed_name"):
        watch.page.goto("/signin/")
        watch.page.locator("[name=login]").evaluate("box => box.removeAttribute('maxlength')")
        watch.page.locator("[name=login]").fill(text)
        watch.page.locator("[name=password]").fill("not the password")
        watch.press("main form button")


EMBEDDED = (
    look_at_lists, look_at_memories, look_at_queries, look_at_what_was_done, look_at_refusals, look_at_people, look_at_buckets
)  # fmt: skip
# Where a text may end up that nobody has escaped.
PLACES = [
    "TEXT", '<b title="TEXT">x</b>', "<b title='TEXT'>x</b>", "<b title=TEXT>x</b>", '<a href="TEXT">x</a>',
    "<!--TEXT-->", "<textarea>TEXT</textarea>", "<title>TEXT</title>", "<select><option>TEXT</option></select>",
    "<style>TEXT</style>", "<noscript>TEXT</noscript>", "<svg><title>TEXT</title></svg>", "<script src='/static/x'>TEXT</script>",
]  # fmt: skip
RUNS = ["<img src=x onerror=RUN>", "<img src=URL>", "<p style=background:url(URL)>x</p>", "<b hx-get=PATH hx-trigger=load>x</b>"]
KINDS = ["ran", "stopped by the policy alone", "request", "attribute", "element", "value of", "turns its neighbours", "reckoned"]


def uncaught(browser: Browser, server: Server) -> list[str]:
    """What would not have been noticed: payloads in a page that escapes nothing, and kinds of findings that never come."""
    from jinja2 import Environment
    from markdown_it import MarkdownIt

    rough = MarkdownIt("commonmark", {"html": True, "linkify": True}).enable(["table", "strikethrough", "linkify"])
    rough.validateLink = lambda url: True  # type: ignore[method-assign]
    reckon = Environment().from_string  # noqa: S701  # as bad as can be
    missed, trap = [], Watch(browser, server.url)
    trap.sign_in(server.sign_in_link())
    trap.page.goto("/status/")
    for payload in payloads():
        if payload.family == "elsewhere":  # no browser's business
            continue
        if payload.family == "templates":
            said = reckon(payload.text).render(request={"META": 1}, url=uncaught)
            caught = trap.page.evaluate("text => zq7caughtAsText(text)", said)
        elif payload.family == "turners":
            label = f"{MARK}_trap_{payload.number}_"
            caught = trap.page.evaluate("text => zq7caughtAsText(text)", f"By {label}{payload.text} {label}, today")
            caught |= payload.text.isprintable() or not TURNING.search(payload.text)  # hides, or looks like, and turns nothing
        else:
            rendered = rough.render(payload.text).replace("%3A", ":")
            caught = trap.page.evaluate("([text, places]) => zq7caught(text, places)", [payload.text, [*PLACES, rendered]])
        if not caught:
            missed.append(f"not caught: {payload.family} {payload.text!r}")
    for text in RUNS:
        trap.page.evaluate("text => htmx.swap(document.querySelector('main'), text, {swapStyle: 'beforeend'})", filled(text))
    trap.page.wait_for_timeout(500)
    lawless = Watch(browser, server.url, bypass_csp=True)
    lawless.page.goto("/signin/")
    lawless.page.evaluate("text => { document.body.innerHTML = text }", filled(RUNS[0]))
    lawless.page.wait_for_timeout(500)
    return missed + [f"never told: {kind}" for kind in KINDS if not any(kind in found for found in trap.found + lawless.found)]


def main() -> None:
    """Plant, look, and print the line; exits with 1 when something was found, was not shown, or would not have been noticed."""
    if chromium.path() is None:
        sys.exit("prove-text: Chromium is not installed (package chromium).")
    began, shown, looks = monotonic(), set[str](), 0
    wrong: list[str] = []
    with chromium.launched() as browser, planted_server() as (server, planted):
        watch = Watch(browser, server.url)
        watch.sign_in(server.first_link)
        for look in EMBEDDED:
            watch.through(look, planted)
        wrong += [f"nothing is planted in {name}" for name in untouched()]
        wrong += uncaught(browser, server)
        service, hosted = http_server(kind=Unkind)
        threading.Thread(target=service.serve_forever, daemon=True).start()
        settings = {"MEMORYPLUGIN_URL": hosted.base_url, "MEMORYPLUGIN_TOKEN": hosted.token}
        with TemporaryDirectory() as folder, running_server(Path(folder), **settings) as second:
            watch_hosted = Watch(browser, second.url)
            watch_hosted.through(look_at_hosted, second, hosted)
        service.shutdown()
    for each in (watch, watch_hosted):
        wrong, shown, looks = wrong + each.found, shown | each.seen, looks + each.looks
    fields = Counter(label.split()[0] for label in shown)
    wrong += [f"of {name} only {fields[name]} are shown" for name in sorted(LABELS - NOWHERE) if fields[name] < LEAST]
    if wrong:
        told = list(dict.fromkeys(wrong))
        sys.exit("\n".join([*told[:MOST_TOLD], f"{len(told):,} in all", "prove-text: FAILED"]))
    families, least, seconds = {payload.family for payload in payloads()}, min(fields.values()), monotonic() - began
    sys.stdout.write(
        f"prove-text: {len(payloads())} payloads of {len(families)} families stored, at least {least} of them seen in each of"
        f" {len(fields)} fields ({sum(map(is_chosen, payloads()))} where a page is about one thing alone), in {looks:,} pages and"
        f" fragments in {seconds:.0f} s: nothing ran, no request started, nothing was turned; and the trap works\n"
    )


if __name__ == "__main__":
    main()
