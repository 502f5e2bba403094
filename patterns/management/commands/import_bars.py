"""Bars from CSV and Parquet files into the database."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from legend.lib.errors import LegendError
from patterns.models import Interval
from patterns.providers.listings import read_listings
from patterns.services.import_report import ImportReport
from patterns.services.ingest import DEFAULT_UNIVERSE, NothingTaken, check_import_universe, import_file


class Command(BaseCommand):
    help = (
        "Import bars from CSV or Parquet files: symbol, date, open, high, low, close and volume, or one file per symbol. "
        "Says what was taken, what was refused and why. Exit code 1 if nothing was taken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--interval", choices=Interval.values, default=Interval.DAY_1.value)
        parser.add_argument("--universe", default=DEFAULT_UNIVERSE, metavar="NAME", help="made or extended; default %(default)s")
        parser.add_argument("--symbol", metavar="S", help="of a file without that column (default: the file's name)")
        parser.add_argument("--names", type=Path, metavar="FILE", help="CSV with symbol, name, sector, industry")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: object, **options: Any) -> None:
        started = time.monotonic()
        files: list[Path] = options["files"]
        if options["symbol"] and len(files) > 1:
            raise CommandError("--symbol is for a single file.")
        try:
            check_import_universe(options["universe"])
            listings = read_listings(options["names"]) if options["names"] else {}
        except LegendError as error:
            raise CommandError(error.detail) from None
        answers: list[dict[str, object]] = []
        taken = 0
        for number, path in enumerate(files, start=1):
            self.stderr.write(f"[{number}/{len(files)}] {path.name} …")
            try:
                report = import_file(
                    path=path,
                    now=timezone.now(),
                    interval=options["interval"],
                    universe=options["universe"],
                    symbol=options["symbol"],
                    listings=listings,
                )
            except LegendError as error:
                self.stderr.write(self.style.ERROR(error.detail))
                answers.append(_refusal(path, error))
                continue
            taken += report.taken
            answers.append(report.as_dict())
            if options["format"] == "text":
                self.stdout.write(report.as_text() + "\n")
        if options["format"] == "json":
            document = {
                "universe": options["universe"],
                "interval": options["interval"],
                "taken": taken,
                "took_ms": round((time.monotonic() - started) * 1000),
                "files": answers,
            }
            self.stdout.write(json.dumps(document, indent=2))
        if not taken:
            raise SystemExit(1)


def _refusal(path: Path, error: LegendError) -> dict[str, object]:
    report: ImportReport | None = error.report if isinstance(error, NothingTaken) else None
    return {"file": path.name, "error": {"code": error.code, "detail": error.detail}} | (report.as_dict() if report else {})
