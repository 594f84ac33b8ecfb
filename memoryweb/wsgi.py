"""The WSGI application that any server runs: `memoryweb.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "memoryweb.settings")
application = get_wsgi_application()

from memoryweb.localapi import meaning  # noqa: E402  # its tables are known only now

meaning.wake()
