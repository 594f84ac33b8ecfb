"""Imported first by a proof: Django as the instance has it that the proof starts, over the same data folder."""

import os
from pathlib import Path

import django

from memoryweb.tests import environment  # noqa: F401  # no setting of this machine is seen

os.environ |= {"DJANGO_SETTINGS_MODULE": "memoryweb.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}  # the browser's loop is no view
django.setup()

FOLDER = Path(os.environ["DATA_DIR"])
SECRETS = {"SECRET_KEY": os.environ["SECRET_KEY"]}
