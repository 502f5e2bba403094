"""What the first page shows: to strangers what Legend is, to people what the latest scan found."""

from typing import Any

from django.db.models import Exists
from django.http import HttpRequest

from accounts.models import User
from accounts.services.demo import demo_is_open
from patterns.models import ScanRequest
from patterns.queries import scanner
from patterns.queries.market import breadth, market_status
from trading.models import Trade, WatchItem

BEST = 6
NEW = 8
RECENT = 6


def dashboard_context(request: HttpRequest) -> dict[str, Any]:
    user: Any = request.user
    if not user.is_authenticated:
        return {"demo_is_open": demo_is_open(request)}
    recent = scanner.history(user=user)
    scan = scanner.latest_whole_scan(user=user)
    context: dict[str, Any] = {"recent": recent[:RECENT], "scan": scan, "steps": first_steps(user)}
    if scan is None:
        return context | {"simulated": market_status().is_simulated}
    summary = scanner.summary(scan)
    beside = scanner.beside(scan)
    patterns = sorted(summary.patterns.items(), key=lambda pair: -pair[1])
    return context | {
        "simulated": scanner.is_simulated(scan),
        "summary": summary,
        "breadth": breadth(scan),
        "best": scanner.best_setups(scan, beside, BEST),
        "new": scanner.new_setups(scan, beside, NEW),
        "patterns": patterns,
        "most": patterns[0][1] if patterns else 0,
    }


def first_steps(user: User) -> list[dict[str, Any]]:
    """What somebody new does first, each with whether it is done; empty once all is, or the person wants it no more. One query."""
    if user.preferences.checklist_hidden_at is not None:
        return []
    asked = User.objects.filter(pk=user.pk).values_list(
        Exists(ScanRequest.objects.filter(user=user)),
        Exists(WatchItem.objects.filter(owner=user)),
        Exists(Trade.objects.filter(owner=user)),
    )
    scanned, watches, trades = asked.get()
    steps = [
        _step("Run a scan", "Seconds for a whole universe.", "patterns:scanner", scanned),
        _step("Watch a symbol", "Legend tells you when it comes near its level.", "trading:watchlist", watches),
        _step("Record a trade, or plan one", "Size from your risk, result in R.", "trading:new_trade", trades),
        _step("Bring your own bars", "CSV or Parquet, checked row by row.", "patterns:help_data", not market_status().is_simulated),
    ]
    if user.has_usable_password():
        steps = [
            _step("Confirm your e-mail address", "Before anything of yours is public.", "accounts:change_address", user.is_confirmed),
            _step(
                "Choose who sees your profile", "Until then nobody does.", "accounts:privacy", user.profile.privacy_chosen_at is not None
            ),
            *steps,
        ]
    return [] if all(step["done"] for step in steps) else steps


def _step(title: str, text: str, url: str, done: bool) -> dict[str, Any]:
    return {"title": title, "text": text, "url": url, "done": done}
