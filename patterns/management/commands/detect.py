"""One series from the command line."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patterns.management.doors import FORMATS, add_beside, in_one_sentence, shown
from patterns.models import Interval
from patterns.moments import said
from patterns.services.detection import Detection, detect, detect_in_file
from patterns.services.pieces import warm_once

FILES = (".csv", ".parquet", ".txt", ".pq")


class Command(BaseCommand):
    help = "Print what is ready or triggered in one file (CSV or Parquet) or one stored symbol, best first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="FILE_OR_SYMBOL")
        parser.add_argument("--symbol", metavar="S", help="which symbol of the file")
        parser.add_argument("--as-of", metavar="DATE", help="the last bar it may know (default: the latest)")
        parser.add_argument("--interval", choices=Interval.values, default=Interval.DAY_1.value)
        parser.add_argument("--pattern", action="append", default=[], metavar="P", help="may be given several times (default: all)")
        parser.add_argument("--format", choices=FORMATS, default="table")
        add_beside(parser)
        parser.add_argument("--chart", type=Path, metavar="OUT.PNG", help="draw the best match")

    def handle(self, *args: object, **options: Any) -> None:
        chart: Path | None = options["chart"]
        if chart is not None and chart.suffix.lower() != ".png":
            raise CommandError(f"--chart writes PNG; call the file {chart.with_suffix('.png').name}.")
        with in_one_sentence():
            warm_once()
            started = time.monotonic()
            found = _detect(options)
            took = time.monotonic() - started
        document = {
            "symbol": found.instrument.symbol,
            "source": options["source"],
            "interval": found.interval,
            "as_of": said(found.as_of or found.last_at, found.interval),
            "bars_last_date": said(found.last_at, found.interval),
            "bars": found.bars.size,
            "took_ms": round(1000 * took),
        }
        if chart is not None:
            self._draw(found, chart)
        beside = {name: found.candidates(kind) for name, kind in (("near_misses", "near"), ("forming", "forming")) if options[kind]}
        self.stdout.write(shown(found.matches(), document, options["format"], beside))

    def _draw(self, found: Detection, path: Path) -> None:
        from patterns.charting.image import draw_chart

        best = found.found[0][0] if found.found else None
        try:
            path.write_bytes(draw_chart(instrument=found.instrument, interval=found.interval, bars=found.bars, match=best))
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
        self.stderr.write(f"{path} shows {best.detail['title'] if best else 'the bars'}.")


def _detect(options: dict[str, Any]) -> Detection:
    source, asked = options["source"], {name: options[name] for name in ("interval", "as_of")}
    path = Path(source)
    if path.suffix.lower() in FILES or "/" in source or path.is_file():
        return detect_in_file(path=path, symbol=options["symbol"], patterns=options["pattern"], now=timezone.now(), **asked)
    if options["symbol"]:
        raise CommandError("--symbol is for a file that holds several.")
    return detect(ticker=source, patterns=options["pattern"], now=timezone.now(), **asked)
