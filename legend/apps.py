from django.apps import AppConfig


class LegendConfig(AppConfig):
    name = "legend"

    def ready(self) -> None:
        from . import celery, checks  # noqa: F401  each registers itself
