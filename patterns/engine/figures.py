"""Prices in words, the same on pages, in tables, sentences and pictures."""

import math


def price_places(price: float) -> int:
    """How many decimals a price is written with: two from 1 on; below that four, and always four digits that count."""
    size = abs(price)
    if size >= 1 or size == 0 or not math.isfinite(size):
        return 2
    return min(12, max(4, 3 - math.floor(math.log10(size))))


def price_text(price: float) -> str:
    """`1,234.50`, `0.4321`, `0.001200`."""
    return f"{price:,.{price_places(price)}f}"
