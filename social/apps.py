from django.apps import AppConfig

from legend.lib.registries import belongings, couriers, notification_kinds


class SocialConfig(AppConfig):
    name = "social"
    verbose_name = "Community"

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - hears from here on
        from .belongings import BELONGINGS
        from .couriers.email import Email
        from .couriers.in_app import InApp
        from .kinds import KINDS

        couriers.add(InApp())
        couriers.add(Email())
        for kind in KINDS:
            notification_kinds.add(kind)
        belongings.add(BELONGINGS)
