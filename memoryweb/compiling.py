"""What is done once, when a template is compiled, so that no page has to do it again."""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from jinja2 import BaseLoader, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from markupsafe import escape

INCLUDE = re.compile(r'\{% include "(?P<name>[^"]+)" %\}')


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


def settling(lasting: Mapping[str, Callable[..., str]]) -> type[CodeGenerator]:
    """A code generator that calls these functions itself, where a template gives them fixed arguments: what they return becomes
    part of the template's text. One that raises is called when the page is made, and raises then.
    """

    class Generator(CodeGenerator):
        def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
            """Called by Jinja2 with whatever a template puts out, to hear what of it is constant."""
            if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in lasting:
                arguments = [argument.as_const(frame.eval_ctx) for argument in node.args]
                named = {argument.key: argument.value.as_const(frame.eval_ctx) for argument in node.kwargs}
                return str(escape(lasting[node.node.name](*arguments, **named)))
            return super()._output_child_to_const(node, frame, finalize)

    return Generator
