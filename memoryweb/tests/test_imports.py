"""Who may import whom: the lines that design.md draws between the parts, read from the source of every module."""

import ast
from pathlib import Path

import pytest

from memoryweb.memoryplugin.client import MemoryPluginClient

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ("buckets", "memories")
WRITING = ("add", "bulk", "create", "delete", "load", "remove", "restore", "update")  # how methods that write begin
FORBIDDEN = {
    "memoryweb.memoryplugin": (*PAGES, "memoryweb.localapi", "memoryweb.accounts"),
    "memoryweb.localapi": PAGES,
    "memoryweb.accounts": (*PAGES, "memoryweb.localapi"),
    "memoryweb.templating": (*PAGES, "requests", "memoryweb.localapi", "memoryweb.memoryplugin"),
    "memoryweb.connection": (*PAGES, "memoryweb.localapi", "requests", "urllib3"),
    "memoryweb.history": ("memories", "memoryweb.localapi", "requests", "urllib3"),
    "buckets": ("memories", "memoryweb.localapi", "requests", "urllib3"),
    "memories": ("memoryweb.localapi", "requests", "urllib3"),
}
# The pages' own few modules under memoryweb/, which speak to the service through the client alone.
PAGE_MODULES = (
    "memoryweb.views", "memoryweb.middleware", "memoryweb.errorpages", "memoryweb.htmx", "memoryweb.context", "memoryweb.status",
)  # fmt: skip
FORBIDDEN |= dict.fromkeys(PAGE_MODULES, ("memoryweb.localapi", "requests", "urllib3"))
# Describing an image takes what the memory pages have; whatever the pages themselves load of the captions does not know them.
FORBIDDEN["memoryweb.captions"] = ("buckets", "memoryweb.localapi")
CAPTION_MODULES = ("apps", "endpoint", "models", "services", "tasks", "urls", "views", "worker")
FORBIDDEN |= {f"memoryweb.captions.{name}": PAGES for name in CAPTION_MODULES}
# What everybody may note in the audit knows nobody; its pages read the history, and nothing else of the other parts.
FORBIDDEN |= {
    f"memoryweb.audit.{name}": ("memoryweb.history", "memoryweb.accounts") for name in ("models", "record", "reads", "signals")
}
FORBIDDEN["memoryweb.audit"] = ("memories", "memoryweb.localapi", "requests", "urllib3")
# An independent server keeps the contract honest.
FORBIDDEN["memoryweb.localapi"] += ("memoryweb.memoryplugin",)


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_by(file: Path) -> set[str]:
    """Every module that the file names in an import, anywhere in it, relative ones made absolute."""
    package = module_name(file) if file.name == "__init__.py" else module_name(file).rpartition(".")[0]
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "import_module":
            names |= {argument.value for argument in node.args if isinstance(argument, ast.Constant)}
    return names


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def modules() -> list[Path]:
    files = [file for package in ("memoryweb", *PAGES) for file in (ROOT / package).rglob("*.py")]
    return sorted(file for file in files if "tests" not in file.relative_to(ROOT).parts)


@pytest.mark.parametrize("importer", FORBIDDEN)
def test_a_part_imports_nothing_that_it_must_not_know(importer):
    files = [file for file in modules() if within(module_name(file), importer)]
    broken = {
        f"{module_name(file)} imports {name}"
        for file in files
        for name in imported_by(file)
        if any(within(name, package) for package in FORBIDDEN[importer])
    }
    assert files, f"{importer} is no part of the program any more"
    assert not broken


def test_only_the_service_module_and_the_captioner_speak_http():
    speakers = {module_name(file) for file in modules() if any(within(name, "requests") for name in imported_by(file))}
    assert {module for module in speakers if not within(module, "memoryweb.memoryplugin")} == {"memoryweb.captions.endpoint"}


def test_only_modules_that_are_loaded_late_import_the_task_queue():
    """That a server without captions loads none of these, captions/tests/test_pages.py looks at."""
    importers = {module_name(file) for file in modules() if any(within(name, "django_tasks") for name in imported_by(file))}
    importers |= {module_name(file) for file in modules() if any(within(name, "django_tasks_db") for name in imported_by(file))}
    assert importers == {"memoryweb.captions.tasks", "memoryweb.captions.worker"}


def test_pages_write_through_the_journal_alone():
    writes = {name for name in vars(MemoryPluginClient) if name.split("_")[0] in WRITING}
    callers = {
        module_name(file)
        for file in modules()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in writes and ast.unparse(node.value).endswith("client")
    }
    assert writes >= {"add_new_memory", "update_or_move_memories", "bulk_delete_memories", "restore_bucket", "load_examples"}
    assert callers == {"memoryweb.history.perform", "memories.curating"}


def test_only_the_service_module_reads_raw_json_from_the_service():
    readers = {module_name(file) for file in modules() if "memoryweb.memoryplugin.wire" in imported_by(file)}
    assert readers <= {"memoryweb.memoryplugin.client", "memoryweb.memoryplugin.exchange", "memories.loading", "memories.services"}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from ..localapi import store", "memoryweb.localapi.store"),
        ("def later():\n    import memories.views", "memories.views"),
        ("from . import errors", "memoryweb.memoryplugin.errors"),
        ("importlib.import_module('buckets')", "buckets"),
    ],
)
def test_imports_are_found_in_every_form(tmp_path, monkeypatch, source, found):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    file = tmp_path / "memoryweb" / "memoryplugin" / "client.py"
    file.parent.mkdir(parents=True)
    file.write_text(source)
    assert found in imported_by(file)
