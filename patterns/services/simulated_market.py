"""The simulated market as a universe like any other, always labelled: its instruments' source is `simulated`."""

import datetime as dt

import numpy as np
from django.db import transaction
from django.utils import timezone

from legend.lib.errors import Unavailable
from legend.lib.events import publish
from patterns import calendars
from patterns.bars import last_times, store_many
from patterns.engine.simulated import FIRST_DAY, Listed, Market, simulate
from patterns.events import bars_updated
from patterns.models import Instrument, Interval, Universe, UniverseMember

DEMO = "DEMO"
TITLE = "Demo market (simulated)"
SOURCE = "simulated"


def ensure_simulated_market(*, now: dt.datetime | None = None) -> Universe:
    """The universe DEMO with bars up to the last session closed by `now` (default: the clock's).

    Seconds the first time and once a day to add what is new; otherwise two small queries. Bars already there never change.
    A symbol that real bars were imported for stays with them. Raises Unavailable if the clock lies before the market's first day.
    """
    last = calendars.last_closed_session(now or timezone.now())
    if last < FIRST_DAY.item():
        raise Unavailable(f"The simulated market starts on {FIRST_DAY}, and this machine's clock says {last}.", code="clock_behind")
    current = Universe.objects.filter(name=DEMO, benchmark__source=SOURCE).select_related("benchmark").first()
    if current is not None and _reaches(current.benchmark, last):
        return current
    return _store(simulate(calendars.sessions(FIRST_DAY.item(), last)))


def _reaches(instrument: Instrument | None, day: dt.date) -> bool:
    return instrument is not None and last_times([instrument.pk], Interval.DAY_1).get(instrument.pk, 0.0) >= calendars.midnight(day)


@transaction.atomic
def _store(market: Market) -> Universe:
    universe, _ = Universe.objects.get_or_create(name=DEMO, defaults={"title": TITLE})
    listed = [one for one in [market.benchmark, *market.shares] if one.bars.size]
    instruments = _instruments(listed, universe)
    counts = store_many(
        series={instruments[one.company.symbol].pk: one.bars for one in listed if one.company.symbol in instruments},
        interval=Interval.DAY_1,
    )
    _set_stays(universe, {instruments[one.company.symbol].pk: one for one in listed[1:] if one.company.symbol in instruments})
    universe.benchmark = instruments.get(market.benchmark.company.symbol)
    universe.save(update_fields=["benchmark"])
    if touched := [instrument_id for instrument_id, count in counts.items() if count.added or count.changed]:
        publish(bars_updated, instrument_ids=touched, interval=Interval.DAY_1.value)
    return universe


def _instruments(listed: list[Listed], universe: Universe) -> dict[str, Instrument]:
    """By symbol, made where missing; a real instrument of the same symbol is left out."""
    new = [
        Instrument(
            symbol=one.company.symbol,
            name=one.company.name,
            sector=one.company.sector,
            industry=one.company.industry,
            source=SOURCE,
            home=universe,
        )
        for one in listed
    ]
    Instrument.objects.bulk_create(new, ignore_conflicts=True)
    return Instrument.objects.filter(source=SOURCE).in_bulk([one.company.symbol for one in listed], field_name="symbol")


def _set_stays(universe: Universe, listed: dict[int, Listed]) -> None:
    """Members from the day they are listed to the day they are gone."""
    stays = {stay.instrument_id: stay for stay in UniverseMember.objects.filter(universe=universe)}
    new = [
        UniverseMember(universe=universe, instrument_id=instrument_id, joined=_date(one.joined), left=_date(one.left))
        for instrument_id, one in listed.items()
        if instrument_id not in stays
    ]
    UniverseMember.objects.bulk_create(new, ignore_conflicts=True)
    gone = [stay for instrument_id, stay in stays.items() if instrument_id in listed and stay.left != _date(listed[instrument_id].left)]
    for stay in gone:
        stay.left = _date(listed[stay.instrument_id].left)
    UniverseMember.objects.bulk_update(gone, ["left"])


def _date(day: np.datetime64 | None) -> dt.date | None:
    return None if day is None else dt.date.fromisoformat(str(day))
