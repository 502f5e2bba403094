"""One figure of a page, and the words that fill its formula."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from legend.lib.money import minor_places, sign_of
from trading.stats.decimals import as_price, as_quantity, as_ratio, rounded

MINUS = "\N{MINUS SIGN}"
TIMES, OVER, ROOT = "\N{MULTIPLICATION SIGN}", "\N{DIVISION SIGN}", "\N{SQUARE ROOT}"
HIDDEN = "\N{BULLET}" * 4
UNDEFINED = "undefined"
DAY_SECONDS = 86_400

Kind = Literal["money", "r", "percent", "ratio", "count", "days", "text", "price", "none"]

THARP = "Van K. Tharp, Trade Your Way to Financial Freedom"
WILSON = "E. B. Wilson, Probable inference, JASA 22 (1927)"
BAILEY = "D. Bailey, M. López de Prado, The Sharpe Ratio Efficient Frontier (2012)"
KELLY = "J. L. Kelly, A New Interpretation of Information Rate (1956)"
DIETZ = "P. O. Dietz, Pension Funds: Measuring Investment Performance (1966); GIPS standards"
ROBINSON = "D. Robinson, Understanding empirical Bayes estimation (2015)"


@dataclass(frozen=True)
class Figure:
    """`value` None is undefined, `why` says it. `own` are sentences with the reader's figures, `n` what it was made of."""

    name: str
    title: str
    value: Any
    kind: Kind
    formula: str
    own: tuple[str, ...] = ()
    n: str = ""
    why: str = ""
    under: str = ""
    signed: bool = False
    source: str = ""
    currency: str | None = None

    def under_it(self, text: str) -> "Figure":
        return replace(self, under=text)


@dataclass(frozen=True)
class Words:
    """Writes numbers into sentences; money is not said in discreet mode, nor without a currency."""

    currency: str | None
    hidden: bool = False

    def money(self, value: Decimal | None) -> str:
        if value is None:
            return UNDEFINED
        if self.hidden or self.currency is None:
            return HIDDEN
        cut = rounded(value, minor_places(self.currency))
        return f"{MINUS if cut < 0 else ''}{sign_of(self.currency)}{abs(cut):,f}"

    def shares(self, value: Decimal | None) -> str:
        return HIDDEN if self.hidden else as_quantity(value) or UNDEFINED


def r(value: Decimal | None) -> str:
    return UNDEFINED if value is None else f"{as_ratio(value)}R".replace("-", MINUS)


def plain(value: Decimal | None, places: int = 4) -> str:
    return UNDEFINED if value is None else (as_ratio(value, places) or "").replace("-", MINUS)


def pct(value: Decimal | None, places: int = 4) -> str:
    return UNDEFINED if value is None else f"{plain(value, places)} %"


def price(value: Decimal | None) -> str:
    return UNDEFINED if value is None else as_price(rounded(value, 4)) or UNDEFINED


def days(seconds: int | None) -> str:
    return UNDEFINED if seconds is None else f"{rounded(Decimal(seconds) / DAY_SECONDS, 1)} d"


def counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
