"""Settings of a test run: the product's own, with a data folder of its own, tasks inline and quick passwords.

DATABASE_URL and REDIS_URL count, so that the same tests run embedded and on services; a developer's .env does not.
"""

import atexit
import os
import shutil
import tempfile
import uuid
from pathlib import Path

from legend.lib.kernels import kernel_cache_dir

os.environ["LEGEND_ENV_FILE"] = os.devnull
if "LEGEND_DATA" not in os.environ:
    # workers of pytest-xdist inherit the variable, so one run has one folder
    os.environ["LEGEND_DATA"] = tempfile.mkdtemp(prefix="legend-tests-")
    atexit.register(shutil.rmtree, os.environ["LEGEND_DATA"], ignore_errors=True)
if os.environ.get("DATABASE_URL", "sqlite").startswith("postgres"):
    os.environ.setdefault("SECRET_KEY", "a-key-for-tests-only-that-is-long-enough-to-pass")
    # each worker of pytest-xdist has a pool of its own
    os.environ.setdefault("LEGEND_DB_POOL_MIN", "1")
# kernels take minutes to compile; their folder is named by their sources, so runs can share it with the checkout
os.environ.setdefault("NUMBA_CACHE_DIR", str(kernel_cache_dir(Path(__file__).resolve().parents[1] / "data")))
run = os.environ.setdefault("LEGEND_TEST_RUN", uuid.uuid4().hex[:8])
os.environ["LEGEND_REDIS_PREFIX"] = f"legend-tests-{run}-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"

from legend.settings import *  # noqa: E402, F403

CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
