"""Numbers as a planner reads them: a few digits, the unit always there."""

from __future__ import annotations

import datetime as dt
import math

from gigaloop.core.units import FREEZING

_ABBREVIATIONS = frozenset({"cdu", "dc", "lv", "mv", "sst", "ups"})

_FAR = 9.99
"""Margin beyond which its number says nothing."""


def _scaled(value: float, steps: tuple[tuple[float, str], ...], digits: int = 3) -> str:
    for factor, unit in steps:
        if abs(value) >= factor:
            return f"{_digits(value / factor, digits)} {unit}"
    factor, unit = steps[-1]
    return f"{_digits(value / factor, digits)} {unit}"


def _digits(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if abs(value) < 10**digits else 0
    return f"{value:,.{places}f}"


def power(watts: float) -> str:
    """Write a power.

    >>> power(132_400.0)
    '132 kW'
    """
    return _scaled(watts, ((1e9, "GW"), (1e6, "MW"), (1e3, "kW"), (1.0, "W")))


def gigawatts(watts: float) -> str:
    """Write a power of campus size, in MW below a gigawatt.

    >>> gigawatts(9.876e9), gigawatts(4.2e7)
    ('9.88 GW', '42.0 MW')
    """
    return _scaled(watts, ((1e9, "GW"), (1e6, "MW")))


def megawatts(watts: float) -> str:
    """Write a power in MW."""
    return f"{_digits(watts / 1e6, 3)} MW"


def money(usd: float) -> str:
    """Write an amount.

    >>> money(3.4e6), money(-2.5e11)
    ('3.40 MUSD', '-250 BUSD')
    """
    return _scaled(usd, ((1e9, "BUSD"), (1e6, "MUSD"), (1e3, "kUSD"), (1.0, "USD")))


def usd_per_gw(usd_per_watt: float) -> str:
    """Write capital per power.

    >>> usd_per_gw(41.2)
    '41.2 BUSD per GW'
    """
    return f"{_digits(usd_per_watt, 3)} BUSD per GW"


def tokens(per_second: float) -> str:
    """Write a rate of tokens."""
    return _scaled(per_second, ((1e9, "Gtokens/s"), (1e6, "Mtokens/s"), (1e3, "ktokens/s"), (1.0, "tokens/s")))


def kilo(count: float) -> str:
    """Write a large count.

    >>> kilo(1_234_567.0)
    '1.23 million'
    """
    return f"{_digits(count / 1e6, 3)} million" if count >= 1e6 else f"{count:,.0f}"


def counted(number: int, noun: str) -> str:
    """Write how many there are of something.

    >>> counted(1, "site"), counted(1200, "rack")
    ('1 site', '1,200 racks')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def percent(share: float) -> str:
    """Write a share.

    >>> percent(0.072)
    '7.2 %'
    """
    return f"{100 * share:.3g} %"


def share(margin: float) -> str:
    """Write the distance to a limit as a share of it; beyond ten times the limit only that.

    >>> share(0.072), share(-0.000_09), share(1999.0)
    ('+7 %', '-0.009 %', '> +999 %')
    """
    if abs(margin) > _FAR:
        return "> +999 %" if margin > 0.0 else "< -999 %"
    return f"{100 * margin:+.1g} %" if -0.005 < margin < 0.0 else f"{100 * margin:+.0f} %"


def equipment(role: str) -> str:
    """Write a class of equipment, its abbreviations in capitals.

    >>> equipment("mv switchgear"), equipment("dry cooler")
    ('MV switchgear', 'dry cooler')
    """
    return " ".join(word.upper() if word in _ABBREVIATIONS else word for word in role.split())


def celsius(kelvin: float) -> str:
    """Write a temperature.

    >>> celsius(318.15)
    '45.0 degC'
    """
    return f"{kelvin - FREEZING:.1f} degC"


def day(value: dt.date) -> str:
    """Write a day."""
    return value.isoformat()


def rounded(value: float, unit: str = "", digits: int = 4) -> str:
    """Write a number with a few significant digits, a count with all, and its unit.

    >>> rounded(2685.843137, "A"), rounded(0.0157959, "V", 3), rounded(10368.0, "1")
    ('2,686 A', '0.0158 V', '10,368')
    """
    if not math.isfinite(value):
        return str(value)
    whole = unit in ("", "1") and value == round(value)
    text = f"{value:,.0f}" if whole else f"{float(f'{value:.{digits}g}'):,.10g}"
    return text if unit in ("", "1") else f"{text} {unit}"
