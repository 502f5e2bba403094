"""All settings. Every value comes from the environment and `.env.example` explains each; with none set Legend runs embedded.

Embedded: SQLite, one process, nothing else needed. Services: PostgreSQL by DATABASE_URL and Redis by REDIS_URL, any number of
processes. What is half of either is said by `legend.checks`.
"""

import hashlib
import os
from datetime import timedelta
from logging import INFO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import FileAwareEnv, ValidationError, validate

from legend.lib.kernels import kernel_cache_dir
from legend.lib.rates import Rate
from legend.lib.secrets import embedded_key
from legend.telemetry.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = FileAwareEnv(strip_whitespace=True)
env.read_env(os.environ.get("LEGEND_ENV_FILE") or str(BASE_DIR / ".env"), recurse=False)


@env.parser_for("rate")
def read_rate(text: str) -> Rate:
    try:
        return Rate.parse(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


@env.parser_for("web_address")
def read_web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValidationError(f"{text!r} is no address of a site; write http(s)://host[:port].")
    return text.rstrip("/")


COUNT = validate.Range(min=1)

# ── where things lie, and in which of the two ways Legend runs ───────────────────────────────────────────────────────────────
DATA = Path(env.str("LEGEND_DATA", str(BASE_DIR / "data"))).expanduser().resolve()
DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{DATA / 'legend.sqlite3'}")
REDIS_URL = env.str("REDIS_URL", "")
EMBEDDED = DATABASE_URL.startswith("sqlite")
DATA.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("LEGEND_DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
NOTHING_CONFIGURED = EMBEDDED and not any(env.str(name, "") for name in ("SECRET_KEY", "LEGEND_SITE_URL", "LEGEND_HOSTS"))
if not SECRET_KEY:
    if not EMBEDDED:
        raise ImproperlyConfigured("SECRET_KEY (or SECRET_KEY_FILE) has to be set when DATABASE_URL names a server.")
    SECRET_KEY = embedded_key(DATA)

# numba reads this when it is first imported
# set to nothing it would mean the current folder
os.environ["NUMBA_CACHE_DIR"] = os.getenv("NUMBA_CACHE_DIR") or str(kernel_cache_dir(DATA))

# ── who is served, and how the outside looks ─────────────────────────────────────────────────────────────────────────────────
SITE_URL = env.web_address("LEGEND_SITE_URL", "http://127.0.0.1:8000")
HTTPS = SITE_URL.startswith("https://")
LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = [*LOCAL_HOSTS, urlsplit(SITE_URL).hostname or "localhost", *env.list("LEGEND_HOSTS", [])]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
PROXIES = env.int("LEGEND_PROXIES", 0, validate=validate.Range(min=0, max=5))
DEMO = env.bool("LEGEND_DEMO", None)  # None: while nothing is configured, and only to a browser on this machine

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "django_filters",
    "django_structlog",
    "corsheaders",
    "csp",
    "channels",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "legend",
    "accounts",
    "patterns",
    "trading",
    "social",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "legend.lib.statics.StaticFiles",
    "django_structlog.middlewares.RequestMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "legend.lib.headers.Headers",
    "legend.lib.throttling.Limits",
    "legend.lib.bodies.Bodies",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.Leaving",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "legend.lib.problem.ProblemMiddleware",
]
ROOT_URLCONF = "legend.urls"
ASGI_APPLICATION = "legend.asgi.application"
WSGI_APPLICATION = "legend.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("LEGEND_MAX_BODY_BYTES", 1_000_000, validate=COUNT)
MAX_UPLOAD_BYTES = env.int("LEGEND_MAX_UPLOAD_BYTES", 12_000_000, validate=COUNT)

# ── database ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────
DATABASES: dict[str, Any]
if EMBEDDED:
    SQLITE_PATH = Path(DATABASE_URL.removeprefix("sqlite:///"))
    if not SQLITE_PATH.is_absolute():
        raise ImproperlyConfigured("DATABASE_URL of an SQLite file needs its whole path: sqlite:////folder/legend.sqlite3")
    SQLITE_PATH.parent.mkdir(parents=True, exist_ok=True)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(SQLITE_PATH),
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
            # a file: threads that share a database in memory meet "table is locked", which no timeout cures
            "TEST": {"NAME": str(DATA / "test.sqlite3")},
        }
    }
else:
    DATABASES = {"default": env.dj_db_url("DATABASE_URL")}
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured(
            "DATABASE_URL has to name SQLite (sqlite:////path) or PostgreSQL (postgresql://user:password@host/name)."
        )
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": env.int("LEGEND_DB_POOL_MIN", 5, validate=validate.Range(min=0)),
        "max_size": env.int("LEGEND_DB_POOL_MAX", 15, validate=COUNT),
        "timeout": 10,
    }

# ── cache, live messages, tasks ──────────────────────────────────────────────────────────────────────────────────────────────
SHARED = bool(REDIS_URL) and not EMBEDDED
REDIS_PREFIX = env.str("LEGEND_REDIS_PREFIX", "legend")
CACHES: dict[str, Any]
CHANNEL_LAYERS: dict[str, Any]
if SHARED:
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": f"{REDIS_PREFIX}:cache",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 3, "SOCKET_TIMEOUT": 3},
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            # longer than the layer waits for a message (5 s), or every quiet socket would end with an error
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 30}], "prefix": f"{REDIS_PREFIX}:live"},
        }
    }
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"global_keyprefix": f"{REDIS_PREFIX}:tasks:", "socket_timeout": 30}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    CELERY_BROKER_URL = "memory://localhost/"
    # memory:// otherwise looks for work once a second
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.02}
# buckets of limits: apart, so that a crowd of strangers pushes nothing else out
CACHES["limits"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "limits",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}

# inline until a worker thread of this process consumes (legend.embedded)
CELERY_TASK_ALWAYS_EAGER = not SHARED
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SEND_SENT_EVENT = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"  # the timetable is this file; when a thing last ran is in rows
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "requeue stale scan pieces": {"task": "patterns.tasks.requeue_stale_pieces", "schedule": timedelta(minutes=1)},
    "follow the lives of matches": {"task": "patterns.tasks.follow_lives", "schedule": timedelta(minutes=1)},
    "scan what is new": {"task": "patterns.tasks.scan_what_is_new", "schedule": timedelta(minutes=10)},
    "look at what alerts have missed": {"task": "trading.tasks.sweep_alerts", "schedule": timedelta(minutes=1)},
    "take in what waits": {"task": "trading.tasks.sweep_imports", "schedule": timedelta(minutes=1)},
    "deliver what is due": {"task": "social.tasks.deliver_due", "schedule": timedelta(minutes=1)},
    "sweep evidence": {"task": "patterns.tasks.sweep_evidence", "schedule": timedelta(minutes=1)},
    "write down the calls of keys": {"task": "accounts.tasks.write_down_calls", "schedule": timedelta(minutes=1)},
    "sweep archives": {"task": "accounts.tasks.sweep_archives", "schedule": timedelta(minutes=1)},
    "erase closed accounts": {"task": "accounts.tasks.erase_closed_accounts", "schedule": timedelta(minutes=10)},
    "post mail that is due": {"task": "accounts.tasks.post_due", "schedule": timedelta(minutes=1)},
    "forget spent tokens and codes": {"task": "accounts.tasks.forget_spent", "schedule": timedelta(hours=1)},
    "forget old audit events": {"task": "accounts.tasks.forget_old_audit_events", "schedule": timedelta(hours=24)},
    "forget ended sessions": {"task": "accounts.tasks.forget_ended_sessions", "schedule": timedelta(hours=24)},
}
WORKER_THREADS = env.int("LEGEND_WORKER_THREADS", 2, validate=validate.Range(min=1, max=64))

# ── static files ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = DATA / "uploads"

# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.locks.LockBackend", "accounts.auth.NameOrEmailBackend"]
SIGN_UP = env.str("LEGEND_SIGN_UP", "open", validate=validate.OneOf(["open", "closed"]))
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    # read, then upgraded at the next sign-in
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.BCryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email", "first_name", "last_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "accounts.passwords.MaximumLengthValidator", "OPTIONS": {"max_length": 128}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "accounts.passwords.CharacterClassesValidator",
        "OPTIONS": {"classes": env.int("LEGEND_PASSWORD_CLASSES", 1, validate=validate.Range(min=1, max=4))},
    },
]
# guessing passwords: django-axes counts per name and network, and never says that it refuses (accounts.locks)
LOCK_AFTER = env.int("LEGEND_LOCK_AFTER", 10, validate=COUNT)
LOCK_MINUTES = env.int("LEGEND_LOCK_MINUTES", 15, validate=validate.Range(min=1, max=24 * 60))
AXES_FAILURE_LIMIT = LOCK_AFTER
AXES_COOLOFF_TIME = timedelta(minutes=LOCK_MINUTES)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "accounts.locks.name_key"
AXES_CLIENT_IP_CALLABLE = "accounts.locks.network_key"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # who goes on trying is not locked out for longer
AXES_RESET_ON_SUCCESS = False  # the service does it: axes would look for the username where an address was typed
AXES_DISABLE_ACCESS_LOG = True  # the audit log is ours
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AUDIT_DAYS = env.int("LEGEND_AUDIT_DAYS", 730, validate=COUNT)
CLOSING_DAYS = env.int("LEGEND_CLOSING_DAYS", 7, validate=validate.Range(min=0, max=90))
EXPORTS_PER_DAY = env.int("LEGEND_EXPORTS_PER_DAY", 2, validate=COUNT)
JWT_KEY = env.str("LEGEND_JWT_KEY", "") or hashlib.sha256(f"legend.jwt:{SECRET_KEY}".encode()).hexdigest()
ACCESS_MINUTES = env.int("LEGEND_ACCESS_MINUTES", 15, validate=validate.Range(min=1, max=24 * 60))
REFRESH_DAYS = env.int("LEGEND_REFRESH_DAYS", 7, validate=validate.Range(min=1, max=365))
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_KEY,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=ACCESS_MINUTES),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=REFRESH_DAYS),
    "AUTH_HEADER_TYPES": ("Bearer",),
    "UPDATE_LAST_LOGIN": False,
}

# ── mail ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
MAIL = env.dj_email_url("EMAIL_URL", "console://")
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_FILE_PATH = MAIL["EMAIL_FILE_PATH"]
EMAIL_HOST, EMAIL_PORT = MAIL["EMAIL_HOST"], MAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_USER"] or "", MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL["EMAIL_USE_TLS"], MAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = MAIL["EMAIL_TIMEOUT"] or 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("LEGEND_EMAIL_FROM", f"Legend <legend@{urlsplit(SITE_URL).hostname}>")

# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
RATES = {
    "anon": env.rate("LEGEND_RATE_ANON", "30/minute"),
    "visitor": env.rate("LEGEND_RATE_VISITOR", "120/minute"),
    "key": env.rate("LEGEND_RATE_KEY", "60/minute burst 120"),
    "user": env.rate("LEGEND_RATE_USER", "60/minute burst 120"),
    "session": env.rate("LEGEND_RATE_SESSION", "600/minute"),
    "auth": env.rate("LEGEND_RATE_AUTH", "10/minute"),
    "mail": env.rate("LEGEND_RATE_MAIL", "5/hour"),
    "scan": env.rate("LEGEND_RATE_SCAN", "10/hour"),
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.auth.BearerAuthentication",
        "accounts.auth.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["legend.lib.permissions.SignedIn"],
    "DEFAULT_THROTTLE_CLASSES": ["legend.lib.throttling.EveryRequest"],
    "DEFAULT_PARSER_CLASSES": [
        "legend.lib.parsers.PlainJSONParser",
        "legend.lib.parsers.PlainFormParser",
        "legend.lib.parsers.PlainMultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "legend.lib.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "legend.openapi.Schema",
    "EXCEPTION_HANDLER": "legend.lib.problem.answer_api",
    "NUM_PROXIES": PROXIES,
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Legend API",
    "DESCRIPTION": "Chart patterns with their evidence. Errors are `application/problem+json` (RFC 9457), lists are cursor pages.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api",
    "COMPONENT_SPLIT_REQUEST": True,
    # choices stay beside their field: as components of their own they need names, and two fields called "status" collide
    "POSTPROCESSING_HOOKS": ["legend.openapi.describe_problems"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
CORS_ALLOWED_ORIGINS = env.list("LEGEND_CORS_ORIGINS", [], subcast=read_web_address)
CORS_EXPOSE_HEADERS = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"]
CORS_URLS_REGEX = r"^/api/"

# ── security ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 86400 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
X_FRAME_OPTIONS = "DENY"
# Secure on a plain-http site would lock everybody out
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_NAME = "legend_session"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "legend_csrf"
CSRF_FAILURE_VIEW = "legend.views.csrf_failure"
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # the proxy that ends TLS redirects plain http; Legend itself also answers health checks there
    "security.W005",  # whether other names below this host may use plain http is not Legend's to say
    "security.W021",
    "axes.W002",  # its middleware would tell that a name is locked
]

# ── logs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
LOG_FORMAT = env.str("LEGEND_LOG_FORMAT", "console" if EMBEDDED else "json", validate=validate.OneOf(["console", "json"]))
LOG_LEVEL = env.str("LEGEND_LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]))
LOGGING = logging_config(json=LOG_FORMAT == "json", level=LOG_LEVEL)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = INFO
