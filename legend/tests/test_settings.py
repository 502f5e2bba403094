"""Every value from the environment, each documented, a wrong one named at the start."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


def start(tmp_path: Path, expression: str | None, /, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process of its own that prints something of its settings (`s`), or the command line that only starts."""
    shown = ["-c", f"import django; django.setup(); from django.conf import settings as s; print({expression}, sep='|')"]
    return subprocess.run(
        [sys.executable, *(shown if expression else ["manage.py", "version"])],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "legend.settings",
            "LEGEND_ENV_FILE": os.devnull,
            "LEGEND_DATA": str(tmp_path),
            **environment,
        },
    )


def test_nothing_set_runs_embedded(tmp_path: Path) -> None:
    shown = start(
        tmp_path, "s.EMBEDDED, s.DATABASES['default']['OPTIONS']['transaction_mode'], s.CELERY_BROKER_URL, s.SESSION_COOKIE_SECURE"
    )

    assert shown.stdout.strip() == "True|IMMEDIATE|memory://localhost/|False", shown.stderr
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_the_secret_key_stays_the_same_from_start_to_start(tmp_path: Path) -> None:
    first, second = (start(tmp_path, "s.SECRET_KEY").stdout for _ in range(2))

    assert first == second
    assert len(first) > 60


def test_a_server_for_the_database_makes_services(tmp_path: Path) -> None:
    shown = start(
        tmp_path,
        "s.EMBEDDED, s.SHARED, s.DATABASES['default']['OPTIONS']['pool']['max_size'], s.CELERY_TASK_ALWAYS_EAGER, s.SESSION_COOKIE_SECURE",
        DATABASE_URL="postgresql://legend@127.0.0.1/legend",
        REDIS_URL="redis://127.0.0.1:6379/0",
        SECRET_KEY="x" * 40,
        LEGEND_SITE_URL="https://legend.example",
    )

    assert shown.stdout.strip() == "False|True|15|False|True", shown.stderr


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file that a container mounts\n")

    assert start(tmp_path, "s.SECRET_KEY", SECRET_KEY_FILE=str(tmp_path / "key")).stdout.strip() == "from a file that a container mounts"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEGEND_DEBUG", "perhaps"),
        ("LEGEND_ACCESS_MINUTES", "0"),
        ("LEGEND_PROXIES", "many"),
        ("LEGEND_RATE_USER", "60 per minute"),
        ("LEGEND_RATE_SCAN", "0/hour"),
        ("LEGEND_SITE_URL", "legend.example"),
        ("LEGEND_LOG_FORMAT", "xml"),
        ("LEGEND_WORKER_THREADS", "-1"),
        ("LEGEND_CORS_ORIGINS", "https://good.example,bad"),
        ("DATABASE_URL", "mysql://legend@127.0.0.1/legend"),
        ("DATABASE_URL", "sqlite:///relative.sqlite3"),
        ("SECRET_KEY_FILE", "/nowhere"),
    ],
)
def test_a_wrong_value_stops_the_start_with_its_name(tmp_path: Path, name: str, value: str) -> None:
    environment = {name: value} if name.startswith("SECRET") else {"SECRET_KEY": "x" * 40, name: value}
    refused = start(tmp_path, None, **environment)

    assert refused.returncode == 1
    assert refused.stdout == ""
    assert name in refused.stderr
    assert "Traceback" not in refused.stderr


def test_services_do_not_start_without_a_secret_key(tmp_path: Path) -> None:
    refused = start(tmp_path, None, DATABASE_URL="postgresql://legend@127.0.0.1/legend", REDIS_URL="redis://127.0.0.1")

    assert refused.returncode == 1
    assert "SECRET_KEY" in refused.stderr
    assert not (tmp_path / "secret.key").exists()


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    source = (settings.BASE_DIR / "legend/settings.py").read_text()
    read = set(re.findall(r'env(?:iron\.get|\.\w+)\(\s*"([A-Z_]+)"', source))
    documented = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (settings.BASE_DIR / ".env.example").read_text(), re.MULTILINE))

    # compose has some of its own
    by_compose = set(re.findall(r"\$\{([A-Z_]+)", (settings.BASE_DIR / "compose.yaml").read_text()))

    assert read | by_compose == documented


def test_argon2_hashes_new_passwords_and_bcrypt_is_still_read(tmp_path: Path) -> None:
    shown = start(tmp_path, "[name.rsplit('.')[-1] for name in s.PASSWORD_HASHERS]").stdout

    assert shown.strip() == "['Argon2PasswordHasher', 'BCryptSHA256PasswordHasher', 'BCryptPasswordHasher']"


def test_the_start_brings_no_heavy_library(tmp_path: Path) -> None:
    heavy = start(tmp_path, "sorted({'pandas', 'pyarrow', 'matplotlib', 'numba', 'exchange_calendars'} & set(__import__('sys').modules))")

    assert heavy.stdout.strip() == "[]"


def test_kernels_of_other_sources_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from legend.lib import kernels

    engine = tmp_path / "engine"
    engine.mkdir()
    monkeypatch.setattr(kernels, "ENGINE", engine)
    (engine / "swings.py").write_text("a = 1")
    before = kernels.kernel_cache_dir(tmp_path)
    assert kernels.kernel_cache_dir(tmp_path) == before
    (engine / "swings.py").write_text("a = 2")

    assert kernels.kernel_cache_dir(tmp_path) != before


def test_a_kernel_folder_set_to_nothing_is_none(tmp_path: Path) -> None:
    shown = start(tmp_path, "__import__('os').environ['NUMBA_CACHE_DIR']", NUMBA_CACHE_DIR="")
    assert shown.stdout.startswith(str(tmp_path / "kernels")), shown.stderr
