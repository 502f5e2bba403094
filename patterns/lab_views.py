"""The pattern lab: move the parameters of a detector and see what it would have done."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from legend.lib.errors import LegendError
from legend.lib.htmx import wants_part
from patterns.access import signed_in
from patterns.engine import registry
from patterns.lab_form import LabForm, setting_of
from patterns.models import Evidence
from patterns.queries.evidence import survivorship
from patterns.queries.track_records import lab_record, records_of
from patterns.queries.trades import drawn_examples
from patterns.services.evidence import Terms, progress_of
from patterns.services.lab import ask_lab, settings_tried
from patterns.services.saved_rules import delete_saved, lab_rule, rename_saved, save_rule, saved_rules
from patterns.services.universes import find_universe


@signed_in
@require_safe
def lab(request: HttpRequest) -> HttpResponse:
    """GET tells a setting; what was not worked out yet is begun, and the page asks again until it is there."""
    form = LabForm(request.GET.dict(), user=request.user)  # type: ignore[arg-type]  # signed_in
    context = {"form": form, **_answer(request, form)}
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    if not wants_part(request) or htmx.target == "lab":
        return TemplateResponse(request, "patterns/lab.html", context | {"own": _own(request)})
    answer = TemplateResponse(request, "patterns/lab.html#part", context)
    address = f"{reverse('patterns:lab')}?{form.address}"
    if htmx.trigger != "lab-status" and htmx.current_url_abs_path != address:
        answer["HX-Push-Url"] = address
    return answer


def _answer(request: HttpRequest, form: LabForm) -> dict[str, Any]:
    row = _ask(request, form)
    if row is None:
        return {"row": None}
    now = timezone.now()
    if row.status != Evidence.Status.DONE:
        return {"row": row, "progress": progress_of(evidence=row, now=now) if row.is_unfinished else None}
    records = records_of([row])
    asked = form.cleaned_data
    record = lab_record(records, side=asked["side"], show=asked["show"])
    shown = record and record.entry
    return {
        "row": row,
        "records": [one for one in records if asked["side"] in ("", one.entry["side"])],
        "record": record,
        "entry": shown,
        "late": record.out_of_sample if record else None,
        "examples": drawn_examples(evidence=row, pattern=shown["pattern"], side=shown["side"]) if shown else [],
        "missing": None if record else survivorship(row.universe, row.left_out),
        "own_tries": settings_tried(user=request.user, universe=row.universe, interval=row.interval, detector=row.rule.detector),  # type: ignore[arg-type]
        "seconds": row.took.total_seconds() if row.took else None,
    }


def _ask(request: HttpRequest, form: LabForm) -> Evidence | None:
    """None when the form tells what is wrong."""
    if not form.is_valid():
        return None
    asked = form.cleaned_data
    try:
        return ask_lab(
            universe=find_universe(name=asked["universe"], user=request.user),  # type: ignore[arg-type]
            detector=form.source.name,
            params=form.params,
            interval=asked["interval"],
            since=asked["since"],
            until=asked["until"],
            terms=Terms(asked["horizon"], round(asked["costs"] / 10_000, 10), asked["confirm"]),
            by=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )
    except LegendError as refusal:
        _add(form, refusal)
        return None


def _add(form: LabForm, refusal: LegendError) -> None:
    names = {"from": "since", "to": "until"}
    field = refusal.errors[0].field.replace("params.", "p-") if refusal.errors else None
    field = names.get(field or "", field)
    form.add_error(field if field in form.fields else None, refusal.detail)


def _own(request: HttpRequest) -> list[dict[str, Any]]:
    """The person's own detectors, each with the address of its setting; one whose detector is no more has none."""
    return [
        {
            "code": one.code,
            "name": one.name,
            "title": known.title if (known := registry.detectors().get(one.rule.detector)) else one.rule.detector,
            "address": f"{reverse('patterns:lab')}?{setting_of(one.rule.detector, one.rule.params)}" if known else "",
        }
        for one in saved_rules(owner=request.user)  # type: ignore[arg-type]
    ]


@signed_in
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the setting of the form under a name; what is wrong is said on the page it leads back to."""
    form = LabForm(request.POST.dict(), user=request.user)  # type: ignore[arg-type]
    back = f"{reverse('patterns:lab')}?{form.address}"
    if not form.is_valid():
        messages.error(request, "This setting is not within its bounds; it was not saved.")
        return redirect(back)
    try:
        rule = lab_rule(detector=form.source.name, params=form.params)
        saved = save_rule(owner=request.user, name=request.POST.get("name", ""), rule=rule)  # type: ignore[arg-type]
    except LegendError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, f"Saved as {saved.name}. Choose it under Patterns in the scanner and in alerts.")
    return redirect(back)


@signed_in
@require_POST
def rename(request: HttpRequest, code: UUID) -> HttpResponse:
    try:
        saved = rename_saved(owner=request.user, code=code, name=request.POST.get("name", ""))  # type: ignore[arg-type]
    except LegendError as refusal:
        if refusal.status == 404:
            raise
        messages.error(request, refusal.detail)
    else:
        messages.success(request, f"It is called {saved.name} now.")
    return _back(request)


@signed_in
@require_POST
def delete(request: HttpRequest, code: UUID) -> HttpResponse:
    delete_saved(owner=request.user, code=code)  # type: ignore[arg-type]
    messages.success(request, "Deleted. Matches it found stay.")
    return _back(request)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the setting the form was sent from."""
    form = LabForm(request.POST.dict(), user=request.user)  # type: ignore[arg-type]
    return HttpResponseRedirect(f"{reverse('patterns:lab')}?{form.address}")
