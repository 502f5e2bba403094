"""Answers of the house itself: is it well, and refusals outside of any view."""

from functools import cache

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from legend.dashboard import dashboard_context
from legend.lib.errors import FieldError, Forbidden, Invalid, LegendError, NotFound, Unavailable
from legend.lib.problem import SERVER_HELP, as_legend_error, problem_response, refuse
from legend.reference import reference
from legend.telemetry.health import NEEDED

logger = structlog.get_logger(__name__)


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "dashboard.html", dashboard_context(request))


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "api_docs.html", {"groups": reference(), "operations": _operations()})


@cache
def _operations() -> SafeString:
    """They are the same for everybody, and many."""
    return render_to_string("components/_reference.html", {"groups": reference()})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, as_legend_error(exception) or Invalid("The request is malformed.", code="bad_request"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, Forbidden(str(exception) or "You may not do this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refuse(request, Forbidden("This page was open for too long or in another tab. Load it again and repeat.", code="csrf"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, NotFound("There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours. The page needs neither database nor session, since those may be what failed."""
    error = LegendError(
        "Something went wrong on our side. It has been written to the log; nothing was half saved.", code="server_error", help=SERVER_HELP
    )
    error.status, error.title = 500, "Server error"
    if request.path.startswith("/api/"):
        return problem_response(error)
    return HttpResponse(render_to_string("bare_problem.html", {"problem": error}), status=500)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """For pages without a word about their icon, such as the admin's."""
    return redirect(static("img/logo.svg"))


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives and answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, cache and broker answer, each asked now. Details of a failure go to the log and to `manage.py doctor`, not to strangers."""
    findings = [ask() for ask in NEEDED]
    silent = [finding for finding in findings if not finding.ok]
    if not silent:
        return JsonResponse({"status": "ok", "checks": [finding.name for finding in findings]})
    for finding in silent:
        logger.error("not ready", check=finding.name, detail=finding.detail)
    faults = tuple(FieldError(finding.name, "unreachable", f"The {finding.name} does not answer.") for finding in silent)
    return problem_response(Unavailable(f"Not ready: {', '.join(finding.name for finding in silent)}.", code="not_ready", errors=faults))
