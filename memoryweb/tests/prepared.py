"""A data folder as it is after a first start, made once and copied: to make one takes longer than most tests."""

import atexit
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).resolve().parent.parent.parent
DATABASE = "memoryweb.sqlite3"
PREPARE = "import django; django.setup(); from memoryweb.management.commands import serve; serve.prepare()"


def environment_of(folder: Path) -> dict[str, str]:
    """What a process is started with whose data lie in `folder`, and for which this machine sets nothing."""
    from memoryweb.tests.environment import DOCUMENTED  # not before: to import it takes this process's own settings away

    ours = {name: value for name, value in os.environ.items() if name not in DOCUMENTED}
    return ours | {"ENV_FILE": "", "DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "memoryweb.settings"}


def fill(folder: Path) -> None:
    """Put an empty database and the static files into `folder`, unless it has a database."""
    if (folder / DATABASE).exists():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copytree(_made() / "static", folder / "static", dirs_exist_ok=True)
    shutil.copy(_made() / DATABASE, folder)


@cache
def _made() -> Path:
    folder = Path(mkdtemp(prefix="memoryweb-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with_captions = {"CAPTION_URL": "http://127.0.0.1:9", "CAPTION_MODEL": "none"}  # they need tables of their own
    subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=environment_of(folder) | with_captions, check=True)
    return folder
