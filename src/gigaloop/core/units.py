"""The closed table of units: each symbol belongs to one dimension and has one factor to SI.

General unit libraries read planners' text wrongly (``1 U``, ``$5``, ``5 MM USD``), so the table is closed and
case-sensitive, and an unknown symbol gets a suggestion instead of a guess. Definitions: BIPM SI Brochure, 9th
edition (2019), tables 2, 7 and 8; NIST SP 811 (2008), appendix B.8 for non-SI units. A month is a twelfth of a
year and a year 365.25 days (SP 811, B.8, Julian year) unless a calendar is used.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator
from dataclasses import dataclass

FREEZING = 273.15
"""0 degC [K]."""

HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7 * DAY
YEAR = 365.25 * DAY
MONTH = YEAR / 12
QUARTER = YEAR / 4

_FOOT = 0.3048
_POUND = 0.45359237
_US_GALLON = 3.785411784e-3
_BTU = 1055.05585262
_PSI = 6894.757293168


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension: its name, what SI (or base) unit the float is in, and an example of how to write it."""

    name: str
    base: str
    example: str
    money: bool = False
    bare: bool = False
    """Whether a number without unit is accepted (pure numbers and counts)."""
    most: float = 1e30
    """Size beyond which a number is a slip of the pen, in base units."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its symbol, dimension, and the factor and offset to the base unit."""

    symbol: str
    dimension: str
    factor: float
    offset: float = 0.0


def _dimensions() -> Iterator[Dimension]:
    yield Dimension("number", "1", "0.87", bare=True)
    yield Dimension("fraction", "1", "87 %", bare=True)
    yield Dimension("count", "1", "72", bare=True, most=1e16)
    yield Dimension("gpus", "GPUs", "100000 GPUs", most=1e11)
    yield Dimension("jobs", "jobs", "1200 jobs")
    yield Dimension("job rate", "jobs/s", "12 jobs/week")
    yield Dimension("pieces", "pcs", "400 racks", most=1e10)
    yield Dimension("power", "W", "132 kW", most=1e14)
    yield Dimension("apparent power", "VA", "2500 kVA")
    yield Dimension("energy", "J", "1.2 GWh")
    yield Dimension("voltage", "V", "800 V")
    yield Dimension("current", "A", "2400 A")
    yield Dimension("frequency", "Hz", "60 Hz")
    yield Dimension("duration", "s", "18 weeks", most=1e10)
    yield Dimension("length", "m", "30 m")
    yield Dimension("area", "m2", "1000000 sqft")
    yield Dimension("volume", "m3", "120 L")
    yield Dimension("mass", "kg", "1360 kg")
    yield Dimension("floor load", "kg/m2", "1200 kg/m2")
    yield Dimension("linear density", "kg/m", "0.045 kg/m")
    yield Dimension("failure rate", "1/s", "500 FIT")
    yield Dimension("money per length", "USD/m", "2.5 USD/m (2026)", money=True)
    yield Dimension("rack units", "U", "48 U")
    yield Dimension("volume flow", "m3/s", "180 L/min")
    yield Dimension("specific flow", "m3/s/W", "1.5 L/min/kW")
    yield Dimension("temperature", "K", "45 degC")
    yield Dimension("temperature difference", "K", "10 K")
    yield Dimension("pressure", "Pa", "1.5 bar")
    yield Dimension("velocity", "m/s", "2 m/s")
    yield Dimension("angle", "rad", "10 deg")
    yield Dimension("data", "B", "288 GB")
    yield Dimension("bandwidth", "B/s", "8 TB/s")
    yield Dimension("data rate", "bit/s", "800 Gb/s")
    yield Dimension("flops", "FLOP/s", "4900 TFLOP/s")
    yield Dimension("flop", "FLOP", "1e26 FLOP")
    yield Dimension("tokens", "tokens", "15e12 tokens")
    yield Dimension("token rate", "tokens/s", "1e6 tokens/s")
    yield Dimension("piece rate", "pcs/s", "120 racks/week", most=1e6)
    yield Dimension("power rate", "W/s", "50 MW/week")
    yield Dimension("rate of change", "1/s", "3 %/yr")
    yield Dimension("carbon intensity", "kg/J", "0.413 kg/kWh")
    yield Dimension("water intensity", "m3/J", "1.8 L/kWh")
    yield Dimension("money", "USD", "3.4 MUSD (2025)", money=True, most=1e16)
    yield Dimension("money per power", "USD/W", "10 MUSD/MW (2025)", money=True)
    yield Dimension("money per energy", "USD/J", "70 USD/MWh (2025)", money=True)
    yield Dimension("money per power and time", "USD/W/s", "329 USD/MW/day (2026)", money=True)
    yield Dimension("money per time", "USD/s", "24 USD/h (2024)", money=True)
    yield Dimension("money per GPU and time", "USD/GPU/s", "2.35 USD/GPU/h (2026)", money=True)
    yield Dimension("money per rack and time", "USD/rack/s", "500 USD/rack/week (2025)", money=True)
    yield Dimension("money per area", "USD/m2", "120 USD/sqft (2025)", money=True)
    yield Dimension("money per tokens", "USD/token", "0.5 USD/Mtokens (2026)", money=True)


DIMENSIONS: dict[str, Dimension] = {dimension.name: dimension for dimension in _dimensions()}

_TIMES = {
    "s": 1.0,
    "min": 60.0,
    "h": HOUR,
    "day": DAY,
    "week": WEEK,
    "month": MONTH,
    "quarter": QUARTER,
    "yr": YEAR,
}
_POWERS = {"W": 1.0, "kW": 1e3, "MW": 1e6, "GW": 1e9}
_ENERGIES = {"J": 1.0, "kJ": 1e3, "MJ": 1e6, "kWh": 3.6e6, "MWh": 3.6e9, "GWh": 3.6e12, "TWh": 3.6e15}
_MONEY = {"USD": 1.0, "kUSD": 1e3, "MUSD": 1e6, "BUSD": 1e9}


def _units() -> Iterator[Unit]:
    def table(dimension: str, **factors: float) -> Iterator[Unit]:
        return (Unit(symbol, dimension, factor) for symbol, factor in factors.items())

    yield Unit("%", "fraction", 0.01)
    yield Unit("ppm", "fraction", 1e-6)
    yield from table("gpus", GPUs=1, GPU=1, kGPUs=1e3, MGPUs=1e6)
    yield from table("jobs", jobs=1, job=1)
    yield from table("pieces", pcs=1, kpcs=1e3, Mpcs=1e6, racks=1, rack=1, trays=1)
    yield from table("power", **_POWERS)
    yield from (Unit(s, "power", f) for s, f in {"BTU/h": _BTU / HOUR, "RT": 12000 * _BTU / HOUR}.items())
    yield from table("apparent power", VA=1, kVA=1e3, MVA=1e6)
    yield from table("energy", **_ENERGIES)
    yield from table("voltage", V=1, kV=1e3, VDC=1, VAC=1)
    yield from table("current", A=1, kA=1e3)
    yield from table("frequency", Hz=1, kHz=1e3, GHz=1e9)
    yield from table("duration", us=1e-6, ms=1e-3, s=1, min=60, h=HOUR, hours=HOUR, day=DAY, days=DAY)
    yield from table("duration", week=WEEK, weeks=WEEK, month=MONTH, months=MONTH)
    yield from table("duration", quarter=QUARTER, quarters=QUARTER, yr=YEAR, year=YEAR, years=YEAR)
    yield from table("length", mm=1e-3, cm=1e-2, m=1, km=1e3, ft=_FOOT, mi=1609.344)
    yield from table("area", m2=1, mm2=1e-6, sqft=_FOOT**2, ha=1e4, acres=4046.8564224)
    yield from table("volume", L=1e-3, m3=1, gal=_US_GALLON, Mgal=1e6 * _US_GALLON)
    yield from table("mass", g=1e-3, kg=1, t=1e3, lb=_POUND)
    yield from (Unit(s, "linear density", f) for s, f in {"kg/m": 1.0, "g/m": 1e-3, "lb/ft": _POUND / _FOOT}.items())
    yield from (Unit(s, "failure rate", f) for s, f in {"FIT": 1e-9 / HOUR, "/h": 1 / HOUR}.items())
    yield from (Unit(f"{s}/m", "money per length", f) for s, f in _MONEY.items() if s in {"USD", "kUSD"})
    yield from (Unit(s, "floor load", f) for s, f in {"kg/m2": 1.0, "lb/sqft": _POUND / _FOOT**2}.items())
    yield Unit("U", "rack units", 1.0)
    flows = {"L/s": 1e-3, "L/min": 1e-3 / 60, "m3/h": 1 / HOUR, "m3/s": 1.0, "gpm": _US_GALLON / 60}
    yield from (Unit(s, "volume flow", f) for s, f in flows.items())
    yield from (Unit(s, "volume flow", f) for s, f in {"L/day": 1e-3 / DAY, "MGD": 1e6 * _US_GALLON / DAY}.items())
    yield Unit("L/min/kW", "specific flow", 1e-3 / 60 / 1e3)
    yield Unit("degC", "temperature", 1.0, 273.15)
    yield Unit("degF", "temperature", 5 / 9, 459.67 * 5 / 9)
    yield Unit("K", "temperature difference", 1.0)
    yield from table("velocity", **{"m/s": 1.0, "ft/s": _FOOT})
    yield from table("angle", rad=1, deg=math.pi / 180)
    yield from table("pressure", Pa=1, kPa=1e3, MPa=1e6, bar=1e5, psi=_PSI)
    yield from table("data", B=1, kB=1e3, MB=1e6, GB=1e9, TB=1e12, PB=1e15, KiB=2**10, MiB=2**20, GiB=2**30)
    yield from (Unit(f"{s}B/s", "bandwidth", f) for s, f in {"M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}.items())
    yield from (Unit(f"{s}b/s", "data rate", f) for s, f in {"M": 1e6, "G": 1e9, "T": 1e12}.items())
    for prefix, factor in {"G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18, "Z": 1e21}.items():
        yield Unit(f"{prefix}FLOP/s", "flops", factor)
    yield from (Unit(f"{s}FLOP", "flop", f) for s, f in {"": 1.0, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}.items())
    yield from table("tokens", tokens=1, ktokens=1e3, Mtokens=1e6, Gtokens=1e9, Ttokens=1e12)
    yield from (Unit(f"{s}tokens/s", "token rate", f) for s, f in {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}.items())
    for time in ("h", "day", "week", "month", "quarter", "yr"):
        for piece, factor in {"pcs": 1.0, "kpcs": 1e3, "racks": 1.0, "trays": 1.0}.items():
            yield Unit(f"{piece}/{time}", "piece rate", factor / _TIMES[time])
        yield Unit(f"MW/{time}", "power rate", 1e6 / _TIMES[time])
        yield Unit(f"jobs/{time}", "job rate", 1 / _TIMES[time])
    yield from (Unit(f"MW/{time}", "power rate", 1e6 / _TIMES[time]) for time in ("s", "min"))
    yield from (Unit(f"%/{time}", "rate of change", 0.01 / _TIMES[time]) for time in ("day", "week", "month", "yr"))
    yield from (Unit(f"{m}/{e}", "carbon intensity", f / _ENERGIES[e]) for m, f, e in _CARBON)
    yield from (Unit(f"L/{e}", "water intensity", 1e-3 / _ENERGIES[e]) for e in ("kWh", "MWh"))
    for money, factor in _MONEY.items():
        yield Unit(money, "money", factor)
        yield from (Unit(f"{money}/{p}", "money per power", factor / f) for p, f in _POWERS.items())
        yield from (Unit(f"{money}/{t}", "money per time", factor / f) for t, f in _TIMES.items() if t != "s")
    yield from (Unit(f"USD/{e}", "money per energy", 1 / _ENERGIES[e]) for e in ("kWh", "MWh"))
    for power in ("kW", "MW"):
        for time in ("day", "month", "yr"):
            yield Unit(f"USD/{power}/{time}", "money per power and time", 1 / _POWERS[power] / _TIMES[time])
            yield Unit(f"MUSD/{power}/{time}", "money per power and time", 1e6 / _POWERS[power] / _TIMES[time])
    yield from (Unit(f"USD/GPU/{t}", "money per GPU and time", 1 / _TIMES[t]) for t in ("h", "month", "yr"))
    for money in ("USD", "kUSD"):
        for time in ("day", "week", "month"):
            yield Unit(f"{money}/rack/{time}", "money per rack and time", _MONEY[money] / _TIMES[time])
    yield from (Unit(f"USD/{a}", "money per area", 1 / f) for a, f in {"m2": 1.0, "sqft": _FOOT**2}.items())
    yield Unit("USD/Mtokens", "money per tokens", 1e-6)


_CARBON = (
    ("kg", 1.0, "kWh"),
    ("kg", 1.0, "MWh"),
    ("t", 1e3, "MWh"),
    ("g", 1e-3, "kWh"),
    ("lb", _POUND, "MWh"),
)

UNITS: dict[str, Unit] = {unit.symbol: unit for unit in _units()}

_MISREADINGS = {
    "$": "write money as e.g. '3.4 MUSD (2025)'",
    "MM": "write millions as 'MUSD'",
    "mn": "write millions as 'MUSD'",
    "bn": "write billions as 'BUSD'",
    "B$": "write billions as 'BUSD'",
    "C": "write temperatures as e.g. '45 degC'",
    "°C": "write temperatures as e.g. '45 degC'",
    "GBps": "bytes are 'GB/s', bits are 'Gb/s'",
    "Gbps": "bits per second are 'Gb/s'",
    "w": "a week is 'week' or 'weeks', a watt 'W'",
}


def suggest_unit(symbol: str, dimension: str | None = None) -> str:
    """Give a hint for an unknown unit symbol: a known misreading, else the closest symbols of the table.

    >>> suggest_unit("KW")
    "did you mean 'kW'?"
    """
    if symbol in _MISREADINGS:
        return _MISREADINGS[symbol]
    if "$" in symbol:
        return _MISREADINGS["$"]
    pool = [unit.symbol for unit in UNITS.values() if dimension in (None, unit.dimension)]
    folded = [known for known in pool if known.casefold() == symbol.casefold()]
    close = folded or difflib.get_close_matches(symbol, pool, n=2, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(f"'{known}'" for known in close) + "?"
    return f"write it like '{DIMENSIONS[dimension].example}'" if dimension else "see 'gigaloop schema --units'"
