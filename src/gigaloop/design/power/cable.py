"""Cables: sized for current with parallel runs, derated, with voltage drop and short-circuit withstand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from gigaloop.core.errors import UsageError
from gigaloop.design.power.cable_tables import (
    BUSWAYS,
    DUCT_GROUPS,
    LOW_VOLTAGE,
    MEDIUM_VOLTAGE,
    RACEWAY_GROUPS,
    WITHSTAND,
    LowVoltageSize,
    MediumVoltageSize,
)
from gigaloop.design.power.conductor import metal

KILOFOOT = 304.8
"""[m], exact: NIST SP 811."""
TABLE_RESISTANCE_TEMPERATURE = 348.15
"""Of the table's resistances, 75 degC, NFPA 70 chapter 9 table 8, Source: see the table [K]."""
LOW_VOLTAGE_LIMIT = 2000.0
"""Up to which the tables of low voltage hold, Source: NFPA 70 table 310.16 [V]."""
INSULATION = 363.15
"""Limit of insulation of XLPE and EPR, 90 degC, Source: the columns of the tables [K]."""
LOW_AMBIENT = 303.15
"""Air of the table of low voltage, 30 degC, Source: NFPA 70 table 310.16 [K]."""
EARTH = 293.15
"""Earth of the tables of medium voltage, 20 degC, Source: NFPA 70 table 311.60(C)(77) [K]."""
VACUUM = 8.8541878e-12
"""Permittivity of vacuum, https://physics.nist.gov/cuu/Constants [F/m]."""
PERMITTIVITY = 2.9
"""Of insulation of ethylene propylene rubber, relative; 2.3 for XLPE. IEC 60287-1-1 table 3 has 3 and 2.5."""
FILL = 0.9
"""Cross-section of a compact strand over its circle, Source: diameter of 2.31 cm for 750 kcmil in
https://www.southwire.com/wire-cable/medium-voltage-power-cable SPEC46709."""
INSULATION_PER_KV = 8.76e-3 / 35.0
"""Thickness of insulation over rated voltage, 345 mils at 35 kV, Source: the same [m/kV]."""

Material = Literal["copper", "aluminium"]


@dataclass(frozen=True)
class Cable:
    """A three-phase cable route as sized: conductors of one size, so many runs in parallel."""

    size: str
    material: str
    runs: int
    length: float
    """[m]"""
    area: float
    """Of one conductor [m2]."""
    ampacity: float
    """Of all runs, derated [A]."""
    current: float
    """[A]"""
    resistance: float
    """Of all runs at operating temperature, per phase [ohm]."""
    cold_resistance: float
    """At 20 degC [ohm]."""
    reactance: float
    """[ohm]"""
    capacitance: float
    """To earth, per phase [F]; 0 for low voltage."""
    drop_share: float
    """Voltage drop over nominal voltage."""
    loss: float
    """All phases, at the current [W]."""
    withstand: float
    """Short-circuit current that all runs stand for the clearing time [A]."""

    @property
    def text(self) -> str:
        """The cable as drawings write it.

        Three single conductors per run, such as ``2 x 3 x 500 kcmil Al``.
        """
        return f"{self.runs} x 3 x {self.size} {'Cu' if self.material == 'copper' else 'Al'}"


def ambient_factor(ambient: float, rating: float, reference: float) -> float:
    """Give the ampacity at an ambient over that at the table's, ``sqrt((Tc - Ta') / (Tc - Ta))``, NFPA 70 310.15(B).

    Parameters
    ----------
    ambient, rating, reference
        Air or earth, limit of the insulation, and ambient of the table [K].

    Raises
    ------
    UsageError
        If the ambient is as warm as the insulation may be.

    Examples
    --------
    The code rounds the same to 0.88 at 40 degC for insulation of 75 degC:

    >>> round(ambient_factor(313.15, 348.15, 303.15), 2)
    0.88
    """
    if ambient >= rating:
        raise UsageError(
            f"an ambient of {ambient - 273.15:.0f} degC leaves a cable of {rating - 273.15:.0f} degC no current",
            hint="take insulation for a higher temperature, or a cooler route",
        )
    return math.sqrt((rating - ambient) / (rating - reference))


def raceway_factor(conductors: int) -> float:
    """Give the ampacity with so many current-carrying conductors in one raceway, over that of three."""
    beyond = 0.35  # Source: NFPA 70 (2020), table 310.15(C)(1), 41 conductors and more
    return next((factor for most, factor in RACEWAY_GROUPS if conductors <= most), beyond)


def duct_factor(circuits: int) -> float:
    """Give the ampacity of one of several circuits in touching ducts, over that of one alone; of six for more.

    More than six circuits are taken as laid in banks apart from each other.
    """
    return DUCT_GROUPS[min(max(1, circuits), len(DUCT_GROUPS)) - 1]


def size_cable(
    current: float,
    voltage: float,
    length: float,
    *,
    material: Material = "aluminium",
    power_factor: float = 1.0,
    continuous: float = 1.0,
    circuits: int = 1,
    ambient: float | None = None,
    drop_limit: float = 0.03,
    fault_current: float = 0.0,
    clearing: float = 0.5,
    smallest: str = "",
    most_runs: int = 12,
    frequency: float = 60.0,
) -> Cable:
    """Size a three-phase cable route: the fewest runs, and of those the smallest conductor that carries the current.

    Up to 2 kV: conductors of 90 degC in a raceway each run, used at the 75 degC of their terminals. Above: three single
    conductors of 90 degC in one duct each run, in earth. Runs of one route count as circuits beside each other.

    Parameters
    ----------
    current
        Per phase [A].
    voltage
        Between phases [V].
    length
        [m].
    power_factor
        Of the load, for the voltage drop.
    continuous
        Ampacity over current that is asked for; 1.25 for continuous loads behind breakers that are not rated for all of
        their current, Source: NFPA 70 215.2.
    circuits
        Other routes in the same bank, this one counted.
    ambient
        Air (30 degC where None), or earth (20 degC) [K].
    drop_limit
        Voltage drop over nominal voltage, Source: 3 % for feeders, NFPA 70 215.2, informational note.
    fault_current, clearing
        Short-circuit current [A] and the time that it lasts [s].
    smallest
        Size below which none is taken.
    most_runs
        In parallel.

    Raises
    ------
    UsageError
        If no size with so many runs does.
    """
    if min(voltage, length) <= 0.0 or current < 0.0:
        raise UsageError(
            "a cable needs voltage and length above 0", hint="give voltage in V, length in m, current in A"
        )
    table: tuple[LowVoltageSize, ...] | tuple[MediumVoltageSize, ...]
    table = LOW_VOLTAGE if voltage <= LOW_VOLTAGE_LIMIT else MEDIUM_VOLTAGE
    names = [row.name for row in table]
    first = names.index(smallest) if smallest in names else 0
    parallel = names.index("1/0 AWG")  # the smallest that may be paralleled, Source: NFPA 70 310.10(G)
    for runs in range(1, most_runs + 1):
        for row in table[max(first, parallel if runs > 1 else 0) :]:
            cable = _cable(
                row, material, runs, length, voltage, current, power_factor, circuits, ambient, clearing, frequency
            )
            if cable.ampacity < current * continuous or cable.drop_share > drop_limit:
                continue
            if cable.withstand >= fault_current:
                return cable
    raise UsageError(
        f"no {material} cable of {most_runs} runs carries {current:.0f} A over {length:.0f} m at {voltage / 1e3:g} kV",
        hint="shorten the route, split it into several feeders, allow more runs, or raise the voltage",
    )


def _cable(
    row: LowVoltageSize | MediumVoltageSize,
    material: str,
    runs: int,
    length: float,
    voltage: float,
    current: float,
    power_factor: float,
    circuits: int,
    ambient: float | None,
    clearing: float,
    frequency: float,
) -> Cable:
    copper = material == "copper"
    if isinstance(row, LowVoltageSize):
        # 90 degC insulation is derated from its own column; the terminals of 75 degC cap the result, NFPA 70 110.14(C).
        rating, terminals = (row.copper_90, row.copper_75) if copper else (row.aluminium_90, row.aluminium_75)
        derated = (
            rating * ambient_factor(ambient or LOW_AMBIENT, INSULATION, LOW_AMBIENT) * raceway_factor(3 * circuits)
        )
        one = min(derated, terminals)
        temperature, capacitance = TABLE_RESISTANCE_TEMPERATURE, 0.0
    else:
        rating = row.copper_90 if copper else row.aluminium_90
        one = rating * ambient_factor(ambient or EARTH, INSULATION, EARTH) * duct_factor(circuits + runs - 1)
        temperature, capacitance = INSULATION, _capacitance(row.area * 1e-6, voltage) * length
    table = (row.copper_resistance if copper else row.aluminium_resistance) / KILOFOOT
    alpha = metal(material).coefficient
    at_20 = table / (1.0 + alpha * (TABLE_RESISTANCE_TEMPERATURE - 293.15))  # IEC 60028: reference at 20 degC
    warm = at_20 * (1.0 + alpha * (temperature - 293.15))  # IEC 60028
    resistance = warm * skin(warm, frequency) * length / runs
    reactance = row.reactance / KILOFOOT * frequency / 60.0 * length / runs
    sine = math.sqrt(max(0.0, 1.0 - power_factor**2))
    return Cable(
        size=row.name,
        material=material,
        runs=runs,
        length=length,
        area=row.area * 1e-6,
        ampacity=one * runs,
        current=current,
        resistance=resistance,
        cold_resistance=at_20 * length / runs,
        reactance=reactance,
        capacitance=capacitance * runs,
        drop_share=math.sqrt(3.0) * current * (resistance * power_factor + reactance * sine) / voltage,
        loss=3.0 * current**2 * resistance,
        withstand=WITHSTAND[material] * row.area * runs / math.sqrt(clearing),
    )


def skin(resistance: float, frequency: float) -> float:
    """Give AC over DC resistance of a round conductor, skin effect alone, IEC 60287-1-1, 2.1.

    Parameters
    ----------
    resistance
        DC, per length [ohm/m].
    frequency
        [Hz].
    """
    square = 8.0 * math.pi * frequency / resistance * 1e-7
    return 1.0 + square**2 / (192.0 + 0.8 * square**2)


def _capacitance(area: float, voltage: float) -> float:
    """Give the capacitance of a shielded cable per length [F/m]: that of two coaxial cylinders."""
    inner = math.sqrt(4.0 * area / (math.pi * FILL))
    outer = inner + 2.0 * INSULATION_PER_KV * voltage / 1e3
    return 2.0 * math.pi * VACUUM * PERMITTIVITY / math.log(outer / inner)


def size_busway(current: float) -> tuple[float, int]:
    """Give rating [A] and number of the busways that carry a current [A]: the fewest, and of those the smallest.

    Examples
    --------
    >>> size_busway(1450.0), size_busway(7200.0)
    ((1600.0, 1), (4000.0, 2))
    """
    count = max(1, math.ceil(current / BUSWAYS[-1]))
    return float(next(rating for rating in BUSWAYS if rating * count >= current)), count
