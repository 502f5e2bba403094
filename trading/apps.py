from django.apps import AppConfig

from legend.lib.registries import belongings


class TradingConfig(AppConfig):
    name = "trading"
    verbose_name = "Trades"

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - hears from here on
        from .belongings import BELONGINGS

        belongings.add(BELONGINGS)
