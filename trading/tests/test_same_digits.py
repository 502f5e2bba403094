"""The twelve reference trades, entered through the API: pages, API and files show the same digits (sections 3 and 4 of the definitions)."""

import html
import io
import re
import zipfile
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from xml.etree import ElementTree

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.preferences import change_preferences

from . import reference
from .test_api_journal import CONFIDENCE, STATISTICS, enter_reference
from .test_exports import rows, sent

Api = Callable[[User | None], APIClient]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# what a page shows, by unit: name of the figure, and its value with the places of a page
SHOWN = {
    "r": {
        "total_r": "+7.20R", "average_r_multiple": "+0.65R", "win_rate": "58.33 %", "profit_factor": "2.59", "sqn": "1.28",
        "max_drawdown_r": "2.82R", "sd_r": "1.70R", "current_streak": "2 W",
    },
    "money": {
        "total_profit_loss": "+$1,537.00", "expectancy_per_trade": "+$128.08", "win_rate": "58.33 %", "profit_factor": "2.59",
        "average_win": "$357.86", "average_loss": "-$242.00", "payoff_ratio": "1.48", "fees": "$25.00",
    },
    "pct": {"risk_normalised": "+7.28 %", "win_rate": "58.33 %", "profit_factor": "2.59", "probability": "88.53 %"},
}  # fmt: skip


@pytest.fixture
def entered(alice: User, api: Api) -> User:
    change_preferences(user=alice, changes={"time_zone": "America/New_York"})
    enter_reference(api(alice))
    return alice


def plain(text: str) -> str:
    """Without tags and arrows, with the signs of the keyboard."""
    words = html.unescape(re.sub(r"<[^>]+>", " ", text))
    for sign, typed in (("\N{MINUS SIGN}", "-"), ("\N{NARROW NO-BREAK SPACE}", " "), ("▲", ""), ("▼", ""), ("→", ""), ("＝", "")):
        words = words.replace(sign, typed)
    return re.sub(r"\s+", " ", words).strip()


def stats_of(page: str, place: str = "top") -> dict[str, str]:
    """The figures at the top of a journal, or `all` of them below."""
    found = re.findall(rf'<div class="stat"><dt>(?:(?!</dt>).)*?id="how-{place}-(\w+)".*?</dt><dd>(.*?)</dd>', page, re.S)
    return {name: plain(value) for name, value in found}


def cells(book: bytes) -> list[dict[str, str]]:
    """Rows of a workbook as a reader sees them: numbers with the places of their format."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet, styles = (ElementTree.fromstring(parts.read(f"xl/{name}.xml")) for name in ("worksheets/sheet1", "styles"))
    formats = {one.get("numFmtId"): one.get("formatCode", "") for one in styles.iter(f"{SHEET}numFmt")} | {"1": "0", "2": "0.00"}
    by_style = [formats.get(one.get("numFmtId"), "") for one in next(styles.iter(f"{SHEET}cellXfs"))]
    found = []
    for row in sheet.iter(f"{SHEET}row"):
        line = {}
        for cell in row:
            column = re.sub(r"\d", "", cell.get("r", ""))
            number, text = cell.find(f"{SHEET}v"), "".join(one.text or "" for one in cell.iter(f"{SHEET}t"))
            pattern = by_style[int(cell.get("s", "0"))]
            if number is not None and pattern and cell.get("t") != "b":
                text = f"{Decimal(number.text or '').quantize(Decimal(pattern), ROUND_HALF_UP):f}"
            line[column] = text if number is None or pattern else (number.text or "")
        found.append(line)
    head, *rest = found
    return [{head[column]: line.get(column, "") for column in head} for line in rest]


def test_every_trade_has_the_same_digits_everywhere(entered: User, api: Api, browser: Callable[[User], Client]) -> None:
    told = {one["symbol"]: one for one in api(entered).get("/api/trades/closed").json()["results"]}
    written = {one["symbol"]: one for one in rows(api(entered), "closed")}
    sheet = {one["symbol"]: one for one in cells(sent(api(entered).get("/api/trades/export?list=closed&format=xlsx")))}
    lists = {unit: browser(entered).get(f"/journal/?unit={unit}").content.decode() for unit in ("r", "money", "pct")}
    for name, (gross, fees, net, risk, r, percent) in reference.EXPECTED.items():
        one = told[name]
        names = ("gross_profit_loss", "fees", "profit_loss", "risk_amount", "r_multiple")
        assert [one[what] for what in names] == [gross, fees, net, risk, r]
        for what in (*names, "entry_price", "exit_price", "position_size", "profit_loss_pct", "risk_reward"):
            assert written[name][what] == sheet[name][what] == (one[what] or ""), (name, what)
        page = plain(browser(entered).get(f"/journal/{one['code']}/").content.decode())
        pct, in_r = f"{Decimal(percent):+.2f} %", None if r is None else f"{Decimal(r).quantize(Decimal('0.01'), ROUND_HALF_UP):+.2f}R"
        money = f"{'-' if net[0] == '-' else '+' if net != '0.00' else ''}${net.lstrip('-')}"
        for text in (pct, in_r or "no R", money):
            assert text in page or text.lstrip("+") in page, (name, text)
        for unit, text in (("r", in_r or "no R"), ("money", money), ("pct", pct)):
            row = plain(re.search(rf">{name}</a>.*?</tr>", lists[unit].partition("Closed")[2], re.S)[0])  # type: ignore[index]
            assert text in row or text.lstrip("+") in row, (name, unit, row)


def test_every_statistic_has_the_same_digits_everywhere(entered: User, api: Api, browser: Callable[[User], Client]) -> None:
    told = api(entered).get("/api/trades/statistics").json()
    assert {name: told[name] for name in STATISTICS} == STATISTICS
    sure = api(entered).get("/api/analytics/performance").json()
    assert {name: sure[name] for name in CONFIDENCE} == CONFIDENCE
    written = {one["name"]: one["value"] for one in rows(api(entered), "statistics")}
    sheet = {one["name"]: one["value"] for one in cells(sent(api(entered).get("/api/trades/export?list=statistics&format=xlsx")))}
    for name, value in STATISTICS.items():
        if name in written:
            assert written[name] == sheet[name] == str(value), name
    for unit, expected in SHOWN.items():
        page = browser(entered).get(f"/journal/?unit={unit}").content.decode()
        found = stats_of(page)
        assert {name: found[name] for name in expected} == expected
    below = {name: re.sub(r"[^\d.-]", "", value) for name, value in stats_of(page, "all").items()}
    shared = [name for name, value in STATISTICS.items() if name in below and isinstance(value, str | int)]
    assert len(shared) > 20
    for name in shared:
        value = STATISTICS[name]
        places = Decimal("0.01") if isinstance(value, str) else Decimal(1)
        assert Decimal(below[name]) == Decimal(str(value)).quantize(places, ROUND_HALF_UP), name


def test_the_same_filter_gives_the_same_digits_everywhere(entered: User, api: Api, browser: Callable[[User], Client]) -> None:
    for asked in ({"side": "short"}, {"from": "2026-01-15", "to": "2026-01-31"}, {"symbol": "T10"}):
        told = api(entered).get("/api/trades/statistics", asked).json()
        written = {one["name"]: one["value"] for one in rows(api(entered), "statistics", **asked)}
        found = stats_of(browser(entered).get("/journal/", asked | {"unit": "money"}).content.decode())
        shown = found["total_profit_loss"].replace("$", "").lstrip("+").replace(",", "")
        assert written["total_profit_loss"] == told["total_profit_loss"] == shown
        assert written["total_r"] == told["total_r"]
