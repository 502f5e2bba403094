"""What may be typed as an amount, a symbol, a text; Invalid says what is wrong, for people."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from legend.lib.errors import invalid
from trading.stats.decimals import is_storable

LARGEST = Decimal("9999999.99999999")
SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.^=/_-]{0,19}")
MOST_TAGS, LONGEST_TAG, LONGEST_NOTES, MOST_STEPS, LONGEST_STEP = 10, 30, 20_000, 30, 200


def check_amount(value: Decimal, field: str, *, zero: bool = False, negative: bool = False, largest: Decimal | None = LARGEST) -> Decimal:
    """The amount itself, if a row can keep it as it is."""
    if not value.is_finite():
        raise invalid(field, "This is no number.", "not_a_number")
    if not negative and (value < 0 or (not value and not zero)):
        raise invalid(field, "This cannot be negative." if zero else "This has to be above 0.", "too_small")
    if largest is not None and abs(value) > largest:
        raise invalid(field, f"This can be {largest:,} at most.", "too_large")
    if not is_storable(value):
        raise invalid(field, "This can have 8 decimals and 15 digits at most.", "too_precise")
    return value


def check_optional(value: Decimal | None, field: str) -> Decimal | None:
    return None if value is None else check_amount(value, field)


def check_symbol(text: str) -> str:
    symbol = text.strip().upper()
    if not SYMBOL.fullmatch(symbol):
        raise invalid("ticker", f"{text[:30]!r} is no symbol: up to 20 letters, digits and . ^ = / _ -", "bad_symbol")
    return symbol


def check_side(text: str) -> str:
    if text not in ("long", "short"):
        raise invalid("side", "A side is long or short.", "unknown_side")
    return text


def check_tags(tags: Iterable[str]) -> list[str]:
    """Lower case, each once."""
    names = list(dict.fromkeys(" ".join(tag.split()).lower() for tag in tags if tag.strip()))
    if len(names) > MOST_TAGS:
        raise invalid("tags", f"A trade has {MOST_TAGS} tags at most.", "too_many")
    for name in names:
        if len(name) > LONGEST_TAG or "|" in name or not name.isprintable():
            raise invalid("tags", f"A tag has up to {LONGEST_TAG} characters, none of them |.", "bad_tag")
    return names


def check_notes(text: str) -> str:
    if len(text) > LONGEST_NOTES:
        raise invalid("notes", f"Notes can have {LONGEST_NOTES:,} characters.", "too_long")
    return text.replace("\0", "")


def check_checklist(steps: Iterable[Any]) -> list[dict[str, Any]]:
    """`[{text, done}]`; a plain text is a step not done yet."""
    made = []
    for step in steps:
        text, done = (step.get("text"), step.get("done", False)) if isinstance(step, dict) else (step, False)
        if not isinstance(text, str) or not 1 <= len(text.strip()) <= LONGEST_STEP or "\0" in text:
            raise invalid("checklist", f"A step of the checklist is a text of up to {LONGEST_STEP} characters.", "bad_step")
        made.append({"text": text.strip(), "done": bool(done)})
    if len(made) > MOST_STEPS:
        raise invalid("checklist", f"A checklist has {MOST_STEPS} steps at most.", "too_many")
    return made
