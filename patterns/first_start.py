"""What a new installation shows, and what one that starts again takes up. The engine is imported when it is needed, not at every start."""

from django.utils import timezone

from legend.lib.registries import Say


def load_simulated_market(say: Say) -> None:
    from patterns.models import UniverseMember
    from patterns.services.simulated_market import ensure_simulated_market

    universe = ensure_simulated_market()
    say(f"{UniverseMember.objects.filter(universe=universe).count()} invented symbols")


def scan_simulated_market(say: Say) -> None:
    """Scan it at its latest close, unless that was done."""
    from patterns.models import BarBlock, Interval, Scan, ScanResult, Universe
    from patterns.series import series_span
    from patterns.services.scans import run_scan_here
    from patterns.services.simulated_market import DEMO
    from patterns.services.sweeper import give_back_everything

    universe = Universe.objects.filter(name=DEMO, owner=None).first()
    if universe is None:
        return
    _, last = series_span(BarBlock.objects.filter(instrument__memberships__universe=universe), Interval.DAY_1)
    done = Scan.objects.filter(universe=universe, interval=Interval.DAY_1, status__in=(Scan.Status.COMPLETED, Scan.Status.PARTIAL))
    if last is None or done.filter(as_of__gte=last).exists():
        return
    # whoever began this scan before is gone: there is one process
    give_back_everything()
    scan = run_scan_here(universe=universe, now=timezone.now(), progress=lambda done, total: say(f"{done} of {total} symbols"))
    say(f"{ScanResult.objects.filter(scan=scan).count()} matches in {scan.total} symbols")


def judge_simulated_market(say: Say) -> None:
    """Work out what all rules did on it, unless that was done for its bars."""
    from patterns.models import Evidence, Universe
    from patterns.services.evidence import judge_here, refresh
    from patterns.services.simulated_market import DEMO

    universe = Universe.objects.filter(name=DEMO, owner=None).first()
    if universe is None or not refresh(universe=universe, interval="1day", now=timezone.now()):
        return
    rows = judge_here(universe=universe, now=timezone.now(), progress=lambda done, total: say(f"{done} of {total} symbols"))
    done = [row for row in rows if row.status == Evidence.Status.DONE]
    say(f"{sum(entry['trades'] for row in done for entry in row.figures):,} trades of {len(done)} rules")


def take_up_scans() -> None:
    from patterns.services.sweeper import requeue_everything

    requeue_everything(now=timezone.now())


def take_up_evidence() -> None:
    """Go on with what was under way, and work out what a scan from the command line, or the first one, has left to the worker."""
    from patterns.models import Scan
    from patterns.services.evidence import requeue_everything
    from patterns.tasks import keep_candidates, refresh_evidence

    requeue_everything(now=timezone.now())
    latest: dict[tuple[int | None, str], int] = {}
    for pk, universe, interval in (
        Scan.objects.finished().filter(universe__owner=None).order_by("finished_at").values_list("pk", "universe", "interval")
    ):
        latest[universe, interval] = pk
    # near misses first: they take a second, and evidence with its noise floor a minute
    for scan_id in latest.values():
        keep_candidates.delay(scan_id)
    for scan_id in latest.values():
        refresh_evidence.delay(scan_id)
