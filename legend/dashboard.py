"""What the first page shows: to strangers what Legend is, to people what the latest scan found."""

from typing import Any

from django.http import HttpRequest

from accounts.services.demo import demo_is_open
from patterns.queries import scanner
from patterns.queries.market import breadth, market_status

BEST = 6
NEW = 8
RECENT = 6


def dashboard_context(request: HttpRequest) -> dict[str, Any]:
    user: Any = request.user
    if not user.is_authenticated:
        return {"demo_is_open": demo_is_open(request)}
    recent = scanner.history(user=user)
    scan = scanner.latest_whole_scan(user=user)
    context: dict[str, Any] = {"recent": recent[:RECENT], "scan": scan, "steps": _steps(bool(recent))}
    if scan is None:
        return context
    summary = scanner.summary(scan)
    beside = scanner.beside(scan)
    patterns = sorted(summary.patterns.items(), key=lambda pair: -pair[1])
    return context | {
        "summary": summary,
        "breadth": breadth(scan),
        "best": scanner.best_setups(scan, beside, BEST),
        "new": scanner.new_setups(scan, beside, NEW),
        "patterns": patterns,
        "most": patterns[0][1] if patterns else 0,
    }


def _steps(scanned: bool) -> list[dict[str, Any]]:
    """What to do next, each with whether it is done."""
    status = market_status()
    return [
        {"title": "Run a scan", "text": "Seconds for a whole universe.", "url": "patterns:scanner", "done": scanned},
        {
            "title": "Bring your own bars",
            "text": "CSV or Parquet, checked row by row.",
            "url": "patterns:help_data",
            "done": not status.is_simulated,
        },
        {
            "title": "Read how a pattern is measured",
            "text": "Every rule, parameter and clause.",
            "url": "patterns:catalogue",
            "done": False,
        },
    ]
