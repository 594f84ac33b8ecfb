"""A database of before is migrated without a loss: no table of it is made anew, which would drop the triggers of its search."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from memoryweb import words
from memoryweb.tests.environment import DOCUMENTED

ROOT = Path(__file__).resolve().parent.parent.parent.parent
BEFORE = "0004_vector"
FILL = """
    INSERT INTO localapi_bucket (id, name, key, description, text_count, image_count, is_example, created_at)
    VALUES (1, 'General', 'general', '', 2, 0, 0, '2025-03-04 05:06:07'), (7, 'Work', 'work', 'projects', 1, 1, 1, '2025-03-05');
    INSERT INTO localapi_memory (id, public_id, text, digest, content_type, image, source, created_at, updated_at, version,
                                 is_example, bucket_id)
    VALUES (1, 'mem_a', 'green tea', 'd1', 'text', '', '', '2025-03-04', '2025-03-04', 1, 0, 1),
           (2, 'mem_b', 'black tea', 'd2', 'text', '', 'phone', '2025-03-05', '2025-03-06', 3, 0, 1),
           (5, 'mem_c', 'coffee', 'd3', 'text', '', '', '2025-03-06', '2025-03-06', 1, 1, 7),
           (9, 'mem_d', 'a square', 'd4', 'image', 'ab/abc.png', '', '2025-03-07', '2025-03-07', 1, 0, 7);
    DELETE FROM localapi_memory WHERE id = 9;
    INSERT INTO localapi_vector (memory_id, model, digest, data) VALUES (1, 'topics', 'd1', x'0102');
"""


def migrate(folder, *target):
    """`manage.py migrate` with a database of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in DOCUMENTED}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0", *target],
        cwd=ROOT, env=environment | {"ENV_FILE": "", "DATA_DIR": str(folder)}, check=True, timeout=120,
    )  # fmt: skip


def connect(folder):
    """A connection that knows what the triggers call."""
    database = sqlite3.connect(folder / "memoryweb.sqlite3")
    database.create_function("stems", -1, lambda *texts: " ".join(words.stems(*texts)), deterministic=True)
    database.execute("PRAGMA foreign_keys=ON")
    return database


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """A database that was filled before the trash came, and what each of its tables, indexes and triggers was and held then."""
    folder = tmp_path_factory.mktemp("before")
    migrate(folder, "localapi", BEFORE)
    database = connect(folder)
    database.executescript(FILL)
    made = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE name LIKE 'localapi_%' OR name LIKE 'memory_%'"))
    tables = ["localapi_bucket", "localapi_memory", "localapi_vector", "memory_index", "sqlite_sequence"]
    held = {name: database.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall() for name in tables}
    held["sqlite_sequence"] = [row for row in held["sqlite_sequence"] if row[0] in ("localapi_memory", "localapi_bucket")]
    database.close()
    migrate(folder)
    database = connect(folder)
    yield database, made, held
    database.close()


def test_tables_and_indexes_are_what_they_were_but_for_columns_at_the_end(migrated):
    database, made, _ = migrated
    now = dict(database.execute("SELECT name, sql FROM sqlite_master"))
    for name, sql in made.items():
        if "TRIGGER" not in (sql or ""):
            assert (now[name] or "").startswith((sql or "").removesuffix(")")), name


def test_every_trigger_is_there(migrated):
    database, made, _ = migrated
    triggers = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert {name for name, sql in made.items() if "TRIGGER" in (sql or "")} == triggers
    assert len(triggers) == 3


def test_every_row_is_what_it_was_and_ids_go_on_from_where_they_were(migrated):
    database, _, held = migrated
    assert len(held["localapi_memory"]) == 3
    assert len(held["memory_index"]) == 3
    for table, rows in held.items():
        now = [row[: len(rows[0])] for row in database.execute(f"SELECT * FROM {table} ORDER BY rowid")]
        assert [row for row in now if table != "sqlite_sequence" or row in rows] == rows, table


def test_every_reference_leads_somewhere(migrated):
    database, _, _ = migrated
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_search_follows_changes(migrated):
    database, _, _ = migrated

    def found(word):
        return database.execute("SELECT rowid FROM memory_index WHERE memory_index MATCH ?", [words.stem(word)]).fetchall()

    database.execute("UPDATE localapi_memory SET text = 'lemon juice' WHERE id = 1")
    database.execute("DELETE FROM localapi_vector")
    database.execute("DELETE FROM localapi_memory WHERE id = 2")
    database.execute("UPDATE localapi_memory SET file_name = 'IMG2041.jpg' WHERE id = 5")
    assert (found("tea"), found("lemon"), found("coffee"), found("2041")) == ([], [(1,)], [(5,)], [(5,)])
    database.rollback()
