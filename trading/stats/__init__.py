"""Every number about a trade, a journal or an account: pure, in decimals, defined once.

Amounts go in and come out as `Decimal`; undefined is None, never 0, infinity or NaN. Only `decimals` rounds, once, at the end.
"""
