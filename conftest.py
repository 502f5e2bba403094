"""What every test may ask for. Alice owns, Bob follows her, Charlie is a stranger."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from channels.layers import channel_layers
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from django_redis import get_redis_connection
from rest_framework.test import APIClient

from accounts.models import User
from tests.caches import empty_cache


@pytest.fixture(scope="session")
def market_data() -> Path:
    """The folder of real bars that lies beside the checkout."""
    folder: Path = settings.BASE_DIR.parent / "shared" / "market-data"
    if not folder.is_dir():
        pytest.skip("no ../shared/market-data beside this checkout")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _no_keys_left() -> Iterator[None]:
    """A run leaves nothing in a Redis that others use."""
    yield
    if settings.SHARED:
        redis = get_redis_connection("default")
        for key in redis.scan_iter(f"{settings.REDIS_PREFIX}:*", count=1000):
            redis.delete(key)


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    """Rates and cached answers of one test do not reach the next."""
    yield
    caches["limits"].clear()
    empty_cache()


@pytest.fixture(autouse=True)
def _fresh_channel_layer() -> Iterator[None]:
    """A reader that one test left waiting does not take the messages of the next."""
    yield
    channel_layers.backends.clear()


@pytest.fixture(autouse=True)
def _no_receiver_fails(request: pytest.FixtureRequest) -> Iterator[None]:
    """News go on past a receiver that fails, in tests too; but there its failure is the test's."""
    failures: list[str] = []
    listener = logging.Handler(logging.ERROR)
    listener.emit = lambda record: failures.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("django.dispatch")
    logger.addHandler(listener)
    yield
    logger.removeHandler(listener)
    if request.node.get_closest_marker("receivers_fail") is None:
        assert failures == []


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(username: str, **fields: object) -> User:
        fields.setdefault("email_confirmed_at", timezone.now())
        return User.objects.create_user(username, f"{username}@example.com", "a long password", **fields)

    return make


@pytest.fixture
def alice(make_user: Callable[..., User]) -> User:
    return make_user("alice")


@pytest.fixture
def bob(make_user: Callable[..., User]) -> User:
    return make_user("bob")


@pytest.fixture
def charlie(make_user: Callable[..., User]) -> User:
    return make_user("charlie")


@pytest.fixture
def moderator(make_user: Callable[..., User]) -> User:
    return make_user("mod", role=User.Role.MODERATOR)


@pytest.fixture
def browser() -> Callable[[User], Client]:
    """`browser(alice).get("/")`: pages as she sees them."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def api() -> Callable[[User | None], APIClient]:
    """`api(alice).post("/api/…", {...})`: JSON in and out, as her; `api(None)` as nobody."""

    def client(user: User | None = None) -> APIClient:
        made = APIClient()
        if user is not None:
            made.force_authenticate(user)
        return made

    return client
