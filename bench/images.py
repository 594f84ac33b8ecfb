"""Images, on a store of their own: one served before beside a static file of the same server, a gallery, and uploading photos."""

import io
import json
import re
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

from bench import uploads
from bench.clock import Ask, Figures, Line, turn_about
from bench.sites import Site, ours

WIDTH = 320
DESCRIPTION = "2025-06-01 - A photo."
GALLERY = 60
SIZES = [(1_600, 1_200), (1_200, 1_600), (1_600, 900), (1_200, 1_200), (900, 1_600), (1_500, 1_000), (1_680, 700)]  # in it
FINER = 0.8  # of the contrast of one octave has the next, in what looks to an encoder like the detail of a photo


def measured(seconds: float, photos: int) -> tuple[Figures, Figures, dict[str, float]]:
    """The figures of a thumbnail and of a static file, turn about; of so many uploads the slowest (s) and the memory meanwhile."""
    with tempfile.TemporaryDirectory() as folder, ours(Path(folder)) as site:
        line = Line(site)
        asks = _thumbnail(line, site), _static_file(line)
        figures = turn_about([lambda n, ask=ask: line.send(ask) for ask in asks], seconds)  # type: ignore[misc]
        for figure, ask in zip(figures, asks, strict=True):
            figure.size = len(line.send(ask))
        values = _gallery(line, site)
        line.close()
        values |= uploads.measured(site, photos)
        return figures[0], figures[1], values


def _thumbnail(line: Line, site: Site) -> Ask:
    """The address of an image's thumbnail, as a page names it."""
    memory = json.loads(line.text(uploads.upload("/api/memory", uploads.photo((800, 600)), text=DESCRIPTION)))["memoryId"]
    digest = json.loads(line.text(Ask(f"/api/memories/{memory}", token=True)))["metadata"]["imageDigest"]
    link = re.search(r"/memories/[\w-]+/image", line.text(Ask("/")))
    assert link, "the list shows no image"
    return Ask(f"{link[0]}?w={WIDTH}&v={digest[:12]}")


def _static_file(line: Line) -> Ask:
    """The style sheet's address, which holds about as many bytes."""
    link = re.search(r"/static/[^\"]+\.css", line.text(Ask("/")))
    assert link, "the page names no style sheet"
    return Ask(link[0])


def _gallery(line: Line, site: Site) -> dict[str, float]:
    """What a browser says of a page of images beside one of texts."""
    from bench.browser import gallery

    for number in range(GALLERY):
        line.send(uploads.upload("/api/memory", _detailed(SIZES[number % len(SIZES)]), text=DESCRIPTION))
        text = {"text": f"2025-06-01 - Note {number} of a day on which not much happened, but for a walk along the river."}
        line.send(Ask("/api/memory", body=json.dumps(text).encode(), token=True))
    return gallery(site)


def _detailed(size: tuple[int, int]) -> bytes:
    """A JPEG with detail of every size, as photos have it, so that its thumbnails have as many bytes as those of photos."""
    bands = []
    for contrast in (1.0, 0.4, 0.4):  # lightness, and two of colour
        band, step, amplitude = Image.new("L", size, 128), max(size) // 2, 30 * contrast
        while step:
            octave = Image.effect_noise((max(2, size[0] // step), max(2, size[1] // step)), amplitude)
            band = ImageChops.add(band, octave.resize(size, Image.Resampling.BICUBIC), offset=-128)
            step, amplitude = step // 2, amplitude * FINER
        bands.append(band)
    output = io.BytesIO()
    Image.merge("YCbCr", bands).convert("RGB").save(output, "JPEG", quality=uploads.QUALITY)
    return output.getvalue()
