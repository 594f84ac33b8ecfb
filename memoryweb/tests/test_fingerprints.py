"""A fingerprint is the perceptual hash that other programs know, and the pictures of the examples differ by it."""

from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image

from memoryweb import fingerprints, localapi

EXAMPLES = {
    file.stem: fingerprints.of(Image.open(file)) for file in sorted((Path(localapi.__file__).parent / "examples").glob("*.webp"))
}


@pytest.mark.parametrize(
    ("name", "known"),  # as ImageHash 4.3.2 has them: phash(picture, hash_size=16, highfreq_factor=2)
    [
        ("lake", "82cbf83c7d0703c3783c8787e8f97e1f11c5a49843eb5e3c39874c7942c6b2b1"),
        ("whiteboard", "dbafb55bd8b4355bb4c349a58658caa4a4c7c006e561f042682c3bf79ad35ab4"),
        ("floorplan", "ebb1c167bd466748c44e849c953b6993c06399ec1eb166537b8d97286ed47246"),
    ],
)
def test_it_is_the_hash_that_imagehash_makes(name, known):
    assert fingerprints.near(EXAMPLES[name], [(1, bytes.fromhex(known))], most=4)  # decoders differ in a shade here and there


def test_different_pictures_are_far_apart():
    for one, other in combinations(EXAMPLES.values(), 2):
        assert not fingerprints.near(one, [(1, other)], most=2 * fingerprints.ALIKE)


@pytest.mark.parametrize("colour", ["white", "black", "#808080"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P"])
def test_a_plain_surface_has_none(mode, colour):
    assert fingerprints.of(Image.new(mode, (50, 40), colour)) == b""


@pytest.mark.parametrize("picture", [Image.linear_gradient("L"), Image.linear_gradient("L").rotate(90), Image.radial_gradient("L")])
def test_nor_has_a_bare_gradient(picture):
    assert fingerprints.of(picture.resize((500, 300))) == b""


def test_it_counts_the_bits_that_differ():
    assert fingerprints.near(b"\x00\x0f", [(1, b"\x80\x0f"), (2, b"\x00\x0f")]) == {1: 1, 2: 0}
    assert fingerprints.near(b"\xff" * 32, [(1, b"\x00" * 32)], most=256) == {1: 256}
    assert fingerprints.near(b"\xff" * 32, [(1, b"\x00" * 32)]) == {}
