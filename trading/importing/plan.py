"""What taking a file in would do, execution by execution. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .executions import Execution, Refused
from .walk import Held, Position, placed, walk


@dataclass
class Plan:
    """`positions` are the trades that a file changes or makes, with its new executions; `does` tells, by row, what each of them does."""

    positions: list[tuple[str, Position]] = field(default_factory=list)  # with their symbols
    refused: list[Refused] = field(default_factory=list)
    does: dict[int, str] = field(default_factory=dict)

    @property
    def rows(self) -> set[int]:
        return {part.execution.row for _, position in self.positions for part in position.parts}


def plan(executions: Sequence[Execution], held: Mapping[str, Sequence[Held]], own: Mapping[str, Held]) -> Plan:
    """New executions, in time, among the trades `held` by symbol. Those of one trade in the file stay together: they go on from the
    trade that holds its earlier ones (`own`, by its name in the file), or begin one."""
    made = Plan()
    by_symbol: dict[str, list[Execution]] = defaultdict(list)
    by_trade: dict[tuple[str, str], list[Execution]] = defaultdict(list)
    for one in executions:
        if one.trade:
            by_trade[one.symbol, one.trade].append(one)
        else:
            by_symbol[one.symbol].append(one)
    for symbol, group in by_symbol.items():
        positions, refused = placed(group, held.get(symbol, ()))
        _take(made, symbol, positions, refused)
    for (symbol, name), group in by_trade.items():
        begins = group[0].buys
        group.sort(key=lambda one: (one.at, one.buys != begins))  # of one moment, entries come first
        before = own.get(name)
        if before is not None and group[0].at < before.until:
            reason = "It lies before executions of the same trade that are there already. Undo that import, and take both together."
            _take(made, symbol, [], [Refused(one.row, reason) for one in group])
        else:
            _take(made, symbol, walk(group, [before] if before is not None and before.held else ()), [])
    return made


def _take(made: Plan, symbol: str, positions: Sequence[Position], refused: Sequence[Refused]) -> None:
    made.refused += refused
    for position in positions:
        made.positions.append((symbol, position))
        _tell(made, position)


def _tell(made: Plan, position: Position) -> None:
    """In words what each part does."""
    held = position.held - sum(part.quantity if part.enters else -part.quantity for part in position.parts)
    name = f"the {position.side} of {position.opened_at:%-d %b %Y}"
    for part in position.parts:
        before, held = held, held + (part.quantity if part.enters else -part.quantity)
        if part.enters:
            words = f"adds to {name}" if before else f"opens a {position.side} trade"
        else:
            words = f"takes {part.quantity.normalize():f} out of {name}" if held else f"closes {name}"
        row = part.execution.row
        made.does[row] = f"{made.does[row]}, then {words}" if row in made.does else words
