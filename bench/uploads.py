"""Adding photos through the page, one after the other, as one drop of many of them is."""

import http.client
import io
import re
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from PIL import Image, ImageDraw

from bench.clock import Ask, Line
from bench.sites import Site

PHOTO = (4_000, 3_000)
QUALITY = 94  # gives about 5 MB
SAMPLE_SECONDS = 0.02


def measured(site: Site, photos: int) -> dict[str, float]:
    """Of so many photos of 5 MB the slowest request (s), and the most memory that the server held meanwhile (MB)."""
    site, token = _form(site)
    line, slowest, batch = Line(site), 0.0, ""
    with _watched(site) as peak:
        for number in range(photos):
            fields = {"csrfmiddlewaretoken": token, "text": f"Photo {number}", "batch": batch}
            ask = upload("/memories/images/", photo(PHOTO), **fields)
            began = time.perf_counter()
            card = line.text(ask)
            slowest = max(slowest, time.perf_counter() - began)
            batch = _found(r'data-batch="([^"]+)"', card, "The card names no action.")
    line.close()
    return {"slowest upload": slowest, "upload memory": peak[0]}


def photo(size: tuple[int, int]) -> bytes:
    """A JPEG with the detail of a photo, never the same one twice."""
    picture = Image.effect_noise((size[0] // 3, size[1] // 3), 40).resize(size, Image.Resampling.BICUBIC).convert("RGB")
    ImageDraw.Draw(picture).text((10, 10), secrets.token_hex(8))
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=QUALITY)
    return output.getvalue()


def upload(address: str, image: bytes, **fields: str) -> Ask:
    """An image and the other fields of its form, sent to an address of the API or of the pages."""
    boundary, name = secrets.token_hex(16), f"IMG_{secrets.randbelow(10_000):04}.jpg"
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n' for field, value in fields.items()
    )
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="{name}"\r\n\r\n'
    body = (head + file).encode() + image + f"\r\n--{boundary}--\r\n".encode()
    is_page = not address.startswith("/api/")
    return Ask(address, is_page, body, token=not is_page, content_type=f"multipart/form-data; boundary={boundary}")


def _form(site: Site) -> tuple[Site, str]:
    """The site with the cookie that its forms need as well, and what each of them sends along."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request("GET", "/", headers={"Cookie": site.cookie})
    answer = connection.getresponse()
    token = _found(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.read().decode(), "The page has no form.")
    cookies = [value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    connection.close()
    return replace(site, cookie="; ".join([site.cookie, *cookies])), token


def _found(pattern: str, text: str, otherwise: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(otherwise)
    return found[1]


@contextmanager
def _watched(site: Site) -> Iterator[list[float]]:
    """The most memory that the server holds meanwhile, in MB, as the list's only item."""
    peak, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            peak[0] = max(peak[0], site.memory())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()
