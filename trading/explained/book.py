"""Figures of an account at the last close: sections 2.6, 5.1 and 6."""

from trading.queries.positions import Book

from .figure import MINUS, OVER, TIMES, Figure, Words, counted, pct, r

NO_LEDGER = "needs an opening balance"


def of_book(book: Book, words: Words) -> list[Figure]:
    say, held = words.money, counted(len(book.positions), "open trade")
    unpriced = f", {book.unpriced} without a price" if book.unpriced else ""
    exposure_under = f"{pct(book.exposure_pct, 1)} of equity" if book.exposure_pct is not None else ""
    parts = [
        f"{pct(book.open_risk_pct, 2)} of equity" if book.open_risk_pct is not None else "",
        f"{book.without_stop} without a stop" if book.without_stop else "",
    ]
    values = " + ".join(f"{one.trade.symbol} {say(one.value)}" for one in book.positions[:6] if one.value is not None)
    risks = " + ".join(f"{one.trade.symbol} {r(one.open_risk_r)}" for one in book.positions[:6] if one.open_risk_r is not None)
    at_risk = f"{say(book.open_risk)} of money"
    share = (
        f"{say(book.exposure)} {OVER} {say(book.equity)} {TIMES} 100 = {pct(book.exposure_pct)}" if book.exposure_pct is not None else ""
    )
    risk_share = (
        f"{say(book.open_risk)} {OVER} {say(book.equity)} {TIMES} 100 = {pct(book.open_risk_pct)}" if book.open_risk_pct is not None else ""
    )
    currency = words.currency
    return [
        Figure("equity", "Equity", book.equity, "money", "opening balance + deposits and withdrawals + realised results + open results at the last close", (f"{say(book.balance)} + {say(book.unrealised)} = {say(book.equity)}",), held, NO_LEDGER, f"balance {say(book.balance)}" if book.balance is not None else "", currency=currency),
        Figure("exposure", "Exposure", book.exposure, "money", f"last close {TIMES} open shares, added up", tuple(one for one in (f"{values} = {say(book.exposure)}" if values else "Nothing is open.", share) if one), held, "", exposure_under, currency=currency),
        Figure("unrealised", "Open result", book.unrealised, "money", f"(last close {MINUS} average cost) {TIMES} open shares {MINUS} entry fees left, added up", (f"{say(book.unrealised)} in {held}{unpriced}",), held, "", f"{held}{unpriced}", True, currency=currency),
        Figure("open_risk_r", "Open risk", book.open_risk_r, "r", "what is lost from average cost if every stop in force is hit, in R of each trade, added up", tuple(one for one in (f"{risks} = {r(book.open_risk_r)}" if risks else "Nothing is at risk.", at_risk, risk_share) if one), held, "", ", ".join(part for part in parts if part)),
    ]  # fmt: skip
