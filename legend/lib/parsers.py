"""Reading what a client sent. How large it may be is DATA_UPLOAD_MAX_MEMORY_SIZE, which Django counts."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class ShallowJSONParser(JSONParser):
    """JSON; ten thousand nested brackets are a fault of the client, not of ours."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as error:
            reason = str(error.detail).removeprefix("JSON parse error - ")
            raise ParseError(f"The body is no JSON: {reason}.") from error
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
