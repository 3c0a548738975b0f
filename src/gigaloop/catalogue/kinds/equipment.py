"""What all equipment of a site has in common: price, footprint, how often it fails, how long it takes to get."""

from __future__ import annotations

from typing import Annotated

from gigaloop.catalogue.entry import Entry
from gigaloop.core.quantity import Area, Dim, Duration, Fraction, Money, Quantity

FailureRate = Annotated[Quantity, Dim("rate of change", low=0.0)]


class Equipment(Entry):
    """Equipment of a site as it is ordered and kept."""

    price: Money | None = None
    """Of one piece at its rating, without installation."""
    footprint: Area | None = None
    """Of one piece with the access that it needs."""
    failure_rate: FailureRate | None = None
    """Failures of one piece that take it out of service, over time."""
    repair: Duration | None = None
    """Mean time from a failure to service, with the spares that are usual."""
    availability: Fraction | None = None
    """Share of time that one piece is not failed, where it is stated as such."""

    @property
    def unavailability(self) -> float | None:
        """Share of time that one piece is failed: ``MTTR / (MTBF + MTTR)``; None where nothing is known."""
        if self.availability is not None:
            return 1.0 - float(self.availability)
        if self.failure_rate is None or self.repair is None:
            return None
        lost = float(self.failure_rate) * float(self.repair)
        return lost / (1.0 + lost)
