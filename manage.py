#!/usr/bin/env python
"""Legend's command line: `python manage.py help` lists the commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legend.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        hasattr(settings, "DATA")  # reads every setting
    except (ImproperlyConfigured, ValueError) as error:
        sys.exit(f"Legend cannot start: {error}\nEvery setting is explained in .env.example.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
