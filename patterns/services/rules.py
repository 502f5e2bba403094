"""Rules as the engine runs them and as rows keep them: a detector with all its parameters."""

from collections.abc import Sequence
from datetime import datetime

from legend.lib.errors import Invalid, NotFound, invalid
from patterns.engine import registry
from patterns.engine.bars import Bars
from patterns.engine.pace import pace_of
from patterns.models import Rule
from patterns.moments import said


class NoBars(NotFound):
    code = "no_data"


class TooFewBars(Invalid):
    code = "too_few_bars"


def asked_rules(*, patterns: Sequence[str] = ()) -> tuple[registry.Rule, ...]:
    """The default rules that find the named patterns, of all detectors when none is named.

    A name is that of a pattern or of its detector. Invalid lists those there are.
    """
    if not patterns:
        return registry.default_rules()
    return tuple(registry.detector(name).rule() for name in sorted({_detector_of(name) for name in patterns}))


def meant_patterns(*, patterns: Sequence[str] = ()) -> set[str]:
    """The patterns that are named, all when none is; the name of a detector that is no pattern's means all of its patterns.

    Invalid lists those there are.
    """
    known = registry.patterns()
    if not patterns:
        return set(known)
    detectors = {_detector_of(name) for name in patterns if name not in known}
    return {name for name in patterns if name in known} | {name for name, (source, _) in known.items() if source.name in detectors}


def _detector_of(name: str) -> str:
    if found := registry.patterns().get(name):
        return found[0].name
    if name in registry.detectors():
        return name
    raise invalid("patterns", f"There is no pattern {name[:60]!r}; there are {', '.join(registry.patterns())}.", "unknown_pattern")


def changed_rule(*, detector: str, params: dict[str, float]) -> registry.Rule:
    """A detector with some parameters changed. Invalid names the parameter and its bounds."""
    try:
        return registry.detector(detector).rule(**params)
    except registry.BadRule as error:
        raise invalid(error.field, str(error), "bad_rule") from error


def store_rules(*, rules: Sequence[registry.Rule]) -> list[Rule]:
    """The rows of these rules, in their order; those that are missing are made. Two queries more for the first time."""
    found = _rows(rules)
    missing = [rule for rule in rules if _key(rule) not in found]
    if missing:
        Rule.objects.bulk_create(
            [Rule(detector=rule.detector, params=rule.values, params_hash=rule.hash) for rule in missing], ignore_conflicts=True
        )
        found = _rows(rules)
    return [found[_key(rule)] for rule in rules]


def engine_rule(*, row: Rule) -> registry.Rule:
    """The row as the engine runs it. Invalid if this version has no such detector or parameter any more."""
    key = _key(row)
    # rows with one key never differ, so each is judged once in the life of a process
    if key not in _judged:
        try:
            _judged[key] = registry.detector(row.detector).rule(**row.params)
        except registry.BadRule as error:
            raise Invalid(f"The stored rule {row} cannot be run: {error}", code="outdated_rule") from error
    return _judged[key]


def named_rule(*, name: str) -> registry.Rule | None:
    """The stored rule that calls itself so (`double-bottom:0f…`); None for nothing. Raises NotFound, and Invalid as `engine_rule`."""
    if not name:
        return None
    detector, _, params_hash = name.partition(":")
    row = Rule.objects.filter(detector=detector, params_hash=params_hash).first()
    if row is None:
        raise NotFound(f"There is no rule {name[:60]!r}.", code="unknown_rule")
    return engine_rule(row=row)


_judged: dict[tuple[str, str], registry.Rule] = {}


def fewest_bars(rules: Sequence[registry.Rule], interval: str) -> int:
    """With fewer bars of that interval none of the rules looks for anything."""
    from patterns.engine.replay import least_bars

    return min(least_bars(registry.detector(rule.detector), pace_of(interval)) for rule in rules)


def enough_bars(bars: Bars | None, needed: int, *, symbol: str, interval: str, until: datetime | None = None) -> Bars:
    """The bars themselves. Raises NoBars, or TooFewBars with how many are needed."""
    when = f" on or before {said(until, interval)}" if until else ""
    if bars is None or not bars.size:
        raise NoBars(f"There are no bars of {interval} for {symbol}{when}.")
    if bars.size < needed:
        raise TooFewBars(f"{symbol} has {bars.size} bars of {interval}{when}; at least {needed} are needed.")
    return bars


def _rows(rules: Sequence[registry.Rule]) -> dict[tuple[str, str], Rule]:
    rows = Rule.objects.filter(detector__in={rule.detector for rule in rules}, params_hash__in={rule.hash for rule in rules})
    return {(row.detector, row.params_hash): row for row in rows}


def _key(rule: registry.Rule | Rule) -> tuple[str, str]:
    return rule.detector, rule.params_hash if isinstance(rule, Rule) else rule.hash
