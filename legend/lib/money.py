"""Currencies: their codes, and how many decimals their minor unit has (ISO 4217)."""

import re

# every other currency has two
MINOR_PLACES = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩", "BRL": "R$"}
CODE = re.compile(r"[A-Z]{3}")


def minor_places(currency: str) -> int:
    return MINOR_PLACES.get(currency, 2)


def is_currency(code: str) -> bool:
    """True for anything that is written like a currency."""
    return CODE.fullmatch(code) is not None


def sign_of(currency: str) -> str:
    """`$`; the code itself where there is no short sign."""
    return SIGNS.get(currency, f"{currency} ")
