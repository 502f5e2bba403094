"""The Celery app: `celery -A legend worker`, `celery -A legend beat`; in embedded mode `legend.embedded` runs both inside."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legend.settings")

from celery import Celery
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

app = Celery("legend")
app.config_from_object("django.conf:settings", namespace="CELERY")
# threads of an in-process pool otherwise meet another app and drop every task as not registered
app.set_default()
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def keep_django_logging(**_: object) -> None:
    """Connected, so that Celery leaves logging as settings made it."""
