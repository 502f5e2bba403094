"""What is too large is not read, what comes in chunks is, and what no person types is refused."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest
import uvicorn
from asgiref.testing import ApplicationCommunicator
from django.conf import settings as configured
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from legend.asgi import application
from legend.lib.bodies import BoundedBodies

QUESTION = {"side": "long", "entry_price": "100", "stop_loss": "95", "target_price": "115"}
ADDRESS = "/api/risk/risk-reward"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, int]]:
    """The web server itself, as `up` starts it; its addresses here ask the database nothing."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_config=None, lifespan="off", proxy_headers=False))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listening.getsockname()
    server.should_exit = True
    thread.join()


def post(served: tuple[str, int], address: str, pieces: list[bytes], **headers: str) -> tuple[HTTPResponse, bytes]:
    """Send the pieces as chunks, without a word on how much there will be."""
    connection = HTTPConnection(*served, timeout=20)
    kinds = {"Content-Type": "application/json", "Transfer-Encoding": "chunked", **headers}
    connection.request("POST", address, iter(pieces), kinds, encode_chunked=True)
    answer = connection.getresponse()
    return answer, answer.read()


def test_a_body_in_chunks_is_read(served: tuple[str, int]) -> None:
    whole = json.dumps(QUESTION).encode()
    answer, body = post(served, ADDRESS, [whole[:10], whole[10:11], whole[11:]])

    assert answer.status == 200, body
    assert json.loads(body)["risk_reward"]


@pytest.mark.parametrize(("address", "kind"), [(ADDRESS, "application/problem+json"), ("/nowhere", "text/html; charset=utf-8")])
def test_chunks_without_end_are_not_read_to_the_end(served: tuple[str, int], address: str, kind: str) -> None:
    answer, body = post(served, address, [b"x" * 100_000] * 15)

    assert (answer.status, answer.headers["Content-Type"]) == (413, kind)
    assert b"1,000,000" in body
    assert answer.headers["Content-Security-Policy"]


def test_what_says_to_be_too_large_is_not_awaited(served: tuple[str, int]) -> None:
    with socket.create_connection(served, timeout=20) as line:
        head = f"POST {ADDRESS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 99000000\r\n\r\n"
        line.sendall(head.encode() + b"{")
        assert line.recv(100).startswith(b"HTTP/1.1 413")


def test_a_length_that_is_none_is_refused(served: tuple[str, int]) -> None:
    for length in ("-1", "many", "1, 2"):
        with socket.create_connection(served, timeout=20) as line:
            line.sendall(f"POST {ADDRESS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n".encode())
            assert line.recv(100).startswith(b"HTTP/1.1 400")


def test_what_a_client_does_after_its_body_still_arrives() -> None:
    heard: list[Any] = []

    async def listener(scope: dict[str, Any], receive: Any, send: Any) -> None:
        heard.extend([dict(scope["headers"])[b"content-length"], await receive(), await receive()])

    async def play() -> None:
        scope = {"type": "http", "headers": [(b"transfer-encoding", b"chunked")]}
        client = ApplicationCommunicator(BoundedBodies(listener), scope)
        for message in ({"body": b"a", "more_body": True}, {"body": b"b"}):
            await client.send_input({"type": "http.request", **message})
        await client.send_input({"type": "http.disconnect"})
        await client.wait()

    asyncio.run(play())
    assert heard == [b"2", {"type": "http.request", "body": b"ab", "more_body": False}, {"type": "http.disconnect"}]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("application/json", "too_large"), ("application/x-www-form-urlencoded", "too_large"), ("text/csv", "too_large")],
)
def test_every_kind_of_body_has_the_same_bound(kind: str, code: str) -> None:
    answer = APIClient().generic("POST", ADDRESS, b"x" * (configured.MAX_UPLOAD_BYTES + 1), content_type=kind)

    assert (answer.status_code, answer.json()["code"]) == (413, code)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=cut"])
def test_a_form_that_is_too_large_gets_a_page_that_says_so(kind: str) -> None:
    field = b'--cut\r\nContent-Disposition: form-data; name="username"\r\n\r\n'
    body = b"username=" + b"x" * 2_000_000 if "url" in kind else field + b"x" * 2_000_000 + b"\r\n--cut--\r\n"
    answer = Client().generic("POST", "/sign-in", body, content_type=kind)

    assert (answer.status_code, "1,000,000 bytes" in answer.content.decode()) == (413, True)


@pytest.mark.django_db
def test_a_form_of_a_thousand_and_more_fields_is_refused() -> None:
    many = "&".join(f"field{number}=1" for number in range(2000))
    page = Client().generic("POST", "/sign-in", many, content_type="application/x-www-form-urlencoded")
    api = Client().generic("POST", ADDRESS, many, content_type="application/x-www-form-urlencoded")

    assert (page.status_code, api.status_code) == (400, 400)
    assert api["Content-Type"] == "application/problem+json"


BAD_JSON = {
    "NUL": rb'{"a": "\u0000"}',
    "NUL in a name": rb'{"\u0000": 1}',
    "half a character": rb'{"a": ["\ud800"]}',
    "deep": b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}",
    "very deep": b"[" * 100_000,
    "infinite": b'{"a": 1e999}',
    "not a number": b'{"a": NaN}',
    "more than 64 bits": b'{"a": 9223372036854775808}',
    "a number of many digits": b'{"a": ' + b"9" * 5000 + b"}",
    "not UTF-8": b'{"a": "\xff"}',
    "cut off": b'{"a": ',
    "empty": b" ",
}


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON)
def test_json_that_no_program_means_is_refused(body: bytes) -> None:
    answer = Client().generic("POST", ADDRESS, body, content_type="application/json")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["code"] == "parse_error" or told["errors"][0]["field"] in ("a", "a.0", "")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=cut"])
def test_forms_of_programs_are_looked_at_too(kind: str) -> None:
    body = b"entry=%00" if "url" in kind else b'--cut\r\nContent-Disposition: form-data; name="entry"\r\n\r\n\0\r\n--cut--\r\n'
    answer = Client().generic("POST", ADDRESS, body, content_type=kind)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "entry")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/symbols/%00/", "/symbols/?q=%00", "/symbols/?%00=q", "/api/universe/%00", "/api/scan/latest?universe=a%00"]
)
def test_no_address_has_a_nul(address: str, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    answer = client.get(address)

    assert answer.status_code == 400
    assert "NUL" in answer.content.decode()


@pytest.mark.django_db
def test_no_form_has_a_nul(alice: User, settings: Settings) -> None:
    client = Client()
    client.force_login(alice)

    assert client.post("/lab/save/", {"name": "a\0b"}).status_code == 400
