"""Every sort of figures that a long journal keeps by months."""

from .holdings import HOLDINGS
from .months import DAYS, DAYS_IN_R, FIGURES, GROUPED
from .units import MONEY, PERCENT, PERCENT_BY

KINDS = {kind.name: kind for kind in (FIGURES, DAYS, DAYS_IN_R, HOLDINGS, MONEY, PERCENT, *GROUPED.values(), *PERCENT_BY.values())}
