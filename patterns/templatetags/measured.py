"""What was measured of a detector, in a panel of its page."""

import datetime as dt
from typing import Any

from django import template

from patterns.engine.measured import measured, measurement
from patterns.engine.registry import Detector

register = template.Library()


@register.inclusion_tag("patterns/_measured.html")
def measured_panel(detector: Detector) -> dict[str, Any]:
    """Finds on noise and recall of planted shapes of every name and side; nothing for detectors that are for research."""
    data = measurement()
    rows = [(pattern, one) for pattern in detector.patterns for one in measured().get(pattern.name, ())]
    return {
        "rows": rows,
        "levels": data["planted"]["noise"],
        "shapes": data["planted"]["shapes"],
        "walks": data["walks"],
        "closes": data["closes"],
        "measured_on": dt.date.fromisoformat(data["measured_on"]),
    }


@register.filter
def rate(value: float) -> str:
    """Finds per 1,000 closes, with as many digits as rare ones need."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


@register.filter
def percent(share: float) -> str:
    return f"{100 * share:.0f}"
