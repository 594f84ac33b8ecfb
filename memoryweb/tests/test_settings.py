"""Settings: each is documented, each malformed value stops the start in one line, and the secret is made once."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from memoryweb.environment import Environment, is_domain
from memoryweb.secretkey import secret_key
from memoryweb.settings import env
from memoryweb.tests.environment import DOCUMENTED

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = sorted(set(env.names))


def check(**settings: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check` with these settings and no others."""
    environment = {name: value for name, value in os.environ.items() if name not in DOCUMENTED} | {"ENV_FILE": ""}
    return subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment | settings, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("name", [*NAMES, "ENV_FILE"])
def test_every_setting_is_explained(name):
    assert f"`{name}`" in (ROOT / "docs/settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_stands_in_the_example_file(name):
    assert re.search(rf"^#? ?{name}=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_example_file_sets_nothing_that_does_not_exist():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    set_there = {match[1] for line in lines if (match := re.match(r"#?\s?([A-Z][A-Z_]+)=", line))}
    assert set_there
    assert set_there <= set(NAMES)


def test_the_tests_know_every_setting_of_the_machine_to_hide():
    assert sorted(DOCUMENTED) == NAMES


MALFORMED = [
    ("PORT", "http", "a whole number from 1 to 65535"),
    ("PORT", "0", "a whole number from 1 to 65535"),
    ("PORT", "65536", "a whole number from 1 to 65535"),
    ("WORKERS", "many", "a whole number"),
    ("HTTPS", "maybe", "true or false"),
    ("ALLOWED_HOSTS", "https://memory.example.org", "host names between commas"),
    ("MEMORYPLUGIN_URL", "www.memoryplugin.com", "an address that begins with https:// or http://"),
    ("MEMORYPLUGIN_TOKEN", "se cret-4711", "one word of ASCII"),
    ("MEMORYPLUGIN_IMAGE_HOSTS", "images/of mine", "host names between commas"),
    ("CONNECTION_KEYS", "not-a-key", "keys between commas"),
    ("CONNECTION_KEYS", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo", "keys between commas"),
    ("REDIS_URL", "localhost:6379", "an address that begins with redis://"),
    ("TIME_ZONE", "Berlin", "a time zone's name, such as Europe/Berlin"),
    ("SEARCH_LANGUAGE", "klingon", "one of "),
    ("TRASH_DAYS", "0", "a whole number from 1 to 3650"),
    ("TRASH_DAYS", "3651", "a whole number from 1 to 3650"),
    ("AUDIT_DAYS", "0", "a whole number from 1 to 3650"),
    ("AUDIT_DAYS", "3651", "a whole number from 1 to 3650"),
    ("IMAGE_CACHE_MB", "0", "a whole number from 1 to 1000000"),
    ("IMAGES_URL", "minio:9000", "an address that begins with https:// or http://"),
    ("IMAGES_BUCKET", "my images", "one word of ASCII"),
    ("IMAGES_REGION", "eu central", "one word of ASCII"),
    ("IMAGES_KEY", "a key", "one word of ASCII"),
    ("IMAGES_SECRET", "a secret", "one word of ASCII"),
    ("EMAIL_HOST", "mail server", "one word of ASCII"),
    ("EMAIL_PORT", "smtp", "a whole number from 1 to 65535"),
    ("EMAIL_SECURITY", "ssl", "one of starttls, tls, none"),
    ("EMAIL_FROM", "me and you", "one word of ASCII"),
    ("CAPTION_URL", "http://models.example.org/v1", "an https:// address, or an http:// one of this machine"),
    ("CAPTION_URL", "http://93.184.216.34/v1", "an https:// address, or an http:// one of this machine"),
    ("CAPTION_URL", "localhost:11434/v1", "an https:// address"),
    ("CAPTION_URL", "https://me:cret@models.example.org", "an https:// address"),
    ("CAPTION_MODEL", "a model", "one word of ASCII"),
    ("CAPTION_KEY", "se cret", "one word of ASCII"),
    ("OIDC_SERVER_URL", "http://id.example.org", "an https:// address, or an http:// one of this machine"),
    ("OIDC_CLIENT_ID", "memory web", "one word of ASCII"),
    ("OIDC_CLIENT_SECRET", "se cret", "one word of ASCII"),
    ("OIDC_ROLE", "owner", "one of viewer, contributor, editor, none"),
    ("OIDC_DOMAINS", "https://example.org", "host names between commas"),
    ("DATA_DIR", str(ROOT / "manage.py"), "a folder"),
]


@pytest.mark.parametrize(("name", "value", "expected"), MALFORMED, ids=[f"{name}={value[-12:]}" for name, value, _ in MALFORMED])
def test_a_malformed_value_stops_the_start_in_one_line(tmp_path, name, value, expected):
    done = check(**{"DATA_DIR": str(tmp_path), name: value})
    assert done.returncode == 1
    assert re.fullmatch(rf"memoryweb: {name} must be {re.escape(expected)}[^\n]*\n", done.stderr)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MEMORYPLUGIN_TOKEN", "se cret-4711"),
        ("REDIS_URL", "http://user:cret-4711@host"),
        ("MEMORYPLUGIN_URL", "ftp://u:cret-4711@h"),
        ("IMAGES_SECRET", "se cret-4711"),
        ("CAPTION_KEY", "se cret-4711"),
        ("OIDC_CLIENT_SECRET", "se cret-4711"),
        ("CONNECTION_KEYS", "cret-4711"),
        ("CAPTION_URL", "https://me:cret-4711@models.example.org"),
    ],
)
def test_a_malformed_secret_is_not_repeated(tmp_path, name, value):
    done = check(DATA_DIR=str(tmp_path), **{name: value})
    assert done.returncode == 1
    assert "cret-4711" not in done.stdout + done.stderr


def test_every_setting_that_can_be_malformed_is_tried_above():
    assert {name for name, _, _ in MALFORMED} == set(NAMES) - {
        "EMAIL_PASSWORD",
        "EMAIL_USER",
        "HOST",
        "OIDC_NAME",
        "SECRET_KEY",
        "SEMANTIC_MODEL",
    }


def test_an_address_without_a_model_names_both(tmp_path):
    done = check(DATA_DIR=str(tmp_path), CAPTION_URL="https://models.example.org/v1")
    assert done.returncode == 1
    assert re.fullmatch(r"memoryweb: [^\n]*CAPTION_URL[^\n]*CAPTION_MODEL[^\n]*\n", done.stderr)


def test_a_provider_that_does_not_know_us_names_both(tmp_path):
    done = check(DATA_DIR=str(tmp_path), OIDC_SERVER_URL="https://id.example.org")
    assert done.returncode == 1
    assert re.fullmatch(r"memoryweb: [^\n]*OIDC_SERVER_URL[^\n]*OIDC_CLIENT_ID[^\n]*\n", done.stderr)


@pytest.mark.parametrize(
    ("host", "is_one"),
    [
        ("memory.example.org", True),
        ("localhost", False),
        ("memory", False),
        ("192.168.1.20", False),
        ("[::1]", False),
        ("[fd00::1]", False),
    ],
)
def test_passkeys_belong_to_a_domain(host, is_one):
    assert is_domain(host) is is_one


@pytest.mark.parametrize(
    "url",
    [
        "https://models.example.org/v1",
        "http://localhost:11434/v1",
        "http://127.0.0.1:11434/v1",
        "http://[::1]:8080",
        "http://192.168.1.20/v1/",
        "http://ollama:11434/v1",
        "http://gpu.local/v1",
    ],
)
def test_an_address_that_is_secure_or_near_may_be_asked_for_captions(monkeypatch, url):
    monkeypatch.setenv("CAPTION_URL", url)
    assert Environment(None).near_or_secure_url("CAPTION_URL") == url.rstrip("/")


def test_nothing_has_to_be_set(tmp_path):
    assert check(DATA_DIR=str(tmp_path)).returncode == 0


@pytest.fixture
def setting(monkeypatch):
    """Sets PORT for one test: `setting("80")`."""
    return lambda value: monkeypatch.setenv("PORT", value)


def test_a_file_gives_what_the_environment_does_not(tmp_path, monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("WORKERS", raising=False)
    monkeypatch.setenv("HOST", "::1")
    file = tmp_path / "env"
    file.write_text("# a comment\nPORT=8099\nHOST=127.0.0.9\n")
    try:
        env = Environment(file)
        assert (env.whole_number("PORT", 1, 1, 9999), env.text("HOST")) == (8099, "::1")
    finally:
        os.environ.pop("PORT", None)  # the file's values end up in the environment


@pytest.mark.parametrize("value", ["", "   "])
def test_an_empty_setting_counts_as_absent(setting, value):
    setting(value)
    assert Environment(None).whole_number("PORT", 8000, 1, 65535) == 8000


def test_a_value_that_begins_with_a_dollar_is_itself(monkeypatch):
    monkeypatch.setenv("MEMORYPLUGIN_TOKEN", "$HOME")
    assert Environment(None).word("MEMORYPLUGIN_TOKEN") == "$HOME"


def test_host_names_may_have_blanks_between_them(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example , b.example,")
    assert Environment(None).host_names("ALLOWED_HOSTS") == ["a.example", "b.example"]


def test_a_relative_folder_begins_where_the_default_folder_stands(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", "elsewhere")
    assert Environment(None).folder("DATA_DIR", tmp_path / "data") == tmp_path / "elsewhere"


def test_the_secret_is_made_once_for_its_owner_only(tmp_path):
    folder = tmp_path / "data"
    first = secret_key(folder)
    assert len(first) >= 50
    assert secret_key(folder) == first
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [file.name for file in folder.iterdir()] == ["secret.key"]


def test_a_secret_that_another_process_made_meanwhile_is_taken(tmp_path, monkeypatch):
    def another_was_faster(draft, file):
        Path(file).write_text("the other's")
        raise FileExistsError

    monkeypatch.setattr(os, "link", another_was_faster)
    assert secret_key(tmp_path) == "the other's"


def test_two_data_folders_are_two_instances(tmp_path):
    assert secret_key(tmp_path / "a") != secret_key(tmp_path / "b")


def test_a_data_folder_that_cannot_be_made_is_said_in_one_line():
    done = check(DATA_DIR="/proc/memoryweb")
    assert done.returncode == 1
    assert re.fullmatch(r"memoryweb: DATA_DIR must be a folder that can be written to[^\n]*\n", done.stderr)
