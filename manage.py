#!/usr/bin/env python3
"""Django's command line for memoryweb; `manage.py serve` is the one that runs it."""

import os
import sys


def main() -> None:
    """Run one management command.

    A setting that cannot be used ends it with one line that names the setting and what it should be.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "memoryweb.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"memoryweb: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
