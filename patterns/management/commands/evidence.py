"""The track record of rules on a universe, from the command line."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patterns.management.doors import in_one_sentence, thread_count
from patterns.models import Evidence, Interval, Universe
from patterns.moments import said
from patterns.queries.evidence import Entry, entries_of, survivorship, tries_on
from patterns.services.evidence import COSTS, HORIZONS, Terms, judge_here
from patterns.services.noise import measure_noise
from patterns.services.pieces import warm_once
from patterns.services.rules import asked_rules, meant_patterns
from patterns.services.universes import find_universe, shown_name

FIRST = (  # as the document has them; what else there is follows
    "pattern", "side", "matches", "triggered", "trigger_rate", "target_first", "target_first_low", "target_first_high", "mean_r",
    "mean_r_low", "mean_r_high", "median_r", "profit_factor", "median_bars", "control_mean_r", "edge", "edge_low", "edge_high",
    "running_at_end", "waiting_at_end", "by_year", "by_score_band", "by_regime", "out_of_sample",
)  # fmt: skip
TABLE = (  # title, key, how it is written
    ("pattern", "pattern", "{}"),
    ("side", "side", "{}"),
    ("matches", "matches", "{:,}"),
    ("trigger", "trigger_rate", "{:.2f}"),
    ("trades", "trades", "{:,}"),
    ("target first", "target_first", "{:.2f}"),
    ("mean R", "mean_r", "{:+.2f}"),
    ("control", "control_mean_r", "{:+.2f}"),
    ("edge", "edge", "{:+.2f}"),
    ("from", "edge_low", "{:+.2f}"),
    ("to", "edge_high", "{:+.2f}"),
    ("beyond luck", "beyond_luck", "{:.2f}"),
    ("below", "below_luck", "{:.2f}"),
    ("claim", "claim", "{}"),
)


class Command(BaseCommand):
    help = (
        "Replay rules over all history of a universe and print what came of them, against random entries. Progress goes to standard error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("universe", metavar="UNIVERSE")
        parser.add_argument("--pattern", action="append", default=[], metavar="P", help="may be given several times (default: all)")
        parser.add_argument("--interval", choices=Interval.values, default=Interval.DAY_1.value)
        parser.add_argument("--from", dest="since", metavar="DATE", help="matches that became known from then on (default: the first bar)")
        parser.add_argument("--to", dest="until", metavar="DATE", help="the last bar it may know (default: the latest)")
        parser.add_argument("--horizon", type=int, default=Evidence.HORIZON, metavar="BARS", help=f"{HORIZONS[0]} to {HORIZONS[1]}")
        parser.add_argument("--costs", type=float, default=Evidence.COSTS, metavar="C", help=f"a side, at most {COSTS[1]:g} of the price")
        parser.add_argument(
            "--confirm", choices=Evidence.Confirm.values, default=Evidence.Confirm.TOUCH.value, help="touch of entry, or a close beyond it"
        )
        parser.add_argument("--format", choices=("table", "json"), default="table")
        parser.add_argument("--threads", type=thread_count, metavar="N", help="default: one a core")

    def handle(self, *args: object, **options: Any) -> None:
        with in_one_sentence():
            universe = find_universe(name=options["universe"])
            rules, meant = asked_rules(patterns=options["pattern"]), meant_patterns(patterns=options["pattern"])
            warm_once(lambda done, total, title: self._say(f"kernels {done}/{total}  {title}"))
            started = time.monotonic()
            rows = judge_here(
                universe=universe,
                rules=rules,
                interval=options["interval"],
                since=options["since"],
                until=options["until"],
                terms=Terms(options["horizon"], options["costs"], options["confirm"]),
                now=timezone.now(),
                threads=options["threads"],
                progress=lambda done, total: self._say(f"{done:,} / {total:,} instruments"),
            )
            self._say("the same days in random order")
            _add_noise(rows, options["threads"])
            took = time.monotonic() - started
        self._say("")
        self._name_failures(rows)
        document = _document(universe, rows, meant, took)
        self.stderr.write(f"{document['instruments']:,} instruments, {document['from']} to {document['to']}, in {took:.1f} s")
        self.stdout.write(json.dumps(document, indent=2, allow_nan=False) if options["format"] == "json" else _table(document))

    def _say(self, text: str) -> None:
        """Progress in one line, on a terminal only."""
        if self.stderr.isatty():
            self.stderr.write(f"\r\033[K{text}", ending="")

    def _name_failures(self, rows: Sequence[Evidence]) -> None:
        failed = [row for row in rows if row.status == Evidence.Status.FAILED]
        for row in failed:
            self.stderr.write(f"{row.rule.detector}: {row.fault}")
        if len(failed) == len(rows):
            raise CommandError("No rule could be judged.")


def _add_noise(rows: Sequence[Evidence], threads: int | None) -> None:
    """How often the same rules fire on shuffled bars, where that is not counted yet."""
    measure_noise(evidence_ids=[row.pk for row in rows], threads=threads)
    noise = dict(Evidence.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "noise"))
    for row in rows:
        row.noise = noise.get(row.pk)


def _document(universe: Universe, rows: Sequence[Evidence], meant: set[str], took: float) -> dict[str, Any]:
    first = next(row for row in rows if row.status == Evidence.Status.DONE)
    tries = tries_on([(universe.pk, first.interval)])[universe.pk, first.interval]
    entries = [entry for row in rows for entry in entries_of(row, tries, whole=True) if entry["pattern"] in meant]
    return {
        "universe": shown_name(universe),
        "interval": first.interval,
        "from": said(first.since, first.interval),
        "to": said(first.until, first.interval),
        "horizon": first.horizon,
        "costs": first.costs,
        "confirm": first.confirm,
        "instruments": first.total,
        "data_version": first.data_version,
        "settings_tried": tries.looks,
        "survivorship": survivorship(universe, first.left_out),
        "took_ms": round(1000 * took),
        "patterns": [_in_order(entry) for entry in sorted(entries, key=_strongest)],
    }


def _strongest(entry: Entry) -> tuple[float, str, str]:
    return -(entry["edge"] if entry["edge"] is not None else float("-inf")), entry["pattern"], entry["side"]


def _in_order(entry: Entry) -> Entry:
    return {name: entry[name] for name in FIRST} | {name: value for name, value in entry.items() if name not in FIRST}


def _table(document: Mapping[str, Any]) -> str:
    lines = [[title for title, _, _ in TABLE]]
    lines += [["—" if entry[key] is None else form.format(entry[key]) for _, key, form in TABLE] for entry in document["patterns"]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = ["  ".join([cell.ljust(width) if k < 2 else cell.rjust(width) for k, (cell, width) in enumerate(zip(line, widths, strict=True))])
            for line in lines]  # fmt: skip
    tried = f"{document['settings_tried']} patterns and settings were looked at on this universe."
    return "\n".join([*text, "", tried, *filter(None, [document["survivorship"]])]) if document["patterns"] else "Nothing was found."
