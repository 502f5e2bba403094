"""Reading amounts as people and brokers write them. What could mean two things is refused, never guessed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from trading.stats.decimals import STORED_PLACES, is_storable, rounded

LARGEST = Decimal("9999999.99999999")
SIGNS = {
    "$": {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"},
    "€": {"EUR"},
    "£": {"GBP"},
    "¥": {"JPY", "CNY"},
    "₹": {"INR"},
    "₩": {"KRW"},
}  # fmt: skip
SPACES = re.compile("[\u00a0\u202f\u2009' \u2019]")
CURRENCY = re.compile(r"^([A-Z]{3}|[$€£¥₹₩])\s*|\s*([A-Z]{3}|[$€£¥₹₩])$")
PLAIN = re.compile(r"[0-9]+([.,][0-9]+)?|[.,][0-9]+")
GROUPED = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}(\1[0-9]{3})*")
GROUPED_AND_CUT = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}(\1[0-9]{3})*(?!\1)[.,][0-9]+")
SPACED = re.compile(r"[0-9]{1,3}( [0-9]{3})+([.,][0-9]+)?")


class Mark(StrEnum):
    """What begins the fraction."""

    AUTO = "auto"
    POINT = "point"
    COMMA = "comma"


@dataclass(frozen=True)
class Written:
    """An amount taken apart: without sign, currency and exponent."""

    negative: bool
    digits: str
    exponent: int
    currency: str


def take_apart(text: str) -> Written | None:
    """None for what is no amount."""
    body = SPACES.sub(" ", text.strip()).replace("\u2212", "-").strip()
    negative = body.startswith("(") and body.endswith(")")
    body = body[1:-1].strip() if negative else body
    currency = ""
    for _ in range(2):
        # the sign stands before or after the currency
        if body[:1] in ("-", "+") or (len(body) > 1 and body.endswith("-")):
            minus = "-" in (body[0], body[-1])
            if negative and minus:
                return None
            negative, body = negative or minus, body.strip("-+ ") if body.count("-") + body.count("+") == 1 else body
        if (found := CURRENCY.search(body)) and not currency:
            currency = found.group(1) or found.group(2)
            body = CURRENCY.sub("", body, count=1).strip()
    exponent = 0
    if scientific := re.fullmatch(r"([0-9]+(?:[.,][0-9]+)?)[eE]([+-]?[0-9]{1,2})", body):
        body, exponent = scientific.group(1), int(scientific.group(2))
    if SPACED.fullmatch(body):
        body = body.replace(" ", "")
    elif not (PLAIN.fullmatch(body) or GROUPED.fullmatch(body) or GROUPED_AND_CUT.fullmatch(body)):
        return None
    return Written(negative, body, exponent, currency)


def mark_of(digits: str) -> Mark | None:
    """Which sign begins the fraction, as far as this amount alone tells; None if it tells nothing."""
    if GROUPED_AND_CUT.fullmatch(digits):
        return Mark.COMMA if digits.rindex(",") > digits.rfind(".") else Mark.POINT
    if digits.count(",") + digits.count(".") != 1:
        # no mark at all, or the same one twice, which then parts thousands
        return None if not re.search("[.,]", digits) else Mark.POINT if "," in digits else Mark.COMMA
    if GROUPED.fullmatch(digits):
        return None
    return Mark.COMMA if "," in digits else Mark.POINT


def mark_of_file(texts: Iterable[str], separator: str) -> Mark | None:
    """What all amounts of a file say together; None where they contradict each other or tell nothing."""
    told = {mark for text in texts if text and (one := take_apart(text)) and (mark := mark_of(one.digits))}
    if len(told) == 1:
        return told.pop()
    # where a comma parts the cells, it hardly begins fractions
    return Mark.POINT if not told and separator == "," else None


def read_amount(text: str, name: str, mark: Mark | None, currency: str, *, places: int | None = None) -> Decimal:
    """An amount that a row can keep; `places` rounds what is written finer. ValueError says what is wrong, and what would be right."""
    written = take_apart(text)
    if written is None:
        raise ValueError(f"The {name} {text[:30]!r} is no number.")
    if written.currency and currency not in SIGNS.get(written.currency, {written.currency}):
        raise ValueError(f"The {name} {text[:30]!r} is in {written.currency}, the account in {currency}.")
    own = mark_of(written.digits)
    if own is None and mark is None and re.search("[.,]", written.digits):
        raise ValueError(f"The {name} {text[:30]!r} can be read in two ways: say whether a point or a comma begins the fraction.")
    if own is not None and mark is not None and own != mark:
        raise ValueError(f"The {name} {text[:30]!r} does not fit amounts whose fraction begins with a {mark.value}.")
    begins = "," if (own or mark) == Mark.COMMA else "."
    plain = written.digits.replace("." if begins == "," else ",", "").replace(begins, ".")
    value = Decimal(plain).scaleb(written.exponent) * (-1 if written.negative else 1)
    if places is not None and abs(value) <= LARGEST:
        value = rounded(value, places)
    if abs(value) > LARGEST:
        raise ValueError(f"The {name} {text[:30]!r} is too large; {LARGEST:,} is the most.")
    if not is_storable(value):
        raise ValueError(f"The {name} {text[:30]!r} has too many digits; {STORED_PLACES} decimals and 15 in all are kept.")
    return value
