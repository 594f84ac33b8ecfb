"""What workers share with the process that they are forked from: all that they need for a page, and nothing that a fork breaks."""

import json
import multiprocessing
import subprocess
import sys

import pytest

from memoryweb.tests import prepared

LOADED = """
import json, sys, threading
from unittest import mock
import django
django.setup()
from django.db import connection
from django.template import engines
from django.test import Client
from memoryweb.accounts import services
from memoryweb.preloading import preload

preload()
before, templates = set(sys.modules), len(engines.all()[0].env.cache)
broken = [thread.name for thread in threading.enumerate()[1:]] + ["database"] * (connection.connection is not None)
client = Client(SERVER_NAME="127.0.0.1")
client.force_login(services.owner())
status = client.get("/").status_code
ours = [name for name in set(sys.modules) - before if name.partition(".")[0] in ("memoryweb", "memories", "buckets", "allauth")]
json.dump([status, broken, ours, len(engines.all()[0].env.cache) - templates], sys.stdout)
"""


@pytest.mark.skipif(multiprocessing.get_start_method() != "fork", reason="workers are not forked here")
def test_the_first_page_loads_nothing_that_was_not_loaded_before_the_fork(tmp_path):
    prepared.fill(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=prepared.ROOT, env=prepared.environment_of(tmp_path), stdout=subprocess.PIPE, check=True
    )
    status, broken, modules, templates = json.loads(done.stdout)
    assert (status, broken) == (200, [])
    assert (modules, templates) == ([], 0)
