"""Breakers: the smallest standard ratings that carry a current and break a short circuit."""

from __future__ import annotations

from dataclasses import dataclass

from gigaloop.core.errors import UsageError

MEDIUM_CURRENTS = (630, 800, 1250, 1600, 2000, 2500, 3150, 4000)
"""Rated normal currents of medium voltage [A], IEC 62271-1 (series R10)."""
MEDIUM_BREAKING = (16, 20, 25, 31.5, 40, 50, 63)
"""Rated short-circuit breaking currents of medium voltage [kA], IEC 62271-100 (series R10)."""
LOW_CURRENTS = (800, 1600, 2000, 2500, 3200, 4000, 5000, 6000, 6300)
"""Frames of low-voltage power breakers [A], Source: ANSI C37.16; 2500 and 6300 as by IEC 60947-2 makers."""
LOW_BREAKING = (42, 50, 65, 85, 100, 130, 150, 200)
"""Short-circuit ratings of low-voltage power breakers at 480 V [kA], Source: ANSI C37.16."""
MAKING = {50.0: 2.5, 60.0: 2.6}
"""Rated making over breaking current at medium voltage by frequency, IEC 62271-100."""
LOW_MAKING = 2.2
"""Making over breaking current of low-voltage breakers above 50 kA, IEC 60947-2 table 2; 2.1 from 20 to 50 kA."""
LOW_LIMIT = 1000.0
"""Up to which a breaker is one of low voltage, IEC 60947-2 [V]."""


@dataclass(frozen=True)
class Breaker:
    """A breaker by its ratings, and the duty at its place."""

    rated_current: float
    """[A]"""
    breaking: float
    """Symmetrical short-circuit current that it breaks [A]."""
    making: float
    """Peak that it closes on [A]."""
    current: float
    fault: float
    peak: float

    @property
    def current_margin(self) -> float:
        """Rated current over duty, less 1."""
        return self.rated_current / self.current - 1.0 if self.current > 0.0 else float("inf")

    @property
    def breaking_margin(self) -> float:
        """Breaking capacity over short-circuit current, less 1."""
        return self.breaking / self.fault - 1.0 if self.fault > 0.0 else float("inf")

    @property
    def making_margin(self) -> float:
        """Making capacity over peak, less 1."""
        return self.making / self.peak - 1.0 if self.peak > 0.0 else float("inf")


def choose_breaker(
    current: float, voltage: float, fault: float, peak: float = 0.0, *, frequency: float = 60.0, factor: float = 1.0
) -> Breaker:
    """Give the smallest standard breaker for a place.

    Parameters
    ----------
    current
        That it carries for good [A].
    voltage
        Between phases [V].
    fault, peak
        Initial symmetrical and peak short-circuit current at its place [A].
    factor
        Rated current over current that is asked for; 1.25 for breakers that are not rated for all of their current,
        Source: NFPA 70 215.3.

    Raises
    ------
    UsageError
        If no standard rating does.

    Examples
    --------
    >>> chosen = choose_breaker(4511.0, 480.0, 79.4e3, 165e3)
    >>> chosen.rated_current, chosen.breaking
    (5000.0, 85000.0)
    """
    low = voltage <= LOW_LIMIT
    currents, breaking = (LOW_CURRENTS, LOW_BREAKING) if low else (MEDIUM_CURRENTS, MEDIUM_BREAKING)
    making = LOW_MAKING if low else MAKING.get(frequency, MAKING[60.0])
    rated = next((float(rating) for rating in currents if rating >= current * factor), None)
    broken = next((1e3 * kilo for kilo in breaking if 1e3 * kilo >= fault and 1e3 * kilo * making >= peak), None)
    if rated is None:
        raise UsageError(
            f"no standard breaker carries {current * factor:.0f} A at {voltage / 1e3:g} kV",
            hint="split the load over more transformers, or raise the voltage",
        )
    if broken is None:
        raise UsageError(
            f"no standard breaker breaks {fault / 1e3:.1f} kA (peak {peak / 1e3:.0f} kA) at {voltage / 1e3:g} kV",
            hint="take smaller transformers, a higher impedance voltage, or a current limiter",
        )
    return Breaker(rated, broken, broken * making, current, fault, peak)
