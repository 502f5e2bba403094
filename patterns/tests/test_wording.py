"""What figures say, in plain words."""

import datetime as dt
from typing import Any

import pytest

from patterns.services.wording import MINUS, evidence_sentence, noise_sentence, score_sentence, signed, span_in_words, times

FIRST = dt.datetime(2013, 2, 8, tzinfo=dt.UTC)
LAST = dt.datetime(2018, 2, 7, tzinfo=dt.UTC)
TRIANGLE = {
    "matches": 1260,
    "trades": 594,
    "target_first": 0.4495,
    "target_first_low": 0.41,
    "target_first_high": 0.4897,
    "edge": -0.05,
    "edge_low": -0.14,
    "edge_high": 0.04,
    "claim": "none",
}


def sentence(**changes: Any) -> str:
    """With a hyphen for every minus, which is easier to type."""
    return evidence_sentence(TRIANGLE | changes, since=FIRST, until=LAST).replace(MINUS, "-")


def test_no_edge_is_said_as_clearly_as_an_edge() -> None:
    assert sentence() == (
        "594 times in five years on these shares: 45 % reached target before stop (41 to 49 %). "
        "Against random entries of the same month: no measurable edge (-0.05R, -0.14 to +0.04)."
    )
    assert sentence(claim="edge", edge=0.21, edge_low=0.08, edge_high=0.33).endswith(
        "Against random entries of the same month: an edge (+0.21R, +0.08 to +0.33), on the last third too and beyond what luck explains."
    )
    assert sentence(claim="loses", edge_high=-0.01).endswith(
        "worse than chance (-0.05R, -0.14 to -0.01), on the last third too and beyond what bad luck explains."
    )


def test_an_interval_without_zero_is_no_claim_by_itself() -> None:
    said = sentence(edge=0.11, edge_low=0.04, edge_high=0.19)
    assert "no edge that can be claimed (+0.11R, +0.04 to +0.19)" in said
    assert "luck" in said
    said = sentence(edge=-0.06, edge_low=-0.11, edge_high=-0.01)
    assert "no loss that can be claimed (-0.06R, -0.11 to -0.01): bad luck among all that was tried" in said


def test_few_trades_are_said_to_be_few() -> None:
    few = sentence(trades=12, claim="few", target_first=0.5, target_first_low=0.25, target_first_high=0.75)
    assert few == (
        "12 times in five years on these shares: 50 % reached target before stop (25 to 75 %). "
        "Too few to judge; against random entries of the same month so far -0.05R, -0.14 to +0.04."
    )
    assert sentence(trades=0) == "Found 1,260 times in five years on these shares; no trade came of it."
    assert sentence(trades=0, matches=0) == "Not found in five years on these shares."
    assert sentence(edge=None).endswith("There were no random entries to compare with.")
    assert sentence(edge_low=None, edge_high=None).endswith("-0.05R, with no interval.")


@pytest.mark.parametrize(
    ("days", "said"),
    [(20, "one month"), (120, "four months"), (365, "one year"), (1826, "five years"), (1610, "4.4 years"), (7305, "20 years")],
)
def test_spans(days: int, said: str) -> None:
    assert span_in_words(FIRST, FIRST + dt.timedelta(days=days)) == said


def test_numbers() -> None:
    assert [times(count) for count in (1, 2, 3, 1200)] == ["once", "twice", "3 times", "1,200 times"]
    assert [signed(value) for value in (0.004, -0.004, 0.0004, -0.12)] == ["+0.004", f"{MINUS}0.004", "0.00", f"{MINUS}0.12"]


def band(mean: float, trades: int = 100, *, width: float = 0.1) -> dict[str, Any]:
    return {"trades": trades, "mean_r": mean, "mean_r_low": mean - width, "mean_r_high": mean + width}


def test_results_that_do_not_rise_with_the_score_are_said_not_to() -> None:
    rises = {"C": band(0.1), "A": band(0.6), "D": band(-0.3)}
    assert score_sentence(rises) == f"Results rise with the score: {MINUS}0.30R of D, +0.10R of C, +0.60R of A."
    assert "intervals overlap" in score_sentence({"C": band(0.1), "A": band(0.2)})
    assert "do not rise" in score_sentence({"C": band(0.1), "B": band(0.05), "A": band(0.6)})
    assert "Too few trades" in score_sentence({"C": band(0.1), "A": band(9, trades=29)})


def test_the_noise_floor_says_how_much_of_a_shape_chance_draws() -> None:
    assert "about as often" in (noise_sentence({"real": 56.1, "shuffled": 53.0}) or "")
    assert "40% of them" in (noise_sentence({"real": 10.0, "shuffled": 4.0}) or "").replace(" %", "%")
    assert "almost none" in (noise_sentence({"real": 10.0, "shuffled": 0.1}) or "")
    assert noise_sentence({"real": None, "shuffled": 3.0}) is None
