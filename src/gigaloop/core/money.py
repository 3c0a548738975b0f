"""Money in the prices of one year: escalation between price years, and discounting."""

from __future__ import annotations

from gigaloop.core.quantity import Quantity
from gigaloop.core.units import YEAR


def in_prices_of(amount: Quantity, year: int, escalation: float) -> float:
    """Express an amount in the prices of another year.

    Parameters
    ----------
    amount
        Money, or money per something, with its price year [USD, USD/W, ...].
    year
        The price year wanted.
    escalation
        Continuous-time rate as parsed from ``%/yr`` [1/s]; compounded yearly.

    Examples
    --------
    >>> from gigaloop.core.quantity import parse
    >>> round(in_prices_of(parse("100 USD (2025)", "money"), 2027, parse("3 %/yr", "rate of change")), 2)
    106.09
    """
    if amount.year is None:
        raise ValueError(f"'{amount}' has no price year")
    return float(amount) * (1.0 + escalation * YEAR) ** (year - amount.year)


def discount_factor(rate: float, seconds: float) -> float:
    """Give the present value of one unit paid after a time, at a yearly rate compounded yearly.

    Parameters
    ----------
    rate
        Discount rate as parsed from ``%/yr`` [1/s].
    seconds
        Time until payment [s].

    Examples
    --------
    >>> round(discount_factor(0.10 / YEAR, 2 * YEAR), 6)
    0.826446
    """
    return float((1.0 + rate * YEAR) ** (-seconds / YEAR))
