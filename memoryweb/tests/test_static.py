"""Static files as they are served: under names that change with their content, also where they name each other."""

import re

import pytest
from django.core.management import call_command

NAMED = re.compile(r"""["']\./([\w.-]+\.js)["']""")
HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")


@pytest.fixture
def modules(tmp_path, settings):
    """The text of each of our modules, as a browser gets it."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "memoryweb.staticfiles.HashedFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return [path.read_text(encoding="utf-8") for path in (tmp_path / "static/js").glob("*.js") if HASHED.search(path.name)]


def test_modules_name_each_other_by_the_names_that_the_page_has_for_them(modules):
    """Under two names, a browser would start a module twice, and each key would count double."""
    named = [name for text in modules for name in NAMED.findall(text)]
    assert len(named) > 20
    assert [name for name in named if not HASHED.search(name)] == []
