"""The project's settings with the leanest stack that still knows who is signed in, and compresses."""

from pathlib import Path

from memoryweb.settings import *  # noqa: F403
from memoryweb.settings import BASE_DIR
from memoryweb.settings import INSTALLED_APPS as APPS
from memoryweb.settings import TEMPLATES as OURS

LEFT = [app for app in APPS if not app.startswith("allauth")]  # it insists on its middleware
INSTALLED_APPS = ["bench.floor.apps.QuietAudit" if app == "memoryweb.audit" else app for app in LEFT]
ROOT_URLCONF = "bench.floor.urls"
MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
HERE = Path(__file__).parent / "templates"
LEAN = OURS[0] | {"NAME": "lean", "DIRS": [HERE], "OPTIONS": {}}
MARKED_UP = OURS[0] | {
    "NAME": "marked up",
    "DIRS": [HERE, BASE_DIR / "templates"],
    "OPTIONS": {"environment": "memoryweb.templating.environment"},
}
TEMPLATES = [LEAN, MARKED_UP]
