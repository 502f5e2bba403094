"""Pages in the reader's own time."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from patterns.access import signed_in
from trading.preferences import preferences_of

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def in_own_time(view: View[Rest]) -> View[Rest]:
    """For people who signed in: what they type and read is in their time zone."""

    @wraps(view)
    def show(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        with timezone.override(preferences_of(request.user).zone):  # type: ignore[arg-type]
            response: Any = view(request, *args, **kwargs)
            return response.render() if callable(getattr(response, "render", None)) else response

    return cast("View[Rest]", signed_in(show))
