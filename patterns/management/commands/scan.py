"""A scan from the command line."""

import time
from argparse import ArgumentParser
from collections.abc import Collection
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patterns.management.doors import FORMATS, add_beside, in_one_sentence, least_score, shown, thread_count
from patterns.models import Interval, Scan
from patterns.moments import said
from patterns.queries.evidence import evidence_beside, named, strength
from patterns.queries.results import members_of, open_results
from patterns.services.candidates import keep_candidates
from patterns.services.pieces import warm_once
from patterns.services.presentation import present
from patterns.services.rules import asked_rules, meant_patterns
from patterns.services.scans import run_scan_here
from patterns.services.universes import find_universe, shown_name


class Command(BaseCommand):
    help = "Scan a universe now and print what is ready or triggered at the as-of close, best first. Progress goes to standard error."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("universe", metavar="UNIVERSE")
        parser.add_argument("--as-of", metavar="DATE", help="the last bar it may know (default: the latest)")
        parser.add_argument("--interval", choices=Interval.values, default=Interval.DAY_1.value)
        parser.add_argument("--pattern", action="append", default=[], metavar="P", help="may be given several times (default: all)")
        parser.add_argument("--min-score", type=least_score, default=0.0, metavar="N")
        parser.add_argument("--format", choices=FORMATS, default="table")
        add_beside(parser)
        parser.add_argument("--threads", type=thread_count, metavar="N", help="default: one a core")

    def handle(self, *args: object, **options: Any) -> None:
        patterns = options["pattern"]
        with in_one_sentence():
            rules = asked_rules(patterns=patterns)
            universe = find_universe(name=options["universe"])
            warm_once(lambda done, total, title: self._say(f"kernels {done}/{total}  {title}"))
            started = time.monotonic()
            scan = run_scan_here(
                universe=universe,
                rules=rules,
                interval=options["interval"],
                as_of=options["as_of"],
                now=timezone.now(),
                threads=options["threads"],
                progress=lambda done, total: self._say(f"{done:,} / {total:,} instruments"),
            )
            took = time.monotonic() - started
        self._summarise(scan, took)
        if scan.status in (Scan.Status.FAILED, Scan.Status.CANCELLED):
            raise CommandError(_why(scan))
        meant = meant_patterns(patterns=patterns)
        rows = open_results(scan=scan, patterns=meant, min_score=options["min_score"])
        beside = evidence_beside(row.match for row in rows)
        ranked = sorted(rows, key=lambda row: (-row.match.score, -strength(row.match, beside)))
        members = members_of(ranked)
        matches = [
            present(match=row.match, shown=row, as_of=scan.as_of, evidence=beside.get(named(row.match)), members=members[row.pk])
            for row in ranked
        ]
        document = {
            "universe": shown_name(universe),
            "as_of": said(scan.as_of, scan.interval),
            "interval": scan.interval,
            "bars_last_date": said(scan.bars_last_at, scan.interval) if scan.bars_last_at else None,
            "instruments": scan.total - len(scan.skipped) - len(scan.failed),
            "took_ms": round(1000 * took),
        }
        self.stdout.write(shown(matches, document, options["format"], _beside(scan, meant, options)))

    def _say(self, text: str) -> None:
        """Progress in one line, on a terminal only."""
        if self.stderr.isatty():
            self.stderr.write(f"\r\033[K{text}", ending="")

    def _summarise(self, scan: Scan, took: float) -> None:
        self._say("")
        looked_at = scan.total - len(scan.skipped) - len(scan.failed)
        self.stderr.write(f"{looked_at:,} of {scan.total:,} instruments as of {said(scan.as_of, scan.interval)} in {took:.1f} s")
        for word, left_out in (("skipped", scan.skipped), ("failed", scan.failed)):
            if left_out:
                more = f" … and {len(left_out) - 3} more" if len(left_out) > 3 else ""
                self.stderr.write(f"{len(left_out):,} {word}: {' '.join(entry['reason'] for entry in left_out[:3])}{more}")


def _beside(scan: Scan, meant: Collection[str], options: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    kinds = [(name, kind) for name, kind in (("near_misses", "near"), ("forming", "forming")) if options[kind]]
    if kinds:
        keep_candidates(scan_id=scan.pk)
    rows = scan.candidates.filter(pattern__in=meant, score__gte=options["min_score"]).order_by("rank")
    return {name: [row.told for row in rows.filter(kind=kind)] for name, kind in kinds}


def _why(scan: Scan) -> str:
    if scan.status == Scan.Status.CANCELLED:
        return "The scan was cancelled."
    first = (scan.failed or scan.skipped)[0]
    return f"Not one of the {scan.total:,} instruments could be scanned; {first['symbol']}: {first['reason']}"
