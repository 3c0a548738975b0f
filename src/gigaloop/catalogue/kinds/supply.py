"""Parts with cost and suppliers, and lead times."""

from __future__ import annotations

from typing import ClassVar

from gigaloop.catalogue.entry import CoarseDate, Entry
from gigaloop.core.quantity import Duration, Fraction, Money, PositiveCount


class Part(Entry):
    """A part or assembly: what one costs, how many a rack holds, how long it takes, who makes it."""

    kind: ClassVar[str] = "part"

    level: str = ""
    """Stage of manufacture that delivers it (L2 wafer ... L11 rack, site)."""
    per_rack: PositiveCount | None = None
    cost: Money | None = None
    cost_share: Fraction | None = None
    """Share of the cost of a rack."""
    lead_time: Duration | None = None
    suppliers: tuple[str, ...] = ()
    disruption: str = ""
    """What has gone wrong with its supply."""


class LeadTime(Entry):
    """How long something takes to be delivered, granted or built, with its range."""

    kind: ClassVar[str] = "lead_time"

    region: str = ""
    as_of: CoarseDate
    lead_time: Duration
