"""That what pictures take of memory is given back, whichever threads they were decoded in."""

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
THREADS = 4
DECODED = """
import io, json, os, sys
from concurrent.futures import ThreadPoolExecutor
from django.conf import settings
settings.configure()
from PIL import Image
from memoryweb import pictures

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

output = io.BytesIO()
Image.effect_noise((1000, 750), 40).resize((4000, 3000)).convert("RGB").save(output, "JPEG", quality=90)
threads = [ThreadPoolExecutor(1) for _ in range(int(sys.argv[1]) + 1)]
after = [threads[n].submit(lambda: (pictures.clean(output.getvalue()), held())[1]).result() for n in range(len(threads))]
json.dump(after, sys.stdout)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators keep what they like")
def test_no_thread_keeps_what_it_decoded():
    done = subprocess.run([sys.executable, "-c", DECODED, str(THREADS)], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    first, *_, last = json.loads(done.stdout)
    assert last - first < 48_000_000  # the pixels of one of them
