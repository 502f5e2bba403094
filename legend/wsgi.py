"""For servers that speak WSGI only: everything but live hints."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legend.settings")
application = get_wsgi_application()

from legend.checks import refuse_to_start  # noqa: E402

refuse_to_start()
