"""Refusals as answers: RFC 9457 problem+json for programs, a page for people."""

import math
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import escape_leading_slashes
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from .errors import FieldError, Forbidden, Invalid, LegendError, NotFound, TooLarge, TooMany, Unauthenticated

CONTENT_TYPE = "application/problem+json"
HELP = {  # for refusals of Django REST framework's own
    401: Unauthenticated.help,
    403: Forbidden.help,
    405: "Use one of the methods that the header Allow names.",
    406: "Ask for application/json, or leave out the header Accept.",
    415: "Send JSON with the header Content-Type: application/json.",
}
SERVER_HELP = "Try again in a moment. If it stays so, tell whoever runs this Legend; the log has the details."


def as_problem(error: LegendError) -> dict[str, Any]:
    """The members every error answer of the API has."""
    return {
        "type": f"urn:legend:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "help": error.help,
        "errors": [{"field": fault.field, "code": fault.code, "message": fault.message} for fault in error.errors],
    }


def headers_of(error: LegendError) -> dict[str, str]:
    return {"Retry-After": str(max(1, math.ceil(error.retry_after)))} if isinstance(error, TooMany) else {}


def problem_response(error: LegendError) -> JsonResponse:
    """The answer for API paths that no API view handles."""
    return JsonResponse(as_problem(error), status=error.status, content_type=CONTENT_TYPE, headers=headers_of(error))


def is_api(request: HttpRequest) -> bool:
    """True for what programs ask; everything else is a page."""
    return request.path.startswith("/api/")


def refuse(request: HttpRequest, error: LegendError, *, bare: bool = False) -> HttpResponse:
    """What a refused request gets where the view has nothing better: JSON below /api/, else a page. A bare page asks no database."""
    if is_api(request):
        return problem_response(error)
    if bare:
        again = escape_leading_slashes(request.get_full_path()) if request.method in ("GET", "HEAD") else ""
        response = HttpResponse(render_to_string("bare_problem.html", {"problem": error, "again": again}), status=error.status)
    else:
        response = render(request, "problem.html", {"problem": error}, status=error.status)
    for name, value in headers_of(error).items():
        response[name] = value
    return response


def answer_api(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None for what nobody expected: that is a 500."""
    error = as_legend_error(exc)
    if error is None:
        return None
    headers = headers_of(error)
    if challenge := getattr(exc, "auth_header", None) or (
        error.status == 401 and context["view"].get_authenticate_header(context["request"])
    ):
        headers["WWW-Authenticate"] = challenge
    return Response(as_problem(error), status=error.status, headers=headers, content_type=CONTENT_TYPE)


def as_legend_error(exc: Exception) -> LegendError | None:
    """The refusal behind an exception of ours, of Django or of DRF; None when it is a fault of the program."""
    match exc:
        case LegendError():
            return exc
        case Http404() | ObjectDoesNotExist():
            return NotFound("There is nothing at this address.")
        case PermissionDenied():
            return Forbidden(str(exc) or "You may not do this.")
        case RequestDataTooBig():
            return TooLarge(f"The body may have {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes.")
        case SuspiciousOperation():
            return Invalid("The request is malformed.", code="bad_request")
        case exceptions.ValidationError():
            return as_invalid(exc)
        case exceptions.NotAuthenticated():
            return Unauthenticated("This needs somebody who is signed in.")
        case exceptions.APIException():
            return from_drf(exc)
    return None


def as_invalid(exc: exceptions.ValidationError) -> Invalid:
    faults = tuple(field_errors(exc.detail))
    detail = f"{faults[0].field}: {faults[0].message}".removeprefix(": ") if len(faults) == 1 else f"{len(faults)} values are not right."
    return Invalid(detail, errors=faults)


def field_errors(detail: Any, path: str = "") -> Iterator[FieldError]:
    """DRF's nested errors as a flat list; fields of fields are joined by dots, faults of the whole have no field."""
    if isinstance(detail, dict):
        for key, below in detail.items():
            whole = key == api_settings.NON_FIELD_ERRORS_KEY
            yield from field_errors(below, path if whole else f"{path}.{key}".lstrip("."))
    elif isinstance(detail, list):
        for below in detail:
            yield from field_errors(below, path)
    else:
        yield FieldError(path, getattr(detail, "code", "invalid"), str(detail))


def from_drf(exc: exceptions.APIException) -> LegendError:
    status = HTTPStatus(exc.status_code)
    detail: Any = exc.detail
    code = getattr(detail, "code", exc.default_code)
    if isinstance(detail, dict):  # simplejwt says {detail, code, messages}
        detail, code = detail.get("detail", status.phrase), str(detail.get("code", code))
    error = LegendError(str(detail), code=code, help=HELP.get(status.value, ""))
    error.status, error.title = status.value, status.phrase
    return error


class MethodRefused(LegendError):
    status, title, code = 405, "Not like this", "method_not_allowed"


class ProblemMiddleware:
    """Turns a refusal that a page view did not catch into its answer, and Django's empty 405 into a page."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 405 or is_api(request):
            return response
        page = refuse(
            request, MethodRefused("This address does not take what was sent to it: a form that was loaded anew, perhaps, or a link.")
        )
        page["Allow"] = response["Allow"]
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, ObjectDoesNotExist):
            exception = NotFound("There is nothing at this address.")
        return refuse(request, exception) if isinstance(exception, LegendError) else None
