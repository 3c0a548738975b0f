"""Busbars: resistance, losses and steady temperature, voltage drop along taps, and the current that they carry."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from gigaloop.core.errors import UsageError
from gigaloop.design.power.conductor import REFERENCE, metal

AMBIENT = 313.15
"""Air at a busbar [K]: 40 degC as in the ampacity tables, https://copper.org/applications/electrical/busbar."""
RISE_LIMIT = 30.0
"""Rise that busbars for efficiency and for joints that last are chosen by; the tables give 30, 50 and 65 K,
https://stormpowercomponents.com/technical-library/ampacity-and-specifications-tables/copper-alloy-c11000-busbar-ampacity-chart
[K]."""
EMISSIVITY = 0.4
"""Of copper bars after some time in service, Source: the same tables."""
DENSITY_RULE = {"copper": 1000.0 / 0.0254**2, "aluminium": 700.0 / 0.0254**2}
"""Current density that bare bars may carry in an enclosure without further proof: 1000 and 700 A per square inch, NFPA
70 article 366.23, by way of http://www.electricianmath.com/neccalculations/busbarampacity.htm [A/m2]."""
BOLTZMANN = 5.670374e-8
"""Stefan-Boltzmann constant, https://physics.nist.gov/cuu/Constants [W/(m2 K4)]."""

Taps = Literal["end", "uniform", "both ends"]


@dataclass(frozen=True)
class TapShares:
    """What taps leave of drop and loss of a bar, over those of its whole current from end to end."""

    drop: float
    loss: float
    feed: float
    """Share of the current that enters at one feed."""


TAP_SHARES: dict[Taps, TapShares] = {
    "end": TapShares(1.0, 1.0, 1.0),
    "uniform": TapShares(1.0 / 2.0, 1.0 / 3.0, 1.0),
    "both ends": TapShares(1.0 / 8.0, 1.0 / 12.0, 0.5),
}
"""All taken off at the far end; evenly along a bar fed at one end, where the current falls linearly; evenly along one
fed at both, which is two bars of half the length and current. Source: ``I(x) R`` and ``I(x)^2 R`` integrated."""


@dataclass(frozen=True)
class Busbar:
    """One pole of a rectangular busbar.

    Parameters
    ----------
    width, thickness
        Of its cross-section [m]; the width stands upright.
    length
        One way [m].
    bars
        Bars in parallel, each with all its surface free.
    material
        ``copper`` or ``aluminium``.
    """

    width: float
    thickness: float
    length: float
    bars: int = 1
    material: str = "copper"

    def __post_init__(self) -> None:
        if min(self.width, self.thickness, self.length) <= 0.0 or self.bars < 1:
            raise UsageError(
                "a busbar has no size", hint="give width, thickness and length above 0, and one bar or more"
            )
        metal(self.material)

    @property
    def area(self) -> float:
        """Cross-section of all bars [m2]."""
        return self.width * self.thickness * self.bars

    @property
    def perimeter(self) -> float:
        """Surface of all bars per length [m]."""
        return 2.0 * (self.width + self.thickness) * self.bars

    @property
    def mass(self) -> float:
        """Of both poles [kg]."""
        return 2.0 * self.area * self.length * metal(self.material).density

    def resistance(self, temperature: float) -> float:
        """Give the resistance of one pole [ohm] at a temperature [K]."""
        kind = metal(self.material)
        return kind.resistivity * (1.0 + kind.coefficient * (temperature - REFERENCE)) * self.length / self.area


@dataclass(frozen=True)
class BusbarState:
    """A busbar at a current: what it loses, how warm it gets, and what reaches the last tap."""

    current: float
    """Fed into it [A]."""
    peak_current: float
    """[A]"""
    resistance: float
    """Both poles at their temperature [ohm]."""
    drop: float
    """To the last tap [V]."""
    drop_share: float
    """Of the bus voltage."""
    peak_drop: float
    """At the peak current, which does not warm it [V]."""
    loss: float
    """Both poles [W]."""
    loss_share: float
    """Of the power fed."""
    temperature: float
    """At the feed, the warmest place [K]."""
    rise: float
    """Over what cools it [K]."""
    density: float
    """Current over cross-section at the feed [A/m2]."""
    ampacity: float
    """Current at which the rise is the limit [A]."""
    mass: float
    """[kg]"""

    @property
    def carries(self) -> bool:
        """Whether the current is within the ampacity."""
        return self.current <= self.ampacity


def surface_loss(bar: Busbar, rise: float, ambient: float = AMBIENT) -> float:
    """Give what a bar gives off in still air per length [W/m] at a rise over it [K].

    Natural convection from upright surfaces ``1.36 dT^1.25 / H^0.25`` W/m2 with the height H in m, and radiation: H. B.
    Dwight, Electrical Coils and Conductors (1945), chapter 19, the method of the copper industry's ampacity tables,
    Source: https://it.scribd.com/document/230375117/Bus-Bar-Working.
    """
    convection = 1.36 * rise**1.25 / bar.width**0.25
    radiation = EMISSIVITY * BOLTZMANN * ((ambient + rise) ** 4 - ambient**4)
    return float((convection + radiation) * bar.perimeter)


def ampacity(
    bar: Busbar, rise: float = RISE_LIMIT, ambient: float = AMBIENT, coefficient: float | None = None
) -> float:
    """Give the direct current [A] at which a bar is warmer than what cools it by ``rise``.

    Parameters
    ----------
    rise
        [K].
    ambient
        Of the air, or of the coolant [K].
    coefficient
        Of heat transfer over the whole surface [W/(m2 K)], of a liquid or of forced air; natural convection and
        radiation in still air where None.

    Examples
    --------
    A bar of 1/8 by 4 inches: the tables give 910 A at 60 Hz and a skin effect of 1.04, so 928 A of direct current:

    >>> round(ampacity(Busbar(4 * 0.0254, 0.0254 / 8, 1.0)), -1)
    930.0
    """
    given_off = (
        surface_loss(bar, rise, ambient) if coefficient is None else coefficient * bar.perimeter * rise
    ) * bar.length
    return math.sqrt(given_off / bar.resistance(ambient + rise))


def steady_rise(bar: Busbar, current: float, ambient: float = AMBIENT, coefficient: float | None = None) -> float:
    """Give how much warmer than what cools it a bar gets [K] at a direct current [A], its resistance rising with it.

    Raises
    ------
    UsageError
        If no steady temperature below 1000 K of rise exists.
    """
    low, high = 0.0, 1000.0
    if ampacity(bar, high, ambient, coefficient) < current:
        raise UsageError(
            f"a busbar of {bar.area * 1e6:.0f} mm2 finds no steady temperature at {current:.0f} A",
            hint="take a larger cross-section, more bars, or a liquid-cooled busbar",
        )
    for _ in range(60):
        rise = 0.5 * (low + high)
        if ampacity(bar, rise, ambient, coefficient) < current:
            low = rise
        else:
            high = rise
    return 0.5 * (low + high)


def busbar_drop(
    bar: Busbar,
    current: float,
    voltage: float,
    *,
    peak_current: float | None = None,
    taps: Taps = "uniform",
    ambient: float = AMBIENT,
    coefficient: float | None = None,
    rise_limit: float = RISE_LIMIT,
) -> BusbarState:
    """Give loss, temperature and voltage drop of a busbar at a direct current.

    What taps leave of drop and loss is :data:`TAP_SHARES`. The temperature is taken at the feed, where the density is
    highest, and along the whole bar (an upper bound).

    Parameters
    ----------
    bar
        One pole; the return is alike.
    current
        Fed into it, at both ends together [A].
    voltage
        Between the poles [V].
    peak_current
        Short-time [A]; the current where None.
    taps
        ``uniform`` along the bar, the same fed at ``both ends``, or all at its ``end``.
    ambient
        Of the air, or of the coolant [K].
    coefficient
        Of heat transfer over the whole surface [W/(m2 K)]; natural convection and radiation where None.
    rise_limit
        For the ampacity [K].

    Raises
    ------
    UsageError
        If the busbar finds no steady temperature, or voltage or current are not positive.

    Examples
    --------
    The same copper at 800 V instead of 50 V carries the same power at a sixteenth of the current, and loses 1/256:

    >>> bar = Busbar(0.1, 0.01, 2.0)
    >>> low, high = (busbar_drop(bar, 120e3 / u, u, coefficient=1e6) for u in (50.0, 800.0))
    >>> round(low.loss / high.loss)
    256
    """
    if voltage <= 0.0 or current < 0.0:
        raise UsageError("a busbar needs a voltage above 0 and a current of 0 or more", hint="give both in V and A")
    shares = TAP_SHARES[taps]
    rise = steady_rise(bar, current * shares.feed, ambient, coefficient) if current > 0.0 else 0.0
    resistance = 2.0 * bar.resistance(ambient + rise)
    peak = current if peak_current is None else peak_current
    drop = current * resistance * shares.drop
    loss = current**2 * resistance * shares.loss
    return BusbarState(
        current=current,
        peak_current=peak,
        resistance=resistance,
        drop=drop,
        drop_share=drop / voltage,
        peak_drop=peak * resistance * shares.drop,
        loss=loss,
        loss_share=loss / (current * voltage) if current > 0.0 else 0.0,
        temperature=ambient + rise,
        rise=rise,
        density=current * shares.feed / bar.area,
        ampacity=ampacity(bar, rise_limit, ambient, coefficient) / shares.feed,
        mass=bar.mass,
    )


def size_busbar(
    current: float,
    voltage: float,
    length: float,
    *,
    width: float = 0.1,
    drop_limit: float = 0.02,
    taps: Taps = "uniform",
    ambient: float = AMBIENT,
    coefficient: float | None = None,
    rise_limit: float = RISE_LIMIT,
    material: str = "copper",
) -> Busbar:
    """Give the thinnest bar of a width, in steps of 1 mm, that carries a current within rise and drop.

    Parameters
    ----------
    current, voltage, length, taps, ambient, coefficient, rise_limit
        As for :func:`busbar_drop` and :class:`Busbar`.
    width
        [m].
    drop_limit
        Of the voltage; 2 to 3 % is the usual limit of feeders, Source: NFPA 70 article 215.2, informational note.

    Raises
    ------
    UsageError
        If a bar as thick as it is wide does not do.
    """
    steps = max(1, round(width / 1e-3))
    for step in range(1, steps + 1):
        bar = Busbar(width, step * 1e-3, length, material=material)
        if ampacity(bar, rise_limit, ambient, coefficient) < current * TAP_SHARES[taps].feed:
            continue
        state = busbar_drop(bar, current, voltage, taps=taps, ambient=ambient, coefficient=coefficient)
        if state.drop_share <= drop_limit:
            return bar
    raise UsageError(
        f"no bar {width * 1e3:.0f} mm wide carries {current:.0f} A over {length:g} m",
        hint="take more bars, a liquid-cooled busbar, or a higher bus voltage",
    )
