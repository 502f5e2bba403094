"""`manage.py evidence`: one JSON document or a table, the same each time."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from patterns.management.commands.evidence import FIRST
from patterns.models import Evidence

from .factories import create_market

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    """Standard output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    call_command("evidence", "TEST", *arguments, "--threads", "1", stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def document(*arguments: str) -> dict[str, Any]:
    out, _ = run(*arguments, "--format", "json")
    read: dict[str, Any] = json.loads(out)
    return read


def test_the_document_has_what_was_promised() -> None:
    create_market(5, bars=400)
    told = document()
    assert told["universe"] == "TEST"
    assert told["took_ms"] > 0
    assert (told["from"], told["instruments"]) == ("2015-01-05", 5)
    assert len(told["patterns"]) > 15
    for entry in told["patterns"]:
        assert tuple(entry)[: len(FIRST)] == FIRST
        assert {"trades", "claim", "sentence", "tried", "beyond_luck", "below_luck"} <= entry.keys()
        assert entry["noise"]["real"] > 0 and entry["noise"]["shuffled"] >= 0
    edges = [entry["edge"] for entry in told["patterns"] if entry["edge"] is not None]
    assert edges == sorted(edges, reverse=True)


def test_the_same_seed_gives_the_same_answer() -> None:
    create_market(5, bars=400)
    first = document("--pattern", "double-top", "--pattern", "double-bottom")
    Evidence.objects.all().delete()
    again = document("--pattern", "double-top", "--pattern", "double-bottom")
    assert {entry["pattern"] for entry in first["patterns"]} == {"double-top", "double-bottom"}
    assert {**first, "took_ms": 0} == {**again, "took_ms": 0}


def test_a_span_and_other_costs_are_worked_out_apart() -> None:
    create_market(5, bars=400)
    whole = document("--pattern", "double-top")
    part = document("--pattern", "double-top", "--from", "2015-06-01", "--to", "2016-03-01", "--costs", "0.01", "--horizon", "20")
    assert (part["from"], part["to"], part["costs"], part["horizon"]) == ("2015-06-01", "2016-03-01", 0.01, 20)
    assert part["patterns"][0]["mean_r"] != whole["patterns"][0]["mean_r"]
    assert part["settings_tried"] == 2


def test_a_trigger_at_the_close_is_worked_out_apart() -> None:
    create_market(5, bars=400)
    touch, close = document("--pattern", "double-top"), document("--pattern", "double-top", "--confirm", "close")
    assert (touch["confirm"], close["confirm"]) == ("touch", "close")
    assert close["patterns"][0]["mean_r"] != touch["patterns"][0]["mean_r"]
    assert close["settings_tried"] == 2


def test_people_get_a_table() -> None:
    create_market(5, bars=400)
    out, err = run("--pattern", "double-top")
    lines = out.splitlines()
    assert lines[0].split()[:3] == ["pattern", "side", "matches"]
    assert lines[1].startswith("double-top")
    assert "1 patterns and settings were looked at" in out
    assert "5 instruments, 2015-01-05 to" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--pattern", "nope"], "There is no pattern 'nope'"),
        (["--horizon", "999"], "allowed is 1 to 250"),
        (["--from", "soon"], "no date"),
    ],
)
def test_what_cannot_be_is_one_sentence(arguments: list[str], said: str) -> None:
    create_market(2, bars=100)
    with pytest.raises(CommandError, match=said):
        run(*arguments)


def test_an_unknown_universe_is_one_sentence() -> None:
    with pytest.raises(CommandError, match="There is no universe"):
        run()
