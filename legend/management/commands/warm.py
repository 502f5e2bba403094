"""`manage.py warm`: compile the kernels ahead of the first start, as the image does."""

from typing import Any

from django.core.management.base import BaseCommand

from legend.kernels import make_ready


class Command(BaseCommand):
    help = "Compile the kernels of the engine, so that no start has to."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        make_ready(self.stderr.write)
