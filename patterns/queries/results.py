"""What a scan shows, best first."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import QuerySet

from patterns.models import PatternMatch, Scan, ScanResult

OPEN = (PatternMatch.State.READY, PatternMatch.State.TRIGGERED)


def members_of(rows: Collection[ScanResult]) -> dict[int, list[tuple[PatternMatch, ScanResult]]]:
    """By the id of each row, what else is open over the same structure, in the order of the leading names; one query."""
    groups = {row.group for row in rows if row.group}
    found = defaultdict(list)
    if groups:
        others = ScanResult.objects.filter(scan_id__in={row.scan_id for row in rows}, group__in=groups, state__in=OPEN)
        for one in others.select_related("match__instrument").order_by("place"):
            found[one.scan_id, one.group].append(one)
    return {row.pk: [(one.match, one) for one in found[row.scan_id, row.group] if one.pk != row.pk] for row in rows}


def open_results(*, scan: Scan, patterns: Collection[str], min_score: float = 0.0) -> QuerySet[ScanResult]:
    """Ready and triggered ones of these patterns, one of each structure, with match and instrument; one query."""
    shown = ScanResult.objects.filter(
        scan=scan,
        state__in=OPEN,
        match__pattern__in=patterns,
        match__score__gte=min_score,
    )
    # the rest decides between equals, so that two runs print the same
    order = ("-match__score", "-match__known_at", "match__instrument__symbol", "match__pattern", "match__anchors_hash")
    return shown.leading().select_related("match__instrument").order_by(*order)
