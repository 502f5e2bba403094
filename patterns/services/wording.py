"""What figures say, in plain words."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
YEAR = dt.timedelta(days=365.2425)


def evidence_sentence(entry: Mapping[str, Any], *, since: dt.datetime, until: dt.datetime) -> str:
    """Two sentences: what happened to the trades, and what that is against chance.

    entry : judged figures of one pattern and side; rates are fractions, results in R.
    """
    trades, span = entry["trades"], span_in_words(since, until)
    if not trades:
        found = f"Found {times(entry['matches'])} in {span} on these shares; no trade came of it."
        return found if entry["matches"] else f"Not found in {span} on these shares."
    low, high = round(100 * entry["target_first_low"]), round(100 * entry["target_first_high"])
    rate = round(100 * entry["target_first"])
    first = f"{times(trades).capitalize()} in {span} on these shares: {rate} % reached target before stop ({low}-{high} %)."
    return f"{first} {_against_chance(entry)}"


def _against_chance(entry: Mapping[str, Any]) -> str:
    if entry["edge"] is None:
        return "There were no random entries to compare with."
    if entry["edge_low"] is None:
        return f"Against random entries of the same month: {in_r(entry['edge'])}, with no interval."
    figures = f"({in_r(entry['edge'])}, {signed(entry['edge_low'])} to {signed(entry['edge_high'])})"
    if entry["claim"] == "few":
        return f"Too few to judge; against random entries of the same month so far {figures[1:-1]}."
    if entry["claim"] == "edge":
        what = f"an edge {figures}, on the last third too and beyond what luck explains"
    elif entry["claim"] == "loses":
        what = f"worse than chance {figures}, on the last third too"
    elif entry["edge_low"] > 0:
        what = f"no edge that can be claimed {figures}: luck among all that was tried explains it, or the last third does not bear it out"
    elif entry["edge_high"] < 0:
        what = f"no edge, rather a loss {figures}, but not on the last third too"
    else:
        what = f"no measurable edge {figures}"
    return f"Against random entries of the same month: {what}."


def times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count:,} times"


def span_in_words(since: dt.datetime, until: dt.datetime) -> str:
    """`five years`, `4.4 years`, `nine months`."""
    years = (until - since) / YEAR
    if years < 0.95:
        months = max(1, round(12 * years))
        return "one month" if months == 1 else f"{NUMBERS[months]} months"
    whole = round(years)
    if abs(years - whole) < 0.1:
        return "one year" if whole == 1 else f"{NUMBERS[whole] if whole < len(NUMBERS) else whole} years"
    return f"{years:.1f} years"


def in_r(value: float) -> str:
    return f"{signed(value)} R"


def signed(value: float) -> str:
    """Two decimals with sign; never minus nothing."""
    text = f"{value:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text
