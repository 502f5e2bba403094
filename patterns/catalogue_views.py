"""The catalogue of patterns: drawings, rules, and what each did on a universe."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from legend.lib.errors import NotFound
from patterns.engine import registry
from patterns.engine.published import published_of, sentence
from patterns.models import Interval, Universe
from patterns.queries.track_records import common_reach, default_records, lab_record, recorded_universes, short_entries

KINDS = (("", "All"), ("continuation", "Continuation"), ("reversal", "Reversal"), ("neutral", "Neutral"))
SIDES = {"long": "long", "short": "short", "both": "long or short"}


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Drawings with what each rule did in short; `view=record` compares all records in one table."""
    kind, view = request.GET.get("kind", ""), request.GET.get("view", "")
    universes, universe = _recorded(request)
    shown = [detector for detector in registry.detectors().values() if not kind or detector.kind == kind]
    context: dict[str, Any] = {
        "detectors": [one for one in shown if not one.research],
        "research": [one for one in shown if one.research],
        "kinds": KINDS,
        "kind": kind,
        "view": view,
        "universes": universes,
        "universe": universe,
    }
    if universe is not None and view == "record":
        records = default_records(universe=universe, interval=Interval.DAY_1)
        known = {name for one in shown for name in (pattern.name for pattern in one.patterns)}
        listed = [one for one in records if one.entry["pattern"] in known]
        listed.sort(key=lambda one: (one.is_few, -(one.entry["edge"] if one.entry["edge"] is not None else -9.0)))
        context |= {"records": listed, "reach": common_reach(listed)}
    elif universe is not None:
        context["entries"] = short_entries(universe=universe, interval=Interval.DAY_1)
    return TemplateResponse(request, "patterns/catalogue.html", context)


def _recorded(request: HttpRequest) -> tuple[list[Universe], Universe | None]:
    """Universes on which rules were judged, and the one asked for or the first."""
    universes = recorded_universes(user=request.user)  # type: ignore[arg-type]  # strangers see the shared ones
    asked = request.GET.get("universe", "")
    return universes, next((one for one in universes if one.title == asked), universes[0] if universes else None)


@require_safe
def detector(request: HttpRequest, name: str) -> HttpResponse:
    """A detector, asked by its own name or by that of one of its patterns."""
    found = registry.detectors().get(name) or next((source for own, (source, _) in registry.patterns().items() if own == name), None)
    if found is None:
        raise NotFound(f"There is no pattern {name[:60]!r}.")
    universes, universe = _recorded(request)
    records = default_records(universe=universe, interval=Interval.DAY_1, detectors=[found.name]) if universe else []
    record = lab_record(records, side="", show=request.GET.get("show", ""))
    context = {
        "universes": universes,
        "universe": universe,
        "records": records,
        "record": record,
        "detector": found,
        "side": SIDES[found.side],
        "params": [_told(param) for param in found.parameters],
        "marks": [(title, 100 * weight) for title, weight in found.marks],
        "most": 100 * max(weight for _, weight in found.marks),
        "variants": [variant for variant in found.variants if variant],
        "published": [
            (pattern.title, side, kind, sentence(figures))
            for pattern in found.patterns
            for side, kind, figures in published_of(pattern.name)
        ],
    }
    return TemplateResponse(request, "patterns/detector.html", context)


def _told(param: registry.Param) -> dict[str, Any]:
    """A parameter in the unit people read: fractions as percent."""
    bounds = param.bounds
    factor, unit = {"fraction": (100, " %"), "bars": (1, " bars"), "atr": (1, " ATR")}.get(bounds.unit, (1, ""))
    return {
        "name": param.name,
        "help": bounds.help,
        "default": f"{factor * param.default:g}{unit}",
        "low": f"{factor * bounds.low:g}",
        "high": f"{factor * bounds.high:g}{unit}",
    }
