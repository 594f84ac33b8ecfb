"""Images, on a store of their own: one that was served before beside a static file of the same server, and uploading photos."""

import io
import json
import re
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageDraw

from bench.clock import Ask, Figures, Line, turn_about
from bench.sites import Site, ours

WIDTH = 320
PHOTO = (4_000, 3_000)
QUALITY = 94  # gives about 5 MB
SAMPLE_SECONDS = 0.02


def measured(seconds: float, photos: int) -> tuple[Figures, Figures, dict[str, float]]:
    """The figures of a thumbnail and of a static file, turn about; of so many uploads the slowest (s) and the memory meanwhile."""
    with tempfile.TemporaryDirectory() as folder, ours(Path(folder)) as site:
        line = Line(site)
        asks = _thumbnail(line, site), _static_file(line)
        figures = turn_about([lambda n, ask=ask: line.send(ask) for ask in asks], seconds)  # type: ignore[misc]
        for figure, ask in zip(figures, asks, strict=True):
            figure.size = len(line.send(ask))
        values = _uploads(line, site, photos)
        line.close()
        return figures[0], figures[1], values


def _thumbnail(line: Line, site: Site) -> Ask:
    """The address of an image's thumbnail, as a page names it."""
    memory = json.loads(line.text(_upload(_photo((800, 600)))))["memoryId"]
    digest = json.loads(line.text(Ask(f"/api/memories/{memory}", token=True)))["metadata"]["imageDigest"]
    link = re.search(r"/memories/[\w-]+/image", line.text(Ask("/")))
    assert link, "the list shows no image"
    return Ask(f"{link[0]}?w={WIDTH}&v={digest[:12]}")


def _static_file(line: Line) -> Ask:
    """The style sheet's address, which holds about as many bytes."""
    link = re.search(r"/static/[^\"]+\.css", line.text(Ask("/")))
    assert link, "the page names no style sheet"
    return Ask(link[0])


def _uploads(line: Line, site: Site, photos: int) -> dict[str, float]:
    slowest = 0.0
    with _watched(site) as peak:
        for _ in range(photos):
            ask = _upload(_photo(PHOTO))
            began = time.perf_counter()
            line.send(ask)
            slowest = max(slowest, time.perf_counter() - began)
    return {"slowest upload": slowest, "upload memory": peak[0]}


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


def _photo(size: tuple[int, int]) -> bytes:
    """A JPEG with the detail of a photo, never the same one twice."""
    photo = Image.effect_noise((size[0] // 3, size[1] // 3), 40).resize(size, Image.Resampling.BICUBIC).convert("RGB")
    ImageDraw.Draw(photo).text((10, 10), secrets.token_hex(8))
    output = io.BytesIO()
    photo.save(output, "JPEG", quality=QUALITY)
    return output.getvalue()


def _upload(photo: bytes) -> Ask:
    boundary = secrets.token_hex(16)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="text"\r\n\r\n2025-06-01 - A photo.\r\n--{boundary}\r\n'
    file = 'Content-Disposition: form-data; name="image"; filename="photo.jpg"\r\n\r\n'
    body = (head + file).encode() + photo + f"\r\n--{boundary}--\r\n".encode()
    return Ask("/api/memory", body=body, token=True, content_type=f"multipart/form-data; boundary={boundary}")
