"""Serves the floor as `manage.py serve` serves the pages: the same server, its workers and threads."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.floor.settings"

import django  # noqa: E402  # it reads the settings that are named above

django.setup()

from memoryweb.management.commands.serve import run_server  # noqa: E402  # its models need Django set up

if __name__ == "__main__":  # each worker imports this module once more
    run_server()
