"""What figures say, in plain words."""

import datetime as dt
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from patterns.engine.claims import FEWEST

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
MINUS = "\N{MINUS SIGN}"
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
    first = f"{times(trades).capitalize()} in {span} on these shares: {rate} % reached target before stop ({low} to {high} %)."
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
        what = f"worse than chance {figures}, on the last third too and beyond what bad luck explains"
    elif entry["edge_low"] > 0:
        what = f"no edge that can be claimed {figures}: luck among all that was tried explains it, or the last third does not bear it out"
    elif entry["edge_high"] < 0:
        what = f"no loss that can be claimed {figures}: bad luck among all that was tried explains it, or the last third denies it"
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
    """`+0.21R`."""
    return f"{signed(value)}R"


def signed(value: float) -> str:
    """Two decimals with sign, three where two would say nothing; never minus nothing."""
    two, three = f"{value:+.2f}", f"{value:+.3f}"
    text = two if float(two) else three if float(three) else "0.00"
    return text.replace("-", MINUS)


def rises_with_score(bands: Mapping[str, Mapping[str, Any]]) -> bool | None:
    """Whether a better grade always paid more; None where fewer than two grades have enough trades."""
    known = _known_bands(bands)
    return all(worse["mean_r"] < better["mean_r"] for (_, worse), (_, better) in pairwise(known)) if len(known) > 1 else None


def score_sentence(bands: Mapping[str, Mapping[str, Any]]) -> str:
    """The same in words. bands : figures by grade, `A` the best; those of few trades are not asked."""
    known, rises = _known_bands(bands), rises_with_score(bands)
    if rises is None:
        return f"Too few trades to say whether results rise with the score: fewer than two grades have {FEWEST}."
    figures = ", ".join(f"{in_r(one['mean_r'])} of {grade}" for grade, one in known)
    if not rises:
        return f"Results do not rise with the score: {figures}. A better shape paid no more."
    (_, worst), (_, best) = known[0], known[-1]
    if worst["mean_r_high"] is not None and best["mean_r_low"] is not None and best["mean_r_low"] > worst["mean_r_high"]:
        return f"Results rise with the score: {figures}."
    return f"Results rise with the score: {figures}; but their intervals overlap, so that luck may have ordered them."


def _known_bands(bands: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(grade, bands[grade]) for grade in ("D", "C", "B", "A") if grade in bands and bands[grade]["trades"] >= FEWEST]


def noise_sentence(noise: Mapping[str, float | None]) -> str | None:
    """How much of the shape is found on the same days in random order; None where that was not counted."""
    real, shuffled = noise["real"], noise["shuffled"]
    if real is None or shuffled is None:
        return None
    counted = f"{real:.1f} matches in 100 years of a share, and {shuffled:.1f} on the same days in random order"
    if shuffled > 0.8 * real:
        return f"{counted}: chance alone draws the shape about as often."
    return f"{counted}: chance alone draws {'almost none of them' if shuffled < 0.05 * real else f'{100 * shuffled / real:.0f} % of them'}."
