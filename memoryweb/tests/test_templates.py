"""The templates as the engine reads them, also those that only a rare page shows."""

import pytest
from django.template import engines
from django.utils.safestring import SafeString
from jinja2 import FileSystemLoader, meta

from memories.creating import EMPTY
from memoryweb.templating import FORM_MARK, environment, part

ENGINE = engines["jinja2"]
NAMES = ENGINE.env.list_templates(extensions=["html"])


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles_and_what_it_names_is_there(name):
    source, _, _ = ENGINE.env.loader.get_source(ENGINE.env, name)
    ENGINE.env.compile(source, name)
    there = set(NAMES) | {None}  # a name that is reckoned only when the page is made
    assert set(meta.find_referenced_templates(ENGINE.env.parse(source))) <= there


def test_a_text_is_escaped():
    assert ENGINE.from_string("<p>{{ text }}</p>").render({"text": "<b> & \"'"}) == "<p>&lt;b&gt; &amp; &#34;&#39;</p>"


def test_what_a_page_leaves_out_is_empty_and_false():
    assert ENGINE.from_string("{% if failure.title %}failed{% endif %}{{ failure.title }}").render({}) == ""


def test_a_template_that_is_included_sees_the_page_and_leaves_nothing_behind(tmp_path):
    (tmp_path / "page.html").write_text('{% set word = "outer" %}<{% include "part.html" %}|{{ word }}>\n')
    (tmp_path / "part.html").write_text('{% set word = "inner" %}{{ word }} {{ given }}\n')
    page = environment(loader=FileSystemLoader(tmp_path), autoescape=True).get_template("page.html")
    assert page.render(given="<b>") == "<inner &lt;b&gt;|outer>"


def test_what_lasts_is_settled_when_a_template_is_compiled():
    code = ENGINE.env.compile('{{ icon("x") }}{{ url("history:index") }}', raw=True)
    assert '<svg class="i"' in code
    assert "/history/" in code
    assert "call(" not in code


def test_a_part_is_made_anew_for_other_values_and_has_each_pages_own_secret():
    def options(csrf_input, *names):
        told = tuple((name, name, False) for name in names)
        values = {"form": EMPTY, "options": told, "can_create": True, "day": "2025-03-04", "today": "2025-03-04"}
        return part("memories/_form.html", SafeString(csrf_input), connection_name="Embedded", **values)

    first, again, other = options("<i>1</i>", "Garden"), options("<i>2</i>", "Garden"), options("<i>3</i>", "Garden", "Work")
    assert "<i>1</i>" in first
    assert first.replace("<i>1</i>", "<i>2</i>") == again
    assert "Work" in other
    assert "Work" not in first


def test_no_text_of_a_page_can_stand_for_the_secret_of_its_forms():
    values = {"form": EMPTY, "options": (("1", FORM_MARK, True),), "connection_name": "Embedded"}
    page = part("memories/_form.html", SafeString("<i>secret</i>"), **values)
    assert page.count("<i>secret</i>") == 1
