"""Bars of a universe out of the database into one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from legend.lib.errors import LegendError
from patterns.models import Interval
from patterns.services.export import export_bars
from patterns.services.universes import find_universe


class Command(BaseCommand):
    help = "Write the bars of a universe to a .csv or .parquet file, as import_bars reads them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("universe", metavar="UNIVERSE")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--interval", choices=Interval.values, default=Interval.DAY_1.value)

    def handle(self, *args: object, **options: Any) -> None:
        try:
            universe = find_universe(name=options["universe"])
            exported = export_bars(universe=universe, path=options["file"], interval=options["interval"])
        except LegendError as error:
            raise CommandError(error.detail) from None
        self.stderr.write(f"{exported.bars:,} bars of {exported.instruments:,} instruments in {options['file']}")
