"""Files that mean harm, or are broken, by name; each is made when it is asked for.

Run as a module with a folder of such files, it takes in one after the other as an upload would be, and prints what became of each.
"""

import gzip
import io
import json
import re
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PIL import Image, ImageCms, PngImagePlugin

PAYLOAD = b"<script>alert('0wned by these bytes')</script>"
KINDS = ("PNG", "JPEG", "WEBP", "GIF")
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>" + PAYLOAD + b"</svg>"
PIXEL = zlib.compress(b"\0\1\2\3")


def noise(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    return Image.effect_noise(size, 80).convert(mode)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    output = io.BytesIO()
    picture.save(output, kind, **options)
    return output.getvalue()


def animated(kind: str, frames: int = 5, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    pictures = [noise(size) if frames < 10 else Image.new("L", size, 37 * number % 250) for number in range(frames)]
    return saved(pictures[0], kind, save_all=True, append_images=pictures[1:], duration=50, **options)


def chunk(name: bytes, data: bytes = b"", *, crc: int | None = None, length: int | None = None) -> bytes:
    right = zlib.crc32(name + data) if crc is None else crc
    return struct.pack(">I", len(data) if length is None else length) + name + data + struct.pack(">I", right)


def png(
    *chunks: bytes, width: int = 1, height: int = 1, depth: int = 8, colour: int = 2, interlace: int = 0, end: bool = True
) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + (chunk(b"IEND") if end else b"")


def png_with(*chunks: bytes) -> bytes:
    """A good PNG with these behind its header."""
    good = saved(noise(), "PNG")
    return good[:33] + b"".join(chunks) + good[33:]


def gif(
    *blocks: bytes, width: int = 4, height: int = 4, flags: int = 0x80, background: int = 0, palette: bytes = b"\0\0\0\xff\xff\xff"
) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, flags, background, 0) + palette + b"".join(blocks) + b";"


def gif_frame(
    left: int = 0, top: int = 0, width: int = 1, height: int = 1, *, flags: int = 0, data: bytes = b"\x02\x02\x44\x01\x00"
) -> bytes:
    return b"," + struct.pack("<HHHHB", left, top, width, height, flags) + data


def gif_control(disposal: int = 0, transparent: int = 0) -> bytes:
    return b"!\xf9\x04" + struct.pack("<BHBB", disposal << 2 | 1, 5, transparent, 0)


def jpeg_with(segment: int, data: bytes) -> bytes:
    """A good JPEG with one more segment."""
    good = saved(noise(), "JPEG")
    return good[:2] + bytes([0xFF, segment]) + struct.pack(">H", len(data) + 2) + data + good[2:]


def jpeg_of_size(width: int, height: int) -> bytes:
    good = saved(noise(), "JPEG")
    at = good.index(b"\xff\xc0") + 5
    return good[:at] + struct.pack(">HH", height, width) + good[at + 4 :]


def jpeg_of_scans(times: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    good = saved(Image.new("RGB", (6_000, 6_000), "teal"), "JPEG", progressive=True)
    last = good.rindex(b"\xff\xda")
    return good[:last] + good[last:-2] * times + good[-2:]


def webp_with(name: bytes, data: bytes, flags: int = 0) -> bytes:
    """A good WebP with one more chunk, announced in its header."""
    good = saved(noise(), "WEBP")
    body = b"VP8X" + struct.pack("<IB3x", 10, flags) + struct.pack("<I", 63)[:3] + struct.pack("<I", 47)[:3] + good[12:]
    body += name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def exif(orientation: object = 1) -> Image.Exif:
    made = Image.Exif()
    made[0x0112], made[0x010E], made[0x9286] = orientation, PAYLOAD.decode(), PAYLOAD
    return made


def raw_exif(value: bytes, kind: int = 3, count: int = 1, entries: int = 1, following: int = 0) -> bytes:
    """EXIF with an orientation by hand: a type, a count and a value that need not fit each other."""
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHI", entries, 0x0112, kind, count) + value + struct.pack("<I", following)


def zipped() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("evil.html", PAYLOAD)
    return output.getvalue()


TAILS = {
    "html": b"<!doctype html>" + PAYLOAD,
    "js": b"*/=1;alert(1)//" + PAYLOAD,
    "php": b"<?php system('id') ?>" + PAYLOAD,
    "zip": zipped(),
    "pdf": b"%PDF-1.7\n" + PAYLOAD,
    "svg": SVG,
    "exe": b"MZ\x90\0" + PAYLOAD,
    "another picture": b"\x89PNG\r\n\x1a\n" + PAYLOAD,
}
NO_PICTURES = {
    "nothing": b"",
    "zeros": b"\0" * 5_000,
    "one byte": b"\x89",
    "text": b"Just some words. " + PAYLOAD,
    "html": b"<!doctype html><img src=x onerror=alert(1)>" + PAYLOAD,
    "svg": SVG,
    "svg with a declaration": b"<?xml version='1.0'?>" + SVG,
    "svg, compressed": gzip.compress(SVG),
    "entity bomb": b"<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;&b;&b;'>]><svg>&c;</svg>",
    "pdf by hand": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript>>>>endobj\n%%EOF" + PAYLOAD,
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n",
    "zip": zipped(),
    "gzip bomb": gzip.compress(b"\0" * 50_000_000),
    "program": b"\x7fELF\x02\x01\x01" + PAYLOAD,
    "windows program": b"MZ" + PAYLOAD,
    "java class": b"\xca\xfe\xba\xbe" + PAYLOAD,
    "web assembly": b"\0asm\1\0\0\0" + PAYLOAD,
    "video": b"\0\0\0\x20ftypisom" + PAYLOAD,
    "heic": b"\0\0\0\x18ftypheic" + PAYLOAD,
    "photoshop": b"8BPS\0\1" + b"\0" * 30 + PAYLOAD,
    "font": b"OTTO\0\x0a" + PAYLOAD,
    "tar": PAYLOAD.ljust(257, b"\0") + b"ustar\x0000",
    "wmf": b"\xd7\xcd\xc6\x9a" + PAYLOAD,
    "mvg": b"push graphic-context\nimage over 0,0 0,0 'https://example.invalid/x'\n",
    "signatures alone": b"\x89PNG\r\n\x1a\nGIF89a\xff\xd8\xff",
    "riff of sound": b"RIFF\x24\0\0\0WAVEfmt " + PAYLOAD,
}


def files() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Every file: its name and what makes it."""
    for name, content in NO_PICTURES.items():
        yield f"no picture: {name}", partial(bytes, content)
    for kind in ("BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "DDS", "AVIF", "JPEG2000", "PDF", "EPS", "ICNS", "SGI", "MSP"):
        yield f"not on the list: {kind}", partial(lambda kind: saved(noise((64, 64), "1" if kind == "MSP" else "RGB"), kind), kind)
    yield "not on the list: TIFF of many pages", lambda: animated("TIFF")
    yield from truncated()
    yield from polyglots()
    yield from with_metadata()
    yield from bombs()
    yield from broken_png()
    yield from broken_others()
    yield from odd_but_good()


def truncated() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """What is cut off somewhere."""
    makers: dict[str, Callable[[], bytes]] = {kind: partial(lambda kind: saved(noise(), kind), kind) for kind in KINDS}
    makers |= {f"animated {kind}": partial(animated, kind) for kind in ("PNG", "WEBP", "GIF")}
    makers["progressive JPEG"] = lambda: saved(noise(), "JPEG", progressive=True)
    for name, make in makers.items():
        for part in (0.01, 0.2, 0.5, 0.8, 0.97):
            yield (
                f"truncated: {name} at {part:.0%}",
                partial(lambda make, part: (whole := make())[: int(len(whole) * part)], make, part),
            )


def polyglots() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """What is a picture and something else."""
    for kind in KINDS:
        for name, tail in TAILS.items():
            yield f"polyglot: {kind} and {name}", partial(lambda kind, tail: saved(noise(), kind) + tail, kind, tail)
        yield f"polyglot: html before {kind}", partial(lambda kind: PAYLOAD + saved(noise(), kind), kind)
    yield "polyglot: GIF whose size opens a comment", lambda: gif(gif_frame(), width=0x2A2F, height=16) + b"*/=1;" + PAYLOAD
    yield "polyglot: GIF of a program's first bytes", lambda: b"GIF87a" + PAYLOAD
    yield "polyglot: JPEG after html in a comment", lambda: jpeg_with(0xFE, b"--><html>" + PAYLOAD + b"<!--")


def with_metadata() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Where the payload lies in what a file says of itself."""
    for kind in ("PNG", "JPEG", "WEBP"):
        yield f"metadata: EXIF in {kind}", partial(lambda kind: saved(noise(), kind, exif=exif()), kind)
        for orientation in (0, 2, 5, 6, 8, 9, 65_535):
            name = f"metadata: orientation {orientation!r} in {kind}"
            yield name, partial(lambda kind, orientation: saved(noise(), kind, exif=exif(orientation)), kind, orientation)
    for name, value, options in (
        ("of a wrong type", b"\6\0\0\0", {"kind": 77}),
        ("of a count without end", b"\xff\xff\xff\xff", {"count": 2**32 - 1}),
        ("of an offset outside", b"\xff\xff\xff\x7f", {"kind": 4, "count": 9}),
        ("that leads to itself", b"\6\0\0\0", {"following": 8}),
        ("of more entries than there are", b"\6\0\0\0", {"entries": 65_535}),
    ):
        yield f"metadata: EXIF {name}", partial(lambda value, options: jpeg_with(0xE1, raw_exif(value, **options)), value, options)
    yield "metadata: EXIF of noise", lambda: jpeg_with(0xE1, b"Exif\0\0" + noise((200, 200), "L").tobytes())
    yield "metadata: EXIF in a PNG of noise", lambda: png_with(chunk(b"eXIf", noise((90, 90), "L").tobytes()))
    yield "metadata: Photoshop's", lambda: jpeg_with(0xED, b"Photoshop 3.0\x008BIM" + PAYLOAD * 100)
    yield "metadata: XMP in JPEG", lambda: jpeg_with(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PAYLOAD * 50)
    yield "metadata: comments", lambda: jpeg_with(0xFE, PAYLOAD * 1_000)
    yield "metadata: private chunk", lambda: png_with(chunk(b"prVt", PAYLOAD))
    yield "metadata: chunk of WebP", lambda: webp_with(b"EVIL", PAYLOAD)
    yield "metadata: XMP of WebP", lambda: webp_with(b"XMP ", PAYLOAD, flags=4)
    yield "metadata: EXIF of WebP, broken", lambda: webp_with(b"EXIF", PAYLOAD, flags=8)
    yield "metadata: profile of WebP, broken", lambda: webp_with(b"ICCP", PAYLOAD, flags=32)
    yield "metadata: GIF comment", lambda: saved(noise(), "GIF", comment=PAYLOAD)
    yield "metadata: GIF application", lambda: gif(b"!\xff\x0bEVILEVIL1.0" + bytes([len(PAYLOAD)]) + PAYLOAD + b"\0", gif_frame())
    yield "metadata: GIF plain text", lambda: gif(b"!\x01\x0c" + b"\0" * 12 + bytes([len(PAYLOAD)]) + PAYLOAD + b"\0", gif_frame())
    yield "metadata: palette of GIF", lambda: gif(gif_frame(), flags=0x87, palette=PAYLOAD.ljust(768, b"\0"))
    yield "metadata: palette of PNG", lambda: png(chunk(b"PLTE", PAYLOAD[:45]), chunk(b"IDAT", zlib.compress(b"\0\1")), colour=3)
    yield (
        "metadata: text of PNG",
        lambda: png_with(chunk(b"tEXt", b"Comment\0" + PAYLOAD), chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SVG)),
    )
    yield "metadata: quantisation table", lambda: jpeg_with(0xDB, b"\x0f" + PAYLOAD.ljust(64, b"x"))
    yield (
        "metadata: colour profile",
        lambda: saved(noise(), "JPEG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()),
    )
    yield "metadata: colour profile of noise", lambda: saved(noise(), "PNG", icc_profile=PAYLOAD * 99)


def bombs() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """What is small, and large once it is opened."""
    for width, height in ((50_000, 50_000), (2**31 - 1, 1), (1, 2**31 - 1), (2**31 - 1, 2**31 - 1), (6_400, 6_400)):
        yield (
            f"bomb: PNG of {width} x {height}",
            partial(png, chunk(b"IDAT", zlib.compress(b"\0" * 99_999)), width=width, height=height),
        )
    yield (
        "bomb: PNG of one bit",
        lambda: png(chunk(b"IDAT", zlib.compress(b"\0" * 9**6)), width=60_000, height=60_000, depth=1, colour=0),
    )
    yield "bomb: PNG, interlaced", lambda: png(chunk(b"IDAT", PIXEL), width=30_000, height=30_000, interlace=1)
    yield "bomb: PNG at the limit", lambda: saved(Image.new("RGBA", (6_300, 6_300), (1, 2, 3, 4)), "PNG")
    yield "bomb: PNG, 16 bits at the limit", lambda: saved(Image.new("I;16", (6_300, 6_300), 40_000), "PNG")
    yield "bomb: PNG with more pixels than it says", lambda: png(chunk(b"IDAT", zlib.compress(b"\0" * 90_000_000)))
    yield "bomb: PNG text", lambda: png_with(chunk(b"zTXt", b"x\0\0" + zlib.compress(b"A" * 90_000_000)))
    yield "bomb: PNG text, many", lambda: png_with(chunk(b"zTXt", b"x\0\0" + zlib.compress(b"A" * 1_000_000)) * 200)
    yield "bomb: PNG colour profile", lambda: png_with(chunk(b"iCCP", b"x\0\0" + zlib.compress(b"A" * 90_000_000)))
    yield "bomb: PNG of 100,000 chunks", lambda: png_with(chunk(b"tEXt", b"a\0b") * 100_000)
    yield "bomb: APNG that says it has 2,000,000,000 frames", lambda: png_with(chunk(b"acTL", struct.pack(">II", 2 * 10**9, 0)))
    yield "bomb: APNG of 1,200 frames", lambda: animated("PNG", 1_200, (8, 8))
    yield "bomb: APNG of 200 frames", lambda: animated("PNG", 200, (400, 400))
    for size in ((65_535, 65_535), (65_535, 1), (30_000, 20_000), (7_000, 6_000)):
        yield f"bomb: JPEG of {size[0]} x {size[1]}", partial(jpeg_of_size, *size)
    yield "bomb: JPEG at the limit, turned", lambda: saved(Image.new("RGB", (6_300, 6_300), "teal"), "JPEG", exif=exif(6))
    yield "bomb: JPEG of 99 scans", lambda: jpeg_of_scans(89)
    yield "bomb: JPEG of 20,000 scans", lambda: jpeg_of_scans(20_000)
    yield "bomb: GIF of 65,535 x 65,535", lambda: gif(gif_frame(), width=65_535, height=65_535)
    yield "bomb: GIF at the limit", lambda: saved(Image.new("L", (4_890, 4_900)), "GIF")
    yield "bomb: GIF over the limit", lambda: saved(Image.new("L", (6_300, 6_300)), "GIF")
    yield "bomb: GIF whose second frame is larger", lambda: gif(gif_frame(), gif_frame(width=65_535, height=65_535))
    yield "bomb: GIF whose thousandth frame is larger", lambda: gif(gif_frame() * 900, gif_frame(width=8_000, height=8_000))
    yield "bomb: GIF of 400,000 frames", lambda: gif(gif_frame() * 400_000)
    yield "bomb: GIF of 990 frames", lambda: animated("GIF", 990, (200, 200))
    yield "bomb: GIF of 2,000 large frames", lambda: gif(gif_frame() * 2_000, width=1_000, height=1_000)
    yield (
        "bomb: WebP of 16,383 x 16,383",
        lambda: webp_with(b"JUNK", b"")[:24] + b"\xfe\x3f\0\xfe\x3f\0" + saved(noise(), "WEBP")[12:],
    )
    yield "bomb: WebP at the limit", lambda: saved(Image.new("RGB", (4_470, 4_470), "teal"), "WEBP", method=0)
    yield "bomb: WebP over the limit", lambda: saved(Image.new("RGB", (6_000, 6_000), "teal"), "WEBP", method=0, quality=10)
    yield "bomb: WebP of 1,500 frames", lambda: animated("WEBP", 1_500, (16, 16))
    yield "bomb: WebP of 240 frames", lambda: animated("WEBP", 240, (400, 400), method=0)
    yield "bomb: more than 10 MB", lambda: saved(noise(), "PNG") + b"\0" * 10_000_000
    yield "bomb: a line of pixels", lambda: saved(Image.new("L", (1, 60_000)), "PNG")


def broken_png() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """PNGs that say what cannot be."""
    pixels = chunk(b"IDAT", PIXEL)
    made = {
        "wrong sum of the header": b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\2\0\0\0", crc=1)
        + pixels
        + chunk(b"IEND"),
        "wrong sum of the pixels": png(chunk(b"IDAT", PIXEL, crc=1)),
        "no header": b"\x89PNG\r\n\x1a\n" + pixels + chunk(b"IEND"),
        "two headers": png(chunk(b"IHDR", struct.pack(">IIBBBBB", 9_000, 9_000, 8, 2, 0, 0, 0)), pixels),
        "short header": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0\0\0\1"),
        "size of zero": png(pixels, width=0, height=0),
        "no pixels": png(),
        "empty pixels": png(chunk(b"IDAT")),
        "few pixels": png(pixels, width=100, height=100),
        "pixels of noise": png(chunk(b"IDAT", PAYLOAD * 9)),
        "chunk without end": png(chunk(b"IDAT", PIXEL, length=2**31 - 1)),
        "chunk of negative length": png(chunk(b"IDAT", PIXEL, length=2**32 - 1)),
        "chunk of no name": png(chunk(b"\0\0\0\0", PIXEL), pixels),
        "depth of 3": png(pixels, depth=3),
        "colour type 7": png(pixels, colour=7),
        "interlace 9": png(pixels, interlace=9),
        "no palette": png(chunk(b"IDAT", zlib.compress(b"\0\1")), colour=3),
        "colours beyond the palette": png(chunk(b"PLTE", b"abc"), chunk(b"IDAT", zlib.compress(b"\0\xff")), colour=3),
        "palette of 300": png(chunk(b"PLTE", b"abc" * 300), chunk(b"IDAT", zlib.compress(b"\0\1")), colour=3),
        "transparency of noise": png(chunk(b"tRNS", PAYLOAD), pixels),
        "no frames": png_with(chunk(b"acTL", struct.pack(">II", 0, 0))),
        "frame outside": png_with(
            chunk(b"acTL", struct.pack(">II", 2, 0)), chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 900, 900, 900, 900, 1, 1, 0, 0))
        ),
        "frame without a place": png_with(chunk(b"acTL", struct.pack(">II", 2, 0)), chunk(b"fdAT", b"\0\0\0\1" + PIXEL)),
        "no end": png(pixels, end=False),
        "nothing but text": png(chunk(b"tEXt", b"x\0" + PAYLOAD)),
    }
    for name, content in made.items():
        yield f"broken PNG: {name}", partial(bytes, content)


def broken_others() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """GIFs, JPEGs and WebPs likewise."""
    yield "broken GIF: no frame", gif
    yield "broken GIF: no palette", lambda: gif(gif_frame(), flags=0, palette=b"")
    yield "broken GIF: frame outside", lambda: gif(gif_frame(left=60_000, top=60_000))
    yield "broken GIF: second frame outside", lambda: gif(gif_frame(), gif_frame(left=3_000, top=3_000))
    yield "broken GIF: frame of no size", lambda: gif(gif_frame(width=0, height=0))
    yield "broken GIF: codes of 12 bits", lambda: gif(gif_frame(data=b"\x0c\x02\x44\x01\x00"))
    yield (
        "broken GIF: codes of noise",
        lambda: gif(gif_frame(width=99, height=99, data=b"\x08\xff" + noise((255, 1), "L").tobytes() + b"\0")),
    )
    yield "broken GIF: disposal 7", lambda: gif(gif_control(7), gif_frame(), gif_control(3), gif_frame())
    yield (
        "broken GIF: transparency beyond the palette",
        lambda: gif(gif_control(2, 255), gif_frame(), gif_control(2, 254), gif_frame()),
    )
    yield "broken GIF: background beyond the palette", lambda: gif(gif_frame(), background=255)
    yield "broken GIF: blocks without end", lambda: gif(b"!\xfe" + b"\xff" * 5_000)
    yield "broken GIF: payload for codes", lambda: b"GIF89a" + PAYLOAD * 20
    yield "broken JPEG: size of zero", lambda: jpeg_of_size(0, 0)
    yield "broken JPEG: segment without end", lambda: b"\xff\xd8\xff\xe0\xff\xff" + PAYLOAD
    yield "broken JPEG: no tables", lambda: re.sub(rb"\xff\xc4..", b"\xff\xfe\0\x02", saved(noise(), "JPEG"), flags=re.DOTALL)
    yield "broken JPEG: segment of length zero", lambda: b"\xff\xd8\xff\xe1\0\0" + saved(noise(), "JPEG")[2:]
    yield "broken JPEG: tables alone", lambda: saved(noise(), "JPEG", streamtype=1)
    yield "broken JPEG: noise for data", lambda: (good := saved(noise(), "JPEG"))[: good.index(b"\xff\xda") + 14] + PAYLOAD * 40
    yield "broken JPEG: several in one, cut", lambda: saved(noise(), "MPO", save_all=True, append_images=[noise(), noise()])[:-900]
    yield "broken WebP: payload for data", lambda: b"RIFF\x99\0\0\0WEBPVP8 " + PAYLOAD * 4
    yield "broken WebP: length without end", lambda: (good := saved(noise(), "WEBP"))[:4] + b"\xff\xff\xff\xff" + good[8:]
    yield "broken WebP: noise for data", lambda: saved(noise(), "WEBP")[:40] + noise((30, 30), "L").tobytes()
    yield (
        "broken WebP: another size in the header",
        lambda: webp_with(b"JUNK", b"")[:24] + b"\1\0\0\1\0\0" + saved(noise(), "WEBP")[12:],
    )


def odd_but_good() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """What is rare, and means no harm."""
    yield "odd: CMYK", lambda: saved(noise().convert("CMYK"), "JPEG")
    yield "odd: JPEG that says it is inverted", lambda: jpeg_with(0xEE, b"Adobe\0\x64\0\0\0\0\x02")
    yield "odd: grey JPEG", lambda: saved(noise(mode="L"), "JPEG")
    yield "odd: several in one", lambda: saved(noise(), "MPO", save_all=True, append_images=[noise()])
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16"):
        yield f"odd: PNG of mode {mode}", partial(lambda mode: saved(Image.new(mode, (30, 20), 1), "PNG"), mode)
    yield "odd: PNG of 48 bits", lambda: png(chunk(b"IDAT", zlib.compress(b"\0" + b"\x12\x34" * 3)), depth=16)
    yield "odd: PNG of 64 bits", lambda: png(chunk(b"IDAT", zlib.compress(b"\0" + b"\x12\x34" * 4)), depth=16, colour=6)
    yield (
        "odd: PNG of two bits",
        lambda: png(chunk(b"PLTE", b"abcdef"), chunk(b"IDAT", zlib.compress(b"\0\x40")), depth=2, colour=3),
    )
    yield (
        "odd: palette with transparent colours",
        lambda: png(chunk(b"PLTE", b"abcdef"), chunk(b"tRNS", b"\0\x7f"), chunk(b"IDAT", zlib.compress(b"\0\1")), colour=3),
    )
    yield "odd: text in every language of PNG", lambda: saved(noise(), "PNG", pnginfo=_all_texts())
    yield "odd: WebP without loss", lambda: saved(noise(mode="RGBA"), "WEBP", lossless=True)
    yield (
        "odd: GIF of frames that overlap",
        lambda: gif(gif_frame(), gif_control(1), gif_frame(left=2, top=2), gif_control(2), gif_frame(left=1)),
    )
    yield "odd: a name that lies", lambda: saved(noise(), "GIF")


def _all_texts() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", PAYLOAD.decode())
    info.add_text("Description", PAYLOAD.decode() * 99, zip=True)
    info.add_itxt("XML:com.adobe.xmp", SVG.decode())
    return info


def outcome(content: bytes) -> dict[str, object]:
    """What taking this in does: the refusal's sentence, or what is wrong with the picture that came of it."""
    from memoryweb import pictures

    _forget_peak()
    began = time.process_time()
    try:
        cleaned = pictures.clean(content)
    except pictures.Unreadable as error:
        return {"refused": error.sentence, "seconds": time.process_time() - began, "megabytes": _peak()}
    told = {"seconds": time.process_time() - began, "megabytes": _peak()}
    wrong = [f"payload in {len(each)} bytes" for each in (cleaned.content, *cleaned.thumbnails.values()) if PAYLOAD[:20] in each]
    for file in (cleaned.content, *cleaned.thumbnails.values()):
        with Image.open(io.BytesIO(file), formats=KINDS) as opened:
            opened.load()
            said = set(opened.info) - {
                "duration",
                "loop",
                "background",
                "transparency",
                "version",
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "timestamp",
                "extension",
                "default_image",
                "disposal",
                "blend",
                "bbox",
            }
            wrong += [f"{name} is left" for name in said] + ["EXIF is left"] * bool(opened.getexif())
    if len(cleaned.content) > pictures.MOST_BYTES:
        wrong.append("larger than what may be sent")
    return {"wrong": wrong, **told}


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> float:
    """The most memory this process held since `_forget_peak`, in MB."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))[1]) / 1024  # type: ignore[index]


if __name__ == "__main__":
    json.dump({file.name: outcome(file.read_bytes()) for file in sorted(Path(sys.argv[1]).iterdir())}, sys.stdout)
