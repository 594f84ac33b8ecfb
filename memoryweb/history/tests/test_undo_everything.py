"""Whatever sequence of actions a person takes in the pages: after undoing all of it, everything is what it was.

Hypothesis drives the real server over HTTP, page by page as a browser would. `make prove-undo` runs it longer.
"""

import os
import re
import sqlite3
from collections import Counter
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import requests
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from memories.addresses import to_key
from memoryweb import words
from memoryweb.tests.hosted import picture
from memoryweb.tests.server import come_in, running_server
from memoryweb.tests.thorough import far

RUNS = far(5, 100)
TEXTS = [
    "Tea with lemon.",
    "The spare key is at Frau Petersen's.",
    "Prefers 日本語 notes, 3 g of salt",
    "Line one\nline two\n\n- a list",
]
DAYS = ["2025-03-04", "2024-12-31", "2026-01-01"]
_numbers = count(1)


class Browser:
    """A signed-in person's requests, and what the API and the database say behind their back."""

    def __init__(self, server, folder):
        self.url, self.database = server.url, folder / "memoryweb.sqlite3"
        self.api = server.api()
        self.session = requests.Session()
        come_in(self.session, server.first_link)
        page = self.session.get(f"{self.url}/memories/new/", timeout=10).text
        self.token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
        self.log = Counter()

    def post(self, path, **fields):
        """Send a form, as htmx does; returns the answer's text. What is not accepted is an answer too."""
        headers = {"HX-Request": "true", "HX-Current-URL": f"{self.url}/", "X-CSRFToken": self.token}
        answer = self.session.post(f"{self.url}{path}", data=fields, headers=headers, timeout=20, allow_redirects=False)
        assert answer.status_code in (200, 302, 409, 422, 501), (path, answer.status_code, answer.text)
        self.log[f"{path.split('/')[1]} {answer.status_code}"] += 1
        return answer.text

    def get(self, path, **parameters):
        return self.api.get(f"{self.url}{path}", params=parameters, timeout=20).json()

    def memories(self):
        """Every memory by its id."""
        return {
            memory["id"]: memory for memory in self.get("/api/v2/memory", all="true", includeIds="true", sort="newest")["memories"]
        }

    def buckets(self):
        """Every bucket by its id."""
        return {bucket["id"]: bucket for bucket in self.get("/api/buckets")}

    def everything(self):
        """All that must be again what it was: texts, buckets, dates, ids, and the buckets themselves."""
        return (
            {
                key: (memory["text"], memory["metadata"]["bucketName"], memory["metadata"]["createdAt"], memory["content_type"])
                for key, memory in self.memories().items()
            },
            {key: (bucket["name"], bucket["description"], bucket["memoryCount"]) for key, bucket in self.buckets().items()},
        )

    def batches(self):
        """The number of the last batch."""
        return self.row("SELECT coalesce(max(id), 0) FROM history_batch")[0]

    def row(self, sql):
        """The first row of a query to the server's database."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchone()

    def assert_tables_agree(self):
        """Counts and index hold exactly what the table of memories does."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT id, text, bucket_id, content_type, file_name FROM localapi_memory").fetchall()
            index = connection.execute("SELECT rowid, stems, place FROM memory_index").fetchall()
            kept = connection.execute("SELECT id, text_count, image_count FROM localapi_bucket").fetchall()
        expected = {(key, " ".join(words.stems(text, name)), f"b{bucket} t{kind}") for key, text, bucket, kind, name in rows}
        assert set(index) == expected
        counted = Counter((bucket, kind) for _, _, bucket, kind, _ in rows)
        assert {key: (texts, images) for key, texts, images in kept} == {
            key: (counted[key, "text"], counted[key, "image"]) for key, _, _ in kept
        }


@contextmanager
def browsing(folder):
    """A browser at a real server with some memories, its data in `folder`."""
    with running_server(folder, WORKERS="1") as server:
        browser = Browser(server, folder)
        for name in ("Kitchen", "Office"):
            browser.api.post(f"{browser.url}/api/buckets", json={"name": name}, timeout=10)
        for number, bucket in enumerate(list(browser.buckets()) * 4):
            text = f"{DAYS[number % 3]} - {TEXTS[number % 4]} {number}"
            body = {"text": text, "bucketId": bucket, "createdAt": "2025-03-04T10:00:00Z"}
            browser.api.post(f"{browser.url}/api/memory", json=body, timeout=10)
        image = {"image": ("a.png", picture(), "image/png")}
        browser.api.post(f"{browser.url}/api/memory", data={"text": "2025-03-04 - A square."}, files=image, timeout=10)
        yield browser


class Afternoon(RuleBasedStateMachine):
    """One person's actions. Each picks among what is there by number, so that any sequence is one that can be done."""

    browser: Browser

    @initialize()
    def begin(self):
        self.before = self.browser.everything()
        self.first = self.browser.batches()

    def pick(self, number, least=1, most=1, *, texts_only=False):
        """So many memories, from the `number`th on."""
        there = [key for key, memory in self.browser.memories().items() if not texts_only or memory["content_type"] == "text"]
        size = min(len(there), least + number % (most - least + 1))
        return [there[(number + step) % len(there)] for step in range(size)] if size >= least else []

    def bucket(self, number):
        there = list(self.browser.buckets())
        return there[number % len(there)]

    numbers = st.integers(0, 10_000)

    @rule(text=st.sampled_from(TEXTS), day=st.sampled_from(DAYS), number=numbers)
    def create(self, text, day, number):
        self.browser.post("/memories/new/", text=f"{text} {number % 7}", date=day, bucket=self.bucket(number))

    @rule(text=st.sampled_from(TEXTS), day=st.sampled_from(DAYS), number=numbers, moves=st.booleans())
    def edit(self, text, day, number, moves):
        for key in self.pick(number):
            path = f"/memories/{to_key(key)}/edit/"
            form = self.browser.session.get(f"{self.browser.url}{path}", timeout=10).text
            (base,) = re.findall(r'name="base" value="(\w+)"', form)
            now = self.browser.memories()[key]["metadata"]["bucketId"]
            bucket = self.bucket(number) if moves else str(now)
            self.browser.post(path, text=f"{text} {number % 5}", date=day, bucket=bucket, base=base)

    @rule(number=numbers, to=numbers)
    def move(self, number, to):
        keys = self.pick(number, 1, 6)
        ids = " ".join(map(to_key, keys))
        self.browser.post("/memories/selection/move/", ids=ids, number=len(keys), bucket=self.bucket(to))

    @rule(number=numbers)
    def move_to_a_new_bucket(self, number):
        keys = self.pick(number, 1, 3)
        ids, name = " ".join(map(to_key, keys)), f"Shelf {next(_numbers)}"
        self.browser.post("/memories/selection/move/", ids=ids, number=len(keys), bucket="new", new_bucket=name)

    @rule(number=numbers)
    def delete(self, number):
        keys = self.pick(number, 1, 5)
        self.browser.post("/memories/selection/delete/", ids=" ".join(map(to_key, keys)), number=len(keys))

    @rule(number=numbers, is_one_of_them=st.booleans())
    def merge(self, number, is_one_of_them):
        keys = self.pick(number, 2, 4, texts_only=True)
        if len(keys) < 2:
            return
        path = "/memories/merge/?" + "&".join(f"id={to_key(key)}" for key in keys)
        text = self.browser.memories()[keys[0]]["text"] if is_one_of_them else f"2025-03-04 - Merged {next(_numbers)}."
        fields = {"text": text, "date": "2025-03-04", "bucket": self.bucket(number)}
        shown = re.findall(r'name="shown"[^>]*>([^<]*)<', self.browser.post(path, **fields))
        if shown:  # what the result no longer says has now been shown
            self.browser.post(path, **fields, shown=shown[0])

    @rule()
    def undo(self):
        if self.undoable():
            self.browser.post("/history/undo/")

    @rule()
    def redo(self):
        if latest := self.latest_undo():
            self.browser.post(f"/history/{latest}/undo/")

    @rule(number=numbers)
    def restore_from_the_trash(self, number):
        there = [memory["id"] for memory in self.browser.get("/api/trash", count=500)["memories"]]
        if there:
            self.browser.post("/trash/restore/", id=there[number % len(there)])

    @rule(number=numbers)
    def change_a_bucket(self, number):
        name = f"Drawer {number % 3}"
        self.browser.post(f"/buckets/{self.bucket(number)}/", name=name, description=f"Described {number}")

    @rule(number=numbers, to=numbers, is_trashed=st.booleans())
    def delete_a_bucket(self, number, to, is_trashed):
        where = "trash" if is_trashed else "bucket"
        self.browser.post(f"/buckets/{self.bucket(number)}/delete/", where=where, to=self.bucket(to))

    @rule(number=numbers, to=numbers)
    def merge_a_bucket(self, number, to):
        self.browser.post(f"/buckets/{self.bucket(number)}/merge/", to=self.bucket(to))

    def undoable(self):
        """Whether something of this run is left to undo. (What earlier runs did is all undone.)"""
        return self.browser.row(
            "SELECT max(id) FROM history_batch batch WHERE undoes_id IS NULL AND NOT is_undone"
            " AND EXISTS (SELECT 1 FROM history_entry WHERE batch_id = batch.id AND outcome = 'done')"
        )[0]

    def latest_undo(self):
        """The last batch, when it is one that took something back and stands."""
        row = self.browser.row("SELECT id, operation, is_undone FROM history_batch ORDER BY id DESC LIMIT 1")
        return row[0] if row and row[0] > self.first and row[1] == "undo" and not row[2] else None

    def teardown(self):
        self.browser.assert_tables_agree()
        while left := self.undoable():
            self.browser.post("/history/undo/")
            assert self.undoable() != left, "an undo did nothing"
        assert self.browser.everything() == self.before
        self.browser.assert_tables_agree()


def prove(browser, runs, steps):
    """Let Hypothesis take so many afternoons of so many actions; raises what went wrong."""
    machine = type("Afternoon", (Afternoon,), {"browser": browser})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=checks)
    )
    happened = {"memories 200", "history 200"} | ({"buckets 200", "trash 200"} if runs >= 100 else set())  # chance leaves some out
    assert happened <= set(browser.log), browser.log


def test_after_undoing_everything_all_is_what_it_was(tmp_path):
    with browsing(tmp_path) as browser:
        prove(browser, RUNS, 30)


def main():
    """What `make prove-undo` prints: one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "memoryweb.settings")
    runs, steps = 1000, 50
    began = monotonic()
    with TemporaryDirectory() as folder, browsing(Path(folder)) as browser:
        prove(browser, runs, steps)
        undone = browser.row("SELECT count(*) FROM history_batch WHERE is_undone")[0]
    minutes = (monotonic() - began) / 60
    print(f"{runs:,} runs of {steps} actions: {undone:,} batches undone, everything was what it had been. {minutes:.0f} minutes.")  # noqa: T201


if __name__ == "__main__":
    main()
