"""The newcomer's path, timed: clone into an empty folder, `make run`, open the printed link and come in, create a memory over HTTP.

Then once more, for the second start. Prints what it saw, and exits with an error at the first thing that is not so.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from memoryweb.tests.environment import DOCUMENTED  # noqa: E402  # the clone's own tests know the settings' names
from memoryweb.tests.server import come_in, free_port  # noqa: E402  # found by the path that is added above


def start(folder: Path, port: int) -> tuple[subprocess.Popen[str], str, float]:
    """`make run`; returns the process, the sign-in link and how many seconds it took to print it."""
    environment = {name: value for name, value in os.environ.items() if name not in DOCUMENTED and name != "MAKEFLAGS"}
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=folder,
        env=environment | {"PORT": str(port), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    printed = []
    for line in process.stdout:
        printed.append(line)
        if found := re.search(r"http://\S+/signin/\S+", line):
            return process, found[0], time.monotonic() - began
    sys.exit("make run printed no sign-in link:\n" + "".join(printed))


def stop(process: subprocess.Popen[str], port: int) -> None:
    """Ctrl-C; nothing may be left behind."""
    os.killpg(process.pid, signal.SIGINT)
    process.wait(20)
    try:
        requests.get(f"http://127.0.0.1:{port}/healthz", timeout=2)
    except requests.ConnectionError:
        return
    sys.exit("the server still answers after Ctrl-C")


def use(link: str, port: int) -> None:
    """Sign in by the link, load the page, create a memory with the page's own form, and see it."""
    base = f"http://127.0.0.1:{port}"
    session = requests.Session()
    check("Come in as" in session.get(link, timeout=20).text, "the link opens a page with one button")
    page = come_in(session, link)
    check(page.status_code == 200 and "All memories" in page.text, "the button signs in and leads to the memories")
    form = session.get(f"{base}/memories/new/", timeout=20).text
    secret = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    text = f"The newcomer's memory of {time.time_ns()}"
    fields = {"csrfmiddlewaretoken": secret, "text": text, "bucket": ""}
    answer = session.post(f"{base}/memories/new/", data=fields, headers={"Referer": base}, timeout=20)
    check(answer.status_code == 200 and "Saved in General" in answer.text, "the form saves a memory")
    check(text.split(" of ")[1] in answer.text, "the list shows it")
    check(requests.get(link, timeout=20).status_code == 410, "the link works once")


def check(holds: bool, what: str) -> None:
    """Print what holds; end where it does not."""
    if not holds:
        sys.exit(f"not so: {what}")
    print(f"  ok: {what}")


def main() -> None:
    """Clone what is committed, and run it twice."""
    with tempfile.TemporaryDirectory() as empty:
        clone = Path(empty) / "memoryweb"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        port = free_port()
        for number, limit in ((1, 60), (2, 15)):
            process, link, seconds = start(clone, port)
            print(f"  start {number}: the link was printed after {seconds:.1f} s")
            check(seconds < limit, f"start {number} takes less than {limit} s")
            use(link, port)
            stop(process, port)
    print("The newcomer's path is open.")


if __name__ == "__main__":
    main()
