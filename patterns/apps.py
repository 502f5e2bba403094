from django.apps import AppConfig

from legend.lib.registries import FirstData, at_embedded_start, belongings, first_data


class PatternsConfig(AppConfig):
    name = "patterns"

    def ready(self) -> None:
        from . import first_start, receivers  # noqa: F401 - hears from here on
        from .belongings import BELONGINGS

        first_data.add(FirstData("Simulated market", first_start.load_simulated_market))
        first_data.add(FirstData("First scan", first_start.scan_simulated_market))
        first_data.add(FirstData("Evidence", first_start.judge_simulated_market))
        at_embedded_start.add(first_start.take_up_scans)
        at_embedded_start.add(first_start.take_up_evidence)
        belongings.add(BELONGINGS)
