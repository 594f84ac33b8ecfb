"""The engine of the templates, with what all of them may call."""

import re
from collections.abc import Callable, Hashable, Sequence
from functools import cache, lru_cache
from typing import Any, cast

from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_htmx.jinja import htmx_script
from jinja2 import BaseLoader, ChainableUndefined, Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from markupsafe import escape


@cache
def icon(name: str) -> SafeString:
    """The icon `name` from the sprite. It is decoration: what it stands for, the words beside it or a label say."""
    return format_html('<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name)


@lru_cache(maxsize=1024)
def kept(macro: Callable[..., str], *values: Hashable) -> str:
    """What a macro makes of these values, remembered: for macros that look at nothing else but what never changes."""
    return macro(*values)


def part(template: str, csrf_input: object, **values: Hashable) -> SafeString:
    """What the template makes of these values and of nothing else, remembered, with the form's secret that is another each time."""
    return SafeString(_kept_part(template, tuple(values.items())).replace(FORM_MARK, str(csrf_input)))


@lru_cache(maxsize=64)
def _kept_part(template: str, values: tuple[tuple[str, Hashable], ...]) -> str:
    engine = cast(Jinja2, engines["jinja2"])
    return engine.env.get_template(template).render(dict(values) | {"csrf_input": SafeString(FORM_MARK)})


@cache
def _plain_url(name: str) -> str:
    """The address of a view that takes nothing from it; to look one up takes 20 µs, and a page names a dozen."""
    return reverse(name)


def url(name: str, args: Sequence[object] = ()) -> str:
    """The address of a view, with these parts in it."""
    return reverse(name, args=args) if args else _plain_url(name)


class Inlining(Extension):
    """Puts what a template includes into its text before it is compiled: to look a template up and to copy the context for it takes
    as long as most of the fragments themselves. What is set in one stays in it, as with any include.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Called by Jinja2 with the text of each template."""
        return INCLUDE.sub(self._text, source)

    def _text(self, include: re.Match[str]) -> str:
        source, _, _ = cast(BaseLoader, self.environment.loader).get_source(self.environment, include["name"])
        return "{% with %}\n" + self.preprocess(source.removesuffix("\n"), include["name"]) + "{% endwith %}"


FORM_MARK = "<csrf-input>"  # as no text of anybody's stands in a page: there "<" is escaped
INCLUDE = re.compile(r'\{% include "(?P<name>[^"]+)" %\}')


class Generator(CodeGenerator):
    """Settles, when a template is compiled, the calls of LASTING with fixed arguments: their results become part of its text."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        """Called by Jinja2 with whatever a template puts out, to hear what of it is constant."""
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in LASTING:
            arguments = [argument.as_const(frame.eval_ctx) for argument in node.args]
            named = {argument.key: argument.value.as_const(frame.eval_ctx) for argument in node.kwargs}
            return str(escape(LASTING[node.node.name](*arguments, **named)))
        return super()._output_child_to_const(node, frame, finalize)


# What gives the same for the same arguments for as long as the process lives.
LASTING: dict[str, Callable[..., str]] = {"htmx_script": htmx_script, "icon": icon, "static": cache(static), "url": url}


def environment(**options: Any) -> Environment:
    """Jinja2 with Django's `options`. What a page's context leaves out is empty and false, and so are its attributes."""
    ours = {"undefined": ChainableUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options | ours)  # noqa: S701  # Django's options switch autoescape on
    made.add_extension(Inlining)
    made.code_generator_class = Generator
    made.globals |= LASTING | {"kept": kept, "part": part}
    return made
