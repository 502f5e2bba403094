"""Pages of the market: scanner and symbols."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from legend.lib.errors import LegendError, NotFound, TooMany
from legend.lib.htmx import render_page, wants_part
from patterns.access import signed_in
from patterns.forms import NarrowingForm, QuestionForm
from patterns.models import Instrument, Interval, PatternMatch, Scan, ScanCandidate
from patterns.moments import last_bar_by
from patterns.queries import scanner as scans
from patterns.queries import symbol_context as around
from patterns.queries import symbols as instruments
from patterns.queries.market import market_status
from patterns.queries.track_records import record_of
from patterns.services.candidates import are_kept
from patterns.services.pieces import previous_scan
from patterns.services.saved_rules import chosen_rules
from patterns.services.scans import progress_of, request_scan, withdraw
from patterns.services.universes import find_universe, list_universes, shown_name

COLUMNS = (
    ("Symbol", "symbol", ""),
    ("Pattern", "pattern", ""),
    ("Score", "score", "n"),
    ("Entry", "", "n"),
    ("Stop", "", "n"),
    ("Target", "", "n"),
    ("R:R", "reward", "n"),
    ("To entry", "distance", "n may-go"),
    ("RS", "rs", "n may-go"),
    ("Evidence", "evidence", "n"),
    ("70 closes", "", ""),
)
SORTED = {
    "symbol": "ascending",
    "pattern": "ascending",
    "distance": "ascending",
    "score": "descending",
    "reward": "descending",
    "rs": "descending",
    "evidence": "descending",
}
SYMBOLS_LISTED = 60
SUGGESTED = 8


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def scanner(request: HttpRequest) -> HttpResponse:
    """GET shows a scan, narrowed by the address; POST asks for a new one."""
    if request.method == "POST":
        form = QuestionForm(request.POST, user=request.user)  # type: ignore[arg-type]  # signed_in
        scan = _ask(request, form)
        if scan is not None:
            return redirect(f"{reverse('patterns:scanner')}?scan={scan.code}")
        status = 429 if form.has_error(NON_FIELD_ERRORS, TooMany.code) else 422
        return TemplateResponse(request, "patterns/scanner.html", _scanner_context(request, form), status=status)
    context = _scanner_context(request)
    if wants_part(request) and request.htmx.target == "more":  # type: ignore[attr-defined]
        return TemplateResponse(request, "patterns/scanner.html#rows", context)
    context["from_progress"] = bool(request.htmx) and request.htmx.trigger == "results"  # type: ignore[attr-defined]
    return render_page(request, "patterns/scanner.html", context, part="answer")


def _ask(request: HttpRequest, form: QuestionForm) -> Scan | None:
    """None when the form tells what is wrong."""
    if not form.is_valid():
        return None
    asked = form.cleaned_data
    try:
        return request_scan(
            universe=find_universe(name=asked["universe"], user=request.user),  # type: ignore[arg-type]
            rules=chosen_rules(owner=request.user, patterns=asked["patterns"], saved=[UUID(code) for code in asked["saved"]]),  # type: ignore[arg-type]
            interval=asked["interval"],
            as_of=asked["as_of"],
            by=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )
    except LegendError as refusal:
        field = refusal.errors[0].field if refusal.errors and refusal.errors[0].field in form.fields else None
        form.add_error(field, ValidationError(refusal.detail, code=refusal.code))
        return None


def _scanner_context(request: HttpRequest, question: QuestionForm | None = None) -> dict[str, Any]:
    user: Any = request.user
    scan = scans.chosen_scan(user=user, code=_code(request, "scan"))
    question = question or QuestionForm(initial=_initial(scan), user=user)
    context: dict[str, Any] = {
        "scan": scan,
        "simulated": scans.is_simulated(scan) if scan else market_status().is_simulated,
        "question": question,
    }
    if scan is None:
        return context
    summary = scans.summary(scan)
    narrowing = NarrowingForm(request.GET, patterns=summary.patterns, sectors=summary.sectors)
    by, number = narrowing.narrowing, _number(request.GET.get("page"))
    kind = by.state if by.state in ScanCandidate.Kind.values else ""
    is_told = bool(kind) and are_kept(scan=scan)
    beside = {} if kind else scans.beside(scan)
    page: Any = scans.nearly(scan, by, page=number) if kind else scans.results(scan, by, beside, page=number)
    own = {one.rule_id: one.name for one in question.own}
    rows: list[dict[str, Any]] = []
    if not kind:
        told = scans.shown(list(page), scan, beside)
        rows = [{**row, "own": own.get(result.match.rule_id)} for row, result in zip(told, page, strict=True)]
    other = _code(request, "compare")
    before = None if scan.is_unfinished else previous_scan(scan=scan)
    order = by.order
    return context | {
        "columns": [
            {"title": title, "order": way, "css": css, "sorted": SORTED.get(way) if way == order else None} for title, way, css in COLUMNS
        ],
        "summary": summary,
        "narrowing": narrowing,
        "page": page,
        "rows": rows,
        "kind": kind,
        "is_told": is_told,
        "closest": scans.closest(scan) if not kind and not rows and are_kept(scan=scan) else [],
        "shown": rows[0] if rows else None,
        "progress": progress_of(scan=scan, now=timezone.now()) if scan.is_unfinished else None,
        "seconds": (scan.finished_at - scan.started_at).total_seconds() if scan.finished_at and scan.started_at else None,
        "history": scans.history(user=user),
        "before": before,
        "comparison": scans.compare(scan, Scan.objects.visible_to(user).get(code=other)) if other else None,
        "scan_failed": len(scan.failed),
        "can_cancel": scan.is_unfinished and scan.requests.filter(user=user, withdrawn_at=None).exists(),
    }


def _initial(scan: Scan | None) -> dict[str, Any]:
    if scan is None or scan.universe is None:
        return {"interval": Interval.DAY_1}
    return {"universe": shown_name(scan.universe), "interval": scan.interval}


@signed_in
@require_POST
def cancel_scan(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take one's request back; another person's wish for the same scan keeps it running."""
    try:
        scan = withdraw(code=code, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    except LegendError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.info(
            request, "Scan cancelled." if scan.status == Scan.Status.CANCELLED else "You withdrew; others still wait for this scan."
        )
    return redirect(f"{reverse('patterns:scanner')}?scan={code}")


@signed_in
@require_safe
def preview(request: HttpRequest, code: UUID, match: UUID) -> HttpResponse:
    """What stands beside the list for one row; without htmx the symbol's page."""
    scan = Scan.objects.visible_to(request.user).get(code=code)
    row = scans.one_result(scan=scan, match=match)
    if not wants_part(request):
        return redirect(row["chart_url"])
    return TemplateResponse(request, "patterns/scanner.html#preview", {"scan": scan, "shown": row})


@signed_in
@require_safe
def symbols(request: HttpRequest) -> HttpResponse:
    """Suggestions while somebody types; the whole list on Enter, or the symbol itself when it is one."""
    q = request.GET.get("q", "").strip()[:40]
    part = wants_part(request)
    limit = SUGGESTED if part else SYMBOLS_LISTED
    found = instruments.found_instruments(q, limit)
    if not part and found and (len(found) == 1 or found[0].symbol == q.upper()):
        return redirect("patterns:symbol", found[0].symbol)
    return render_page(request, "patterns/symbols.html", {"q": q, "found": found, "limit": limit}, part="suggestions")


@signed_in
@require_safe
def symbol(request: HttpRequest, symbol: str) -> HttpResponse:
    instrument = Instrument.objects.select_related("home").filter(symbol=symbol.upper()).first()
    if instrument is None:
        raise NotFound(f"No bars are known of {symbol[:20]!r}. Search for another symbol, or import its bars.", code="unknown_symbol")
    if symbol != instrument.symbol:
        return redirect("patterns:symbol", instrument.symbol)
    asked = _code(request, "match")
    chosen = PatternMatch.objects.filter(instrument=instrument, code=asked).first() if asked else None
    intervals = instruments.intervals_of(instrument)
    interval = chosen.interval if chosen else request.GET.get("interval") or instruments.first_interval(intervals)
    if interval not in Interval.values:
        raise NotFound(f"There is no interval {interval[:10]!r}.")
    as_of, rule = "" if chosen else request.GET.get("as_of", "")[:40], request.GET.get("rule", "")[:60]
    structures = instruments.matches_at(instrument, interval, as_of, rule) if as_of else instruments.matches_of(instrument, interval)
    matches = [match for structure in structures for match in structure]
    chosen = chosen or next((match for match in matches if match.code == asked), matches[0] if matches else None)
    context = {
        "as_of": last_bar_by(as_of, interval, now=timezone.now()) if as_of else None,
        "rule": rule,
        "instrument": instrument,
        "interval": interval,
        "intervals": intervals,
        "spans": instruments.spans_of(interval),
        "snapshot": instruments.snapshot(instrument, interval),
        "structures": structures,
        "chosen": chosen,
        "match": instruments.told(chosen) if chosen else None,
        "record": record_of(chosen) if chosen else None,
    }
    return TemplateResponse(request, "patterns/symbol.html", context)


@signed_in
@require_safe
def symbol_context(request: HttpRequest, symbol: str) -> HttpResponse:
    """The panels beside the chart, which the page fetches after itself; without htmx a page of their own."""
    instrument = Instrument.objects.filter(symbol=symbol.upper()).first()
    interval = request.GET.get("interval") or Interval.DAY_1
    if instrument is None or interval not in Interval.values:
        raise NotFound(f"No bars of {interval[:10]!r} are known of {symbol[:20]!r}.", code="unknown_symbol")
    context = around.symbol_context(instrument=instrument, interval=interval, now=timezone.now())
    whole = {"instrument": instrument, "interval": interval, **context}
    return render_page(request, "patterns/symbol_context.html", whole, part="panels")


@require_safe
def help_data(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "help/data.html", {"universes": list_universes(user=None)})


def _code(request: HttpRequest, name: str) -> UUID | None:
    """A code in the address; NotFound if it is none."""
    text = request.GET.get(name)
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound("There is nothing at this address.") from None


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else 1
