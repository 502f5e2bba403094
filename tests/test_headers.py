"""What every page tells browsers to refuse."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.auth import issue_access_token
from accounts.models import User

STRANGERS = ("/", "/sign-in", "/sign-up", "/forgot-password", "/confirm/x", "/reset-password/x", "/patterns/", "/help/data/", "/nowhere")
PEOPLE = ("/", "/scanner/", "/settings/profile", "/settings/password", "/settings/address", "/settings/sessions", "/settings/keys")
DESK = ("admin:index", "admin:accounts_user_changelist", "admin:accounts_user_add", "admin:accounts_auditevent_changelist")
API = ("/api/docs", "/api/schema", "/api/users/me", "/api/nowhere", "/healthz")


def faults(answer: Any) -> list[str]:
    """What is missing in the headers of an answer, and what of its HTML a browser would refuse."""
    policy = dict(part.strip().split(" ", 1) for part in answer.headers.get("Content-Security-Policy", "x x").split(";"))
    found = [f"{name}: {value}" for name, value in policy.items() if "unsafe" in value or "*" in value or "http" in value]
    found += [] if policy.get("default-src") == "'self'" else ["no policy"]
    found += [] if policy.get("frame-ancestors") == "'none'" and policy.get("object-src") == "'none'" else ["frames or objects"]
    found += [] if answer.headers.get("X-Content-Type-Options") == "nosniff" else ["nosniff"]
    found += [] if answer.headers.get("Referrer-Policy") in ("same-origin", "strict-origin") else ["referrer"]
    found += [] if answer.headers.get("X-Frame-Options") == "DENY" else ["frame"]
    found += [] if answer.headers.get("Cross-Origin-Opener-Policy") == "same-origin" else ["opener"]
    found += [] if answer.headers.get("Cross-Origin-Resource-Policy") == "same-origin" else ["resource"]
    found += [] if "camera=()" in answer.headers.get("Permissions-Policy", "") else ["permissions"]
    stored = set(answer.headers.get("Cache-Control", "").split(", "))
    picture = answer.headers["Content-Type"].startswith("image/")
    found += [] if {"no-store", "no-cache"} & stored or (picture and "private" in stored) else ["cache"]
    if answer.headers["Content-Type"].startswith("text/html"):
        page = answer.content.decode()
        found += [word for word in ("<style", " style=", "<script>", " onclick=", " hx-on", "javascript:") if word in page]
    return found


@pytest.mark.django_db
def test_no_page_comes_without_its_policy_nor_against_it(alice: User) -> None:
    stranger, person, desk = Client(), Client(), Client()
    person.force_login(alice)
    alice_admin = User.objects.create_superuser("head", "head@example.com", "a long password")
    desk.force_login(alice_admin)
    visits = [(stranger, path) for path in (*STRANGERS, *API)] + [(person, path) for path in (*PEOPLE, *API)]
    visits += [(desk, reverse(name)) for name in DESK] + [(desk, f"/admin/accounts/user/{alice.pk}/change/")]
    wrong = {path: found for client, path in visits if (found := faults(client.get(path)))}

    assert wrong == {}


@pytest.mark.django_db
def test_what_somebody_is_told_is_stored_nowhere(alice: User) -> None:
    person, program = Client(), APIClient()
    person.force_login(alice)
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_access_token(alice)}")
    personal = [person.get("/"), person.get("/settings/profile"), person.get("/nowhere"), program.get("/api/users/me")]

    assert ["no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"] for answer in personal] == [True] * 4
    assert Client().get("/patterns/")["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
def test_the_desk_asks_for_reasons_within_the_policy(alice: User) -> None:
    desk = Client()
    desk.force_login(User.objects.create_superuser("head", "head@example.com", "a long password"))
    asked = desk.post("/admin/accounts/user/", {"action": "suspend", "_selected_action": [alice.pk]})

    assert asked.status_code == 200
    assert faults(asked) == []


def checked(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        env={
            "PATH": "/usr/bin:/bin",
            "LEGEND_ENV_FILE": "/dev/null",
            "LEGEND_DATA": str(tmp_path),
            "DATABASE_URL": "postgresql://legend@127.0.0.1/legend",
            "REDIS_URL": "redis://127.0.0.1",
            "LEGEND_SITE_URL": "https://legend.example",
            "LEGEND_PROXIES": "1",
            **environment,
        },
    )


def test_a_site_on_services_and_https_is_checked_without_a_warning(tmp_path: Path) -> None:
    well = checked(tmp_path, SECRET_KEY="kq7-Tz0wVb4mR9xLp2sHd6fJn8aYc1eGu3iOv5-and-more-of-it")

    assert well.returncode == 0, well.stderr
    assert "no issues" in well.stdout


def test_the_key_of_development_is_refused_there(tmp_path: Path) -> None:
    refused = checked(tmp_path, SECRET_KEY="embedded-kq7-Tz0wVb4mR9xLp2sHd6fJn8aYc1eGu3iOv5-and-more-of-it")

    assert refused.returncode == 1
    assert "legend.E002" in refused.stderr


def test_https_makes_cookies_secure_and_browsers_remember_it(tmp_path: Path) -> None:
    code = (
        "import django; django.setup(); from django.test import Client; from django.conf import settings as s;"
        "a = Client().get('/healthz', secure=True, headers={'host': 'legend.example'});"
        "print(a.headers.get('Strict-Transport-Security'), s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_SAMESITE)"
    )
    environment = {
        "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "legend.settings",
        "LEGEND_ENV_FILE": "/dev/null",
        "LEGEND_DATA": str(tmp_path),
        "LEGEND_SITE_URL": "https://legend.example",
        "LEGEND_PROXIES": "1",
    }
    said = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=120, env=environment)

    assert said.stdout.split() == ["max-age=31536000", "True", "True", "Lax"], said.stderr
