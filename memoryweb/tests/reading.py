"""A page or fragment as tests read it: by tags, accessible names and words, whatever the markup around them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta", "use", "path", "line", "circle", "rect"}


@dataclass
class Node:
    """An element; `text` is what it says, blanks joined."""

    tag: str
    attributes: dict[str, str]
    children: list["Node | str"] = field(default_factory=list)

    def __iter__(self) -> Iterator["Node"]:
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    @property
    def raw_text(self) -> str:
        return "".join(child if isinstance(child, str) else child.raw_text for child in self.children)

    @property
    def text(self) -> str:
        return " ".join(self.raw_text.split())

    @property
    def name(self) -> str:
        """The accessible name, as far as label and content give it."""
        return self.attributes.get("aria-label") or self.text

    def all(self, tag: str = "", **attributes: str) -> list["Node"]:
        """Every element inside with this tag and these attributes (`aria_label=...`)."""
        wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
        return [node for node in self if tag in ("", node.tag) and wanted.items() <= node.attributes.items()]

    def one(self, tag: str = "", **attributes: str) -> "Node":
        """The only such element."""
        (node,) = self.all(tag, **attributes)
        return node

    def link(self, name: str) -> str:
        """Where the only link of this name leads."""
        (href,) = {node["href"] for node in self.all("a") if node.name == name}
        return href

    def has_link(self, name: str) -> bool:
        return any(node.name == name for node in self.all("a"))

    @property
    def opening(self) -> str:
        """Where the link leads that opens this row's memory."""
        (href,) = {node["href"] for node in self.all("a") if node.name.startswith("Open memory")}
        return href

    @property
    def articles(self) -> list["Node"]:
        return self.all("article")

    @property
    def body(self) -> "Node":
        """The element around a memory's own text: the one in which htmx is switched off."""
        (node,) = [node for node in self if "hx-disable" in node.attributes]
        return node

    @property
    def texts(self) -> list[str]:
        """What each memory in the list says, without its bucket and links."""
        return [article.body.text for article in self.articles]

    @property
    def days(self) -> list[tuple[str, int]]:
        """Each day heading's date ("" for undated) and how many memories stand below it."""
        found = []
        for item in self.all("li"):
            heads = [node for node in item.children if isinstance(node, Node) and node.tag == "h2"]
            if heads:
                times = heads[0].all("time")
                found.append((times[0]["datetime"] if times else "", len(item.articles)))
        return found

    @property
    def status(self) -> str:
        """The status region's words."""
        return next(node.text for node in self if "status" in (node.attributes.get("id"), node.target))

    @property
    def target(self) -> str:
        """The id of the element that a fragment's out-of-band part goes to."""
        return self.attributes.get("hx-swap-oob", "").partition("#")[2]

    @property
    def alerts(self) -> list[str]:
        return [node.text for node in self.all(role="alert")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attributes})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {name: value or "" for name, value in attributes}))

    def handle_endtag(self, tag: str) -> None:
        if tag in [node.tag for node in self.open[1:]]:
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(answer: object) -> Node:
    """The document of a response, or of a string of HTML."""
    reader = _Reader()
    reader.feed(answer if isinstance(answer, str) else answer.content.decode())  # type: ignore[attr-defined]
    reader.close()
    return reader.open[0]
