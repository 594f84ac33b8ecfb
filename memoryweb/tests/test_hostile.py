"""Two hundred files that mean harm or are broken: each is refused with a sentence, or nothing is left of it but a picture.

They are taken in by a process of their own, whose time (of its processor) and memory are those of a real worker's.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from memoryweb.tests.hostile import files
from memoryweb.tests.thorough import far

MOST_SECONDS, MOST_MEGABYTES = 5, 512
EVERY = dict(files())
FILES = dict(list(EVERY.items())[:: far(4, 1)])
ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = [
    pytest.mark.xdist_group("hostile"),
    pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="measures memory as Linux tells it"),
]
# What means no harm has to be taken: refusing everything would be safe too.
GOOD = {name for name in FILES if name.startswith(("odd: ", "polyglot: JPEG and", "metadata: EXIF in", "metadata: orientation"))}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What became of each file, by its name."""
    folder = tmp_path_factory.mktemp("hostile")
    for number, make in enumerate(FILES.values()):
        (folder / f"{number:03}").write_bytes(make())
    done = subprocess.run(
        [sys.executable, "-m", "memoryweb.tests.hostile", folder], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return {name: told[f"{number:03}"] for number, name in enumerate(FILES)}


def test_there_are_two_hundred():
    assert len(EVERY) >= 200


@pytest.mark.parametrize("name", FILES)
def test_it_is_refused_or_made_harmless_in_little_time_and_memory(outcomes, name):
    outcome = outcomes[name]
    assert outcome.get("wrong", []) == []
    assert outcome.get("refused", "yes")
    assert outcome["seconds"] < MOST_SECONDS
    assert outcome["megabytes"] < MOST_MEGABYTES


@pytest.mark.parametrize("name", sorted(GOOD))
def test_what_means_no_harm_is_taken(outcomes, name):
    assert "refused" not in outcomes[name]


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(("no picture", "not on the list"))])
def test_what_is_no_picture_of_the_list_is_refused(outcomes, name):
    assert "PNG, JPEG, WebP or GIF" in outcomes[name]["refused"]
