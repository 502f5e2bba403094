"""What a service may refuse, in words for people; every door turns these into its own kind of answer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    field: str
    code: str
    message: str


class LegendError(Exception):
    """Base of all expected refusals. `detail` says what is wrong, `help` what to do next, both to a person; `code` is a stable word for
    programs."""

    status = 400
    title = "Bad request"
    code = "bad_request"
    help = "Correct the request; /api/docs says what is expected at this address."

    def __init__(self, detail: str, *, code: str | None = None, help: str = "", errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.help = help or self.help
        self.errors = errors


class Invalid(LegendError):
    """The request says something that cannot be right; `errors` names the fields."""

    status, title, code = 400, "Invalid input", "invalid"
    help = "Correct what `errors` names, then send it again; nothing was changed."


class Unauthenticated(LegendError):
    """Nobody, or nobody we know."""

    status, title, code = 401, "Not signed in", "not_authenticated"
    help = "Send a token of POST /api/auth/login as “Bearer …”, or a key made in your settings as “Api-Key …”."


class Forbidden(LegendError):
    status, title, code = 403, "Forbidden", "forbidden"
    help = "Ask with an account, or a key, that may do this."


class NotFound(LegendError):
    status, title, code = 404, "Not found", "not_found"
    help = "Check the address. Codes are those that the lists of /api/docs give you; what belongs to others is not shown."


class Conflict(LegendError):
    status, title, code = 409, "Conflict", "conflict"
    help = "Read it anew and decide again: it is not as the request takes it to be. Nothing was changed."


class TooLarge(LegendError):
    status, title, code = 413, "Too large", "too_large"
    help = "Send less, or send it in parts."


class TooMany(LegendError):
    """A limit is reached; `retry_after` is in seconds."""

    status, title, code = 429, "Too many requests", "throttled"
    help = "Wait as many seconds as Retry-After says; RateLimit-Remaining tells what is left."

    def __init__(self, detail: str, *, retry_after: float, code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after


class Unavailable(LegendError):
    """Something outside that is needed is not there (no key, no answer)."""

    status, title, code = 503, "Unavailable", "unavailable"
    help = "Try again later; `manage.py doctor` tells whoever runs this Legend what is missing."


def invalid(field: str, message: str, code: str = "invalid") -> Invalid:
    """One field is at fault."""
    return Invalid(message, code=code, errors=(FieldError(field, code, message),))
