"""What a service may refuse, in words for people; every door turns these into its own kind of answer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    field: str
    code: str
    message: str


class LegendError(Exception):
    """Base of all expected refusals. `detail` is a sentence for the person; `code` a stable word for programs."""

    status = 400
    title = "Bad request"
    code = "bad_request"

    def __init__(self, detail: str, *, code: str | None = None, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.errors = errors


class Invalid(LegendError):
    """The request says something that cannot be right; `errors` names the fields."""

    status, title, code = 400, "Invalid input", "invalid"


class Unauthenticated(LegendError):
    """Nobody, or nobody we know."""

    status, title, code = 401, "Not signed in", "not_authenticated"


class Forbidden(LegendError):
    status, title, code = 403, "Forbidden", "forbidden"


class NotFound(LegendError):
    status, title, code = 404, "Not found", "not_found"


class Conflict(LegendError):
    status, title, code = 409, "Conflict", "conflict"


class TooLarge(LegendError):
    status, title, code = 413, "Too large", "too_large"


class TooMany(LegendError):
    """A limit is reached; `retry_after` is in seconds."""

    status, title, code = 429, "Too many requests", "throttled"

    def __init__(self, detail: str, *, retry_after: float, code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after


class Unavailable(LegendError):
    """Something outside that is needed is not there (no key, no answer)."""

    status, title, code = 503, "Unavailable", "unavailable"


def invalid(field: str, message: str, code: str = "invalid") -> Invalid:
    """One field is at fault."""
    return Invalid(message, code=code, errors=(FieldError(field, code, message),))
