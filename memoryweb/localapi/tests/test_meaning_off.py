"""Searching by meaning is an extra: without it nothing of it is imported, and where it fails words still find."""

import logging
import subprocess
import sys

import pytest

from memoryweb.localapi import lists, meaning, store
from memoryweb.localapi.filters import EVERYTHING
from memoryweb.localapi.meaning import engine
from memoryweb.tests import prepared
from memoryweb.tests.reading import read

USE_EVERYTHING = """
import django; django.setup()
import memoryweb.urls, memoryweb.wsgi, sys
from memoryweb.accounts import services
from memoryweb.memoryplugin import connect
client = connect(services.owner())
client.add_new_memory("2025-03-04 - Tea.")
print([memory.text for memory in client.get_memories_and_buckets(query="tea").memories], client.get_status().semantic.state)
print(sorted({"numpy", "fastembed", "onnxruntime", "tokenizers", "memoryweb.localapi.meaning.engine"} & set(sys.modules)))
"""


@pytest.fixture(autouse=True)
def no_model_before_and_after():
    engine.forget()
    meaning.forget()
    yield
    engine.forget()
    meaning.forget()


def found(query):
    """The texts that a query finds."""
    return [row["text"] for row in lists.find(query, EVERYTHING, order="relevance", skip=0, count=10).rows]


def test_without_the_setting_nothing_of_it_is_imported(tmp_path):
    prepared.fill(tmp_path)
    environment = prepared.environment_of(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", USE_EVERYTHING],
        cwd=prepared.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == ["['2025-03-04 - Tea.'] off", "[]"]


def without_package(monkeypatch, settings, tmp_path):
    for name in ("fastembed", "numpy"):
        monkeypatch.setitem(sys.modules, name, None)
    settings.SEMANTIC_MODEL = "BAAI/bge-small-en-v1.5"


def without_folder(monkeypatch, settings, tmp_path):
    pytest.importorskip("fastembed")
    settings.SEMANTIC_MODEL = str(tmp_path / "nowhere")


def with_a_broken_model(monkeypatch, settings, tmp_path):
    pytest.importorskip("fastembed")
    (tmp_path / "model.onnx").write_bytes(b"no model")
    settings.SEMANTIC_MODEL = str(tmp_path)


def with_an_unknown_name(monkeypatch, settings, tmp_path):
    pytest.importorskip("fastembed")
    settings.SEMANTIC_MODEL = "nobody/nothing"


def test_the_api_tells_how_the_server_stands(service):
    service.bucket("Work")
    service.add("tea")
    status = service.client.get_status()
    assert (status.memories, status.buckets, status.search_language, status.semantic.state) == (1, 2, "english", "off")


def test_the_status_page_shows_it_and_the_account_menu_leads_there(signed_in, embedded):
    embedded.add_new_memory("tea")
    page = signed_in.get("/status/").content.decode()
    assert "1 in 1 bucket" in page
    assert "Off. Memories are found by their words." in page
    assert "SEMANTIC_MODEL" in page
    assert 'href="/status/"' in signed_in.get("/").content.decode()


def test_the_status_page_keeps_the_way_to_the_buckets(signed_in, embedded):
    garden = embedded.create_bucket("Garden").id
    page = read(signed_in.get("/status/"))
    assert page.one(id="buckets").link("Garden0") == f"/?bucket={garden}"
    assert not page.all(aria_current="page")


def test_of_a_hosted_service_the_status_page_says_what_it_can(signed_in, hosted):
    page = signed_in.get("/status/")
    assert page.status_code == 200
    assert "As the service does it" in page.content.decode()
    assert "meaning" not in page.content.decode()
    assert read(page).one(id="buckets").has_link("Work0")


@pytest.mark.django_db
@pytest.mark.parametrize("arrange", [without_package, without_folder, with_a_broken_model, with_an_unknown_name])
class TestWithoutAModel:
    def test_words_find_and_the_log_says_so_once(self, monkeypatch, settings, tmp_path, caplog, arrange):
        arrange(monkeypatch, settings, tmp_path)
        store.add("Kettle and tea")
        assert [found("tea"), found("tea")] == [["Kettle and tea"]] * 2
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
        assert "tea" not in caplog.text.lower().replace("instead", "")
        assert str(tmp_path) not in caplog.text

    def test_the_status_page_says_why_and_what_to_do(self, monkeypatch, settings, tmp_path, signed_in, arrange):
        arrange(monkeypatch, settings, tmp_path)
        page = signed_in.get("/status/").content.decode()
        problem = engine.problem()
        assert "Not working" in page
        assert problem.problem in page
        assert problem.remedy.replace("“", "").split("”")[0] in page.replace("“", "").replace("”", "”")
        assert "Not working" not in signed_in.get("/").content.decode()

    def test_the_command_ends_with_one_line(self, monkeypatch, settings, tmp_path, arrange):
        from django.core.management import CommandError, call_command

        arrange(monkeypatch, settings, tmp_path)
        with pytest.raises(CommandError, match="^[^\n]+$"):
            call_command("embed")


def test_the_command_says_which_setting_is_missing():
    from django.core.management import CommandError, call_command

    with pytest.raises(CommandError, match="SEMANTIC_MODEL is not set"):
        call_command("embed")
