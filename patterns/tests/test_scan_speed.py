"""What a scan may cost. Times are CPU seconds of this process, the least of several runs, so that a busy machine does not fail them."""

import time

import pytest
from django.utils import timezone

from patterns.models import Universe
from patterns.services.scans import run_scan_here

from .factories import create_market, create_universe

pytestmark = pytest.mark.django_db


def cpu_seconds(universe: Universe) -> float:
    def once() -> float:
        begin = time.process_time()
        run_scan_here(universe=universe, now=timezone.now(), threads=0)
        return time.process_time() - begin

    once()
    return min(once() for _ in range(4))


def test_twice_the_symbols_take_at_most_about_twice_the_time() -> None:
    whole = create_market(200, bars=400)
    half = create_universe("HALF", members=[stay.instrument for stay in whole.members.order_by("pk")[:100]])
    assert cpu_seconds(whole) <= 2.2 * cpu_seconds(half)


def test_questions_to_the_database_grow_with_the_pieces_not_the_matches(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    universe = create_market(100, bars=400)
    run_scan_here(universe=universe, now=timezone.now(), threads=0)
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        run_scan_here(universe=universe, now=timezone.now(), threads=0)
