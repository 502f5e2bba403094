"""Every refusal of the API has one form."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django import Settings
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from accounts.models import User
from legend.lib.errors import Conflict, TooMany, invalid
from legend.urls import urlpatterns as house


class Level(serializers.Serializer):
    price = serializers.DecimalField(max_digits=12, decimal_places=4)


class Order(serializers.Serializer):
    symbol = serializers.CharField(max_length=10)
    levels = Level(many=True)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if attrs["symbol"] == "NONE":
            raise serializers.ValidationError("This is no order.", code="no_order")
        return attrs


class Orders(APIView):
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        order = Order(data=request.data)
        order.is_valid(raise_exception=True)
        match order.validated_data["symbol"]:
            case "TWICE":
                raise Conflict("It is closed already.", code="already_closed")
            case "STOP":
                raise invalid("stop", "The stop lies above the entry.", code="stop_above_entry")
            case "OFTEN":
                raise TooMany("Ten a day.", retry_after=90.2)
            case "GONE":
                User.objects.get(username="nobody")
            case "BUG":
                raise RuntimeError("secret detail")
        return Response({})


class Mine(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request: Request) -> Response:
        return Response({})


urlpatterns = [path("api/orders", Orders.as_view()), path("api/mine", Mine.as_view()), *house]
handler404 = "legend.views.not_found"
handler500 = "legend.views.server_error"


@pytest.fixture(autouse=True)
def _own_paths(settings: Settings, db: None) -> None:
    settings.ROOT_URLCONF = __name__


def order(symbol: str = "AAPL", levels: object = ({"price": "1"},)) -> dict[str, object]:
    return {"symbol": symbol, "levels": levels}


def test_faults_are_listed_flat_with_their_path() -> None:
    answer = APIClient().post("/api/orders", order("A" * 11, [{"price": "1"}, {"price": "dear"}]))

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:legend:problem:invalid",
        "title": "Invalid input",
        "status": 400,
        "detail": "2 values are not right.",
        "code": "invalid",
        "help": "Correct what `errors` names, then send it again; nothing was changed.",
        "errors": [
            {"field": "symbol", "code": "max_length", "message": "Ensure this field has no more than 10 characters."},
            {"field": "levels.1.price", "code": "invalid", "message": "A valid number is required."},
        ],
    }


def test_a_fault_of_the_whole_has_no_field() -> None:
    answer = APIClient().post("/api/orders", order("NONE")).json()

    assert answer["detail"] == "This is no order."
    assert answer["errors"] == [{"field": "", "code": "no_order", "message": "This is no order."}]


@pytest.mark.parametrize(
    ("symbol", "status", "code"),
    [("TWICE", 409, "already_closed"), ("STOP", 400, "stop_above_entry"), ("GONE", 404, "not_found"), ("OFTEN", 429, "throttled")],
)
def test_what_a_service_refuses_keeps_its_status_and_code(symbol: str, status: int, code: str) -> None:
    answer = APIClient().post("/api/orders", order(symbol))

    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (status, status, code)
    assert answer["Content-Type"] == "application/problem+json"


def test_a_limit_says_when_to_come_back() -> None:
    assert APIClient().post("/api/orders", order("OFTEN"))["Retry-After"] == "91"


def test_a_fault_of_ours_tells_nothing_but_that() -> None:
    answer = Client(raise_request_exception=False).post("/api/orders", json.dumps(order("BUG")), content_type="application/json")

    assert answer.status_code == 500
    assert answer.json()["code"] == "server_error"
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "parse_error"),
        (b'{"symbol": NaN}', 400, "parse_error"),
        (b"\xff\xfe", 400, "parse_error"),
        (b"[" * 100_000, 400, "parse_error"),
        (b'"' + b"x" * 10_000_000 + b'"', 413, "too_large"),
        (b"[]", 400, "invalid"),
        (b'{"symbol": "A\\u0000", "levels": []}', 400, "invalid"),
    ],
    ids=["cut off", "not a number", "not text", "nested", "ten megabytes", "a list", "a null byte"],
)
def test_a_body_that_is_no_order_is_refused_in_the_same_form(body: bytes, status: int, code: str) -> None:
    answer = Client().post("/api/orders", body, content_type="application/json")

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code


def test_other_methods_and_media_types_too() -> None:
    assert APIClient().delete("/api/orders").json()["status"] == 405
    assert Client().post("/api/orders", "<a/>", content_type="text/xml").json()["status"] == 415
    assert APIClient().post("/api/orders", order(), HTTP_ACCEPT="image/png").json()["status"] == 406


def test_a_stranger_is_told_to_sign_in() -> None:
    answer = APIClient().get("/api/mine")

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert "/api/auth/login" in answer.json()["help"]
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_an_unknown_api_path_is_json_and_an_unknown_page_is_a_page() -> None:
    assert Client().get("/api/nothing").json()["code"] == "not_found"

    page = Client().get("/nothing")
    assert page.status_code == 404
    assert page["Content-Type"].startswith("text/html")
    assert "There is nothing at this address." in page.content.decode()


def test_a_method_that_a_page_does_not_take_gets_a_page() -> None:
    answer = Client().get("/sign-out")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer["Content-Type"].startswith("text/html")
    assert "To the dashboard" in answer.content.decode()


def test_programs_are_told_which_methods_there_are() -> None:
    answer = APIClient().delete("/api/orders")

    assert answer["Allow"] == "POST, OPTIONS"
    assert "Allow" in answer.json()["help"]


def test_a_refusal_that_a_page_did_not_catch_becomes_a_page() -> None:
    from legend.lib.problem import refuse

    request = RequestFactory().get("/journal")
    request.user = AnonymousUser()
    answer = refuse(request, Conflict("It is closed already."))

    assert answer.status_code == 409
    assert "It is closed already." in answer.content.decode()
