"""Carrying files into the page, as a file manager, a clipboard or another page does, and the cards that they become."""

import base64
import random
from io import BytesIO

from PIL import Image

from memoryweb.tests.hosted import picture

# Files made in the page of real bytes, as a file manager, a clipboard or the page itself would hand them over.
CARRIED = """(files) => {
  const carried = new DataTransfer();
  for (const [name, type, content] of files) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type }));
  }
  return carried;
}"""


def an_image(name, colour="teal", content=None, kind="image/png"):
    """A file to hand over; each colour is another picture."""
    return name, kind, base64.b64encode(picture(colour=colour) if content is None else content).decode()


def noise(side):
    """A PNG of some megabytes."""
    pixels = Image.frombytes("RGB", (side, side), random.Random(5).randbytes(3 * side * side))
    file = BytesIO()
    pixels.save(file, "PNG", compress_level=1)
    return file.getvalue()


def carried(page, files):
    return page.evaluate_handle(CARRIED, files)


def drag(page, kind, files=(), text=""):
    """One event of a drag over the page; returns whether the page takes it for its own."""
    return page.evaluate(
        """([kind, carried, text]) => {
          if (text) carried.setData("text/plain", text);
          const init = { dataTransfer: carried, bubbles: true, cancelable: true };
          return !document.querySelector("main").dispatchEvent(new DragEvent(kind, init));
        }""",
        [kind, carried(page, list(files)), text],
    )


def drop(page, *files):
    for kind in ("dragenter", "dragover", "drop"):
        assert drag(page, kind, files)


def paste(page, *files, text="", into="main"):
    """Paste into the element; returns whether the page takes it for its own."""
    return page.evaluate(
        """([carried, text, into]) => {
          if (text) carried.setData("text/plain", text);
          const init = { clipboardData: carried, bubbles: true, cancelable: true };
          return !document.querySelector(into).dispatchEvent(new ClipboardEvent("paste", init));
        }""",
        [carried(page, list(files)), text, into],
    )


def cards(page):
    return page.get_by_role("list", name="Images to add").get_by_role("listitem")


def card(page, name):
    return cards(page).filter(has_text=name)


def description(page, name):
    return page.get_by_role("textbox", name=f"Description of {name}")
