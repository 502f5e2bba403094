"""What a scan shows, best first."""

from collections.abc import Collection

from django.db.models import QuerySet

from patterns.models import PatternMatch, Scan, ScanResult


def open_results(*, scan: Scan, patterns: Collection[str], min_score: float = 0.0) -> QuerySet[ScanResult]:
    """Ready and triggered ones of these patterns, with match and instrument; one query."""
    shown = ScanResult.objects.filter(
        scan=scan,
        state__in=[PatternMatch.State.READY, PatternMatch.State.TRIGGERED],
        match__pattern__in=patterns,
        match__score__gte=min_score,
    )
    # the rest decides between equals, so that two runs print the same
    order = ("-match__score", "-match__known_at", "match__instrument__symbol", "match__pattern", "match__anchors_hash")
    return shown.select_related("match__instrument").order_by(*order)
