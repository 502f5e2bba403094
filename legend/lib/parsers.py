"""Reading what programs send. How large it may be is said in `legend.lib.bodies`; here, what no JSON of people holds."""

import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.settings import api_settings

DEEPEST = 32
LARGEST = 2**63  # what a column of any database holds


class PlainJSONParser(JSONParser):
    """JSON of at most 32 levels, of text that can be stored and numbers that can be reckoned with."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            parsed = super().parse(stream, media_type, parser_context)
        except ParseError as error:
            reason = str(error.detail).removeprefix("JSON parse error - ")
            raise ParseError(f"The body is no JSON: {reason}.") from error
        except RecursionError as error:
            raise ParseError(TOO_DEEP) from error
        _check(parsed, "", DEEPEST)
        return parsed


class PlainFormParser(FormParser):
    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return _checked_form(super().parse(stream, media_type, parser_context))


class PlainMultiPartParser(MultiPartParser):
    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        parsed = super().parse(stream, media_type, parser_context)
        _checked_form(parsed.data)
        return parsed


TOO_DEEP = f"The JSON is nested deeper than {DEEPEST} levels."


def _checked_form(sent: Any) -> Any:
    for name, texts in sent.lists():
        for text in (name, *texts):
            _check(text, name, DEEPEST)
    return sent


def _check(value: Any, field: str, levels: int) -> None:
    """Raises ValidationError. Half of a pair of surrogates is no character, and NUL is one that PostgreSQL does not store."""
    if isinstance(value, str):
        if "\0" in value:
            raise _fault(field, "Text has no NUL characters.", "null_characters_not_allowed")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise _fault(field, "This holds half a character (a lone surrogate).", "surrogate_characters_not_allowed")
    elif isinstance(value, int):
        if not -LARGEST <= value < LARGEST:
            raise _fault(field, "A whole number has 64 bits at most.", "max_value")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _fault(field, "This number is beyond all bounds.", "max_value")
    elif isinstance(value, dict | list):
        if not levels:
            raise ParseError(TOO_DEEP)
        for place, part in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(place, str):
                _check(place, field, levels)
            _check(part, f"{field}.{place}".lstrip("."), levels - 1)


def _fault(field: str, message: str, code: str) -> ValidationError:
    return ValidationError({field or api_settings.NON_FIELD_ERRORS_KEY: [message]}, code=code)
