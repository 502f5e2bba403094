"""`compose.yaml` and `.env.example` say the same, and what they say starts."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

OURS = ("web", "worker", "beat")
GIVEN = {"SECRET_KEY": "k" * 40, "POSTGRES_PASSWORD": "secret"}
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::([-?])([^}]*))?\}")


def composed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((settings.BASE_DIR / "compose.yaml").read_text())
    return found


def example() -> dict[str, str]:
    """Every setting of the example, as if all were uncommented."""
    text = (settings.BASE_DIR / ".env.example").read_text()
    return dict(re.findall(r"^#?([A-Z][A-Z_]+)=(.*)$", text, re.MULTILINE))


def filled(value: str, known: dict[str, str]) -> str:
    """As compose fills in `${NAME}`, `${NAME:-default}` and `${NAME:?message}`."""
    return VARIABLE.sub(lambda found: known.get(found[1]) or (found[3] if found[2] == "-" else ""), value)


def test_what_compose_asks_for_is_explained_in_the_example() -> None:
    asked = {found[1] for found in VARIABLE.finditer((settings.BASE_DIR / "compose.yaml").read_text())}
    assert asked >= GIVEN.keys()
    assert asked <= example().keys()


@pytest.mark.parametrize("name", OURS)
def test_each_process_starts_with_the_settings_of_the_example(name: str, tmp_path: Path) -> None:
    service = composed()["services"][name]
    assert service["env_file"] == [{"path": ".env", "required": False}]
    file = example() | GIVEN
    environment = {**file, **{key: filled(str(value), file) for key, value in service["environment"].items()}}
    assert environment["LEGEND_DATA"] == "/data"
    shown = subprocess.run(
        [
            sys.executable,
            "-c",
            "from django.conf import settings as s; print(s.SHARED, s.DATABASES['default']['HOST'], s.CELERY_BROKER_URL)",
        ],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment, "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "legend.settings", "LEGEND_DATA": str(tmp_path)},
    )
    assert shown.stdout.strip() == "True postgres redis://redis:6379/0", shown.stderr


def test_nobody_starts_before_what_they_need_answers() -> None:
    services = composed()["services"]
    assert {name: set(services[name]["depends_on"]) for name in OURS} == {"web": {"postgres", "redis"}, "worker": {"web"}, "beat": {"web"}}
    assert all("healthcheck" in services[name] for name in ("postgres", "redis"))
    assert set(composed()["volumes"]) == {"legend", "postgres", "redis"}


def test_every_process_of_legend_has_the_files_of_the_others() -> None:
    """The worker writes the archive of an account, the web hands it out; the timetable's tasks delete what is left of a closed one."""
    ours = {name: service for name, service in composed()["services"].items() if service.get("image") == "legend:latest"}
    assert set(ours) == {"web", "worker", "beat"}
    for name, service in ours.items():
        assert service["volumes"] == ["legend:/data"] and service["environment"]["LEGEND_DATA"] == "/data", name
