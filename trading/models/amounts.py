"""Decimal columns. The embedded database keeps 15 significant digits, so nothing wider is ever put into them (`stats.decimals.stored`)."""

from typing import Any

from django.db import models


def price_field(**options: Any) -> "models.DecimalField[Any, Any]":
    """A price, quantity or fee as typed: at most 9 999 999 before the point."""
    return models.DecimalField(max_digits=15, decimal_places=8, **options)


def money_field(**options: Any) -> "models.DecimalField[Any, Any]":
    """A computed amount, or a sum."""
    return models.DecimalField(max_digits=30, decimal_places=8, **options)


def ratio_field(**options: Any) -> "models.DecimalField[Any, Any]":
    """R, percent or ratio, to order and filter by; statistics divide the money again."""
    return models.DecimalField(max_digits=30, decimal_places=4, **options)
