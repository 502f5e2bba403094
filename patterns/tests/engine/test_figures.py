import pytest

from patterns.engine.figures import price_text


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (432_100, "432,100.00"),
        (1234.5, "1,234.50"),
        (1, "1.00"),
        (0.98765, "0.9877"),
        (0.0523, "0.05230"),
        (0.0012, "0.001200"),
        (0.00001234, "0.00001234"),
        (0, "0.00"),
        (-0.5, "-0.5000"),
    ],
)
def test_a_price_has_the_digits_it_needs(price: float, text: str) -> None:
    assert price_text(price) == text


def test_levels_a_tenth_of_a_percent_apart_never_look_alike_below_one() -> None:
    for exponent in range(1, 9):
        price = 5.0 * 10**-exponent
        assert price_text(price) != price_text(price * 1.001)
