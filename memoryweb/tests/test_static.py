"""Static files as they are served: under names that change with their content, also where they name each other."""

import re

import pytest
from django.conf import settings as project
from django.core.management import call_command

NAMED = re.compile(r"""["']\./([\w.-]+\.js)["']""")
HASHED = re.compile(r"\.[0-9a-f]{12}\.(js|css)$")


@pytest.fixture
def served(tmp_path, settings):
    """The files as a browser gets them, by the names that their sources have."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "memoryweb.staticfiles.HashedFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    ours = [*(tmp_path / "static/js").iterdir(), *(tmp_path / "static").iterdir()]
    return {HASHED.sub(r".\1", path.name): path for path in ours if HASHED.search(path.name)}


@pytest.fixture
def modules(served):
    return {name: path.read_text(encoding="utf-8") for name, path in served.items() if name.endswith(".js")}


def test_modules_name_each_other_by_the_names_that_the_page_has_for_them(modules):
    """Under two names, a browser would start a module twice, and each key would count double."""
    named = [name for text in modules.values() for name in NAMED.findall(text)]
    assert len(named) > 20
    assert [name for name in named if not HASHED.search(name)] == []


def test_of_a_module_only_the_lines_that_are_comments_are_left_out(modules):
    for name, text in modules.items():
        source = (project.BASE_DIR / "static/js" / name).read_text(encoding="utf-8")
        assert NAMED.sub("", text).splitlines() == [
            line for line in NAMED.sub("", source).splitlines() if not line.strip().startswith("//")
        ]


def test_the_style_sheet_has_its_rules_and_no_comments(served):
    text = served["memoryweb.css"].read_text(encoding="utf-8")
    source = (project.BASE_DIR / "static/memoryweb.css").read_text(encoding="utf-8")
    assert "/*" in source
    assert "/*" not in text
    assert text.count("{") == source.count("{")


def test_by_brotli_files_are_smaller_than_by_gzip(served):
    """A browser asks for both by https, and on this machine."""
    for path in served.values():
        gzip, brotli = (path.with_name(path.name + ending) for ending in (".gz", ".br"))
        assert brotli.stat().st_size < gzip.stat().st_size
