"""The templates as the engine reads them, also those that only a rare page shows."""

import pytest
from django.template import engines
from jinja2 import meta

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
