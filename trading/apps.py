from django.apps import AppConfig


class TradingConfig(AppConfig):
    name = "trading"
    verbose_name = "Trades"

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - hears from here on
