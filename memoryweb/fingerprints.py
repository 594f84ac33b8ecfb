"""How a picture looks, in 256 bits: pictures that look alike differ in few of them.

The perceptual hash of the ImageHash library (`phash(picture, hash_size=16, highfreq_factor=2)`), whose one need of scipy is a small
discrete cosine transform. docs/decisions.md has what was compared.
"""

from collections.abc import Iterable
from itertools import product
from math import cos, pi
from operator import mul
from statistics import median

from PIL import Image

ALIKE = 32  # bits that resizing, compressing anew, and slightly cropping or brightening leave unchanged all but so many of
_SIDE = 32  # pixels that are looked at, across and down
_WAVES = 16  # of the cosine's frequencies that count, across and down
_STRONG, _ENOUGH = 24, 64  # a plain surface has fewer frequencies so strong; noise would decide about the others
_COSINES = [[cos(pi * wave * (2 * place + 1) / (2 * _SIDE)) for place in range(_SIDE)] for wave in range(_WAVES)]


def of(picture: Image.Image) -> bytes:
    """A picture's fingerprint; empty for a plain surface or a bare gradient, which little tells from others.

    What is clear counts as white.
    """
    levels = _flat(picture).convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS).tobytes()
    rows = [levels[start : start + _SIDE] for start in range(0, len(levels), _SIDE)]
    across = [[_sum(cosines, row) for row in rows] for cosines in _COSINES]  # by frequency, then by row
    strengths = [_sum(cosines, column) for cosines, column in product(_COSINES, across)]
    if sum(abs(strength) > _STRONG for strength in strengths) < _ENOUGH:
        return b""
    middle = median(strengths)
    return int("".join("01"[strength > middle] for strength in strengths), 2).to_bytes(_WAVES * _WAVES // 8)


def near(one: bytes, others: Iterable[tuple[int, bytes]], most: int = ALIKE) -> dict[int, int]:
    """Of fingerprints with their keys, the keys of those that differ from `one` in at most so many bits, and in how many."""
    bits = int.from_bytes(one)
    return {key: apart for key, other in others if (apart := (bits ^ int.from_bytes(other)).bit_count()) <= most}


def _flat(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture
    clear = picture.convert("RGBA")
    flat = Image.new("RGBA", clear.size, "white")
    flat.alpha_composite(clear)
    return flat


def _sum(cosines: list[float], values: bytes | list[float]) -> float:
    return sum(map(mul, cosines, values))
