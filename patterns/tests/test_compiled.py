"""What is compiled before the first request is all that requests need: a kernel met for the first time costs seconds."""

import datetime as dt
import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from numba.core.dispatcher import Dispatcher

from patterns import engine
from patterns.engine.registry import detectors
from patterns.services.context import prepare_context
from patterns.services.pieces import warm_once

from .factories import create_market, random_bars

pytestmark = pytest.mark.django_db

AS_OF = random_bars(320).at[-1]


def kernels() -> Iterator[tuple[str, Dispatcher]]:
    for info in pkgutil.walk_packages(engine.__path__, f"{engine.__name__}."):
        for name, value in vars(importlib.import_module(info.name)).items():
            if isinstance(value, Dispatcher):
                yield f"{info.name}.{name}", value


def signatures() -> set[tuple[str, str]]:
    return {(name, str(signature)) for name, kernel in kernels() for signature in kernel.signatures}


def test_detection_and_charts_compile_nothing_once_the_engine_is_warm(alice, api, browser) -> None:
    warm_once()
    universe = create_market(4, bars=320)
    prepare_context(universe=universe, interval="1day")
    before = signatures()
    assert before
    asked = {"ticker": "S0", "patterns": list(detectors()), "include": ["near", "forming"]}
    for changes in ({}, {"as_of": dt.datetime.fromtimestamp(AS_OF, dt.UTC).date().isoformat()}, {"interval": "1week"}):
        assert api(alice).post("/api/patterns/detect", asked | changes, format="json").status_code in (200, 422)
    assert api(alice).get("/api/charts/data?symbol=S0").status_code == 200
    assert browser(alice).get("/symbols/S0/").status_code == 200
    assert signatures() == before
