"""The electrical network of a facility as a one-line diagram: what stands where, its ratings and its duty."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

OneLineKind = Literal[
    "grid",
    "main transformer",
    "mv section",
    "feeder",
    "unit transformer",
    "solid-state transformer",
    "lv switchboard",
    "converter",
    "busway",
    "rack",
]


@dataclass(frozen=True)
class OneLineNode:
    """Equipment of one kind at one place of the diagram, as many as there are alike; figures are those of one piece.

    Of pieces that differ (feeders by length), the one with the most duty is shown.
    """

    kind: OneLineKind
    name: str
    parent: int
    """Position of the node that feeds it; -1 for the grid."""
    count: int
    """Pieces in the whole facility, spares counted."""
    spare: int
    """Of them."""
    voltage: float
    """At its output: between phases, or between poles [V]."""
    direct: bool
    """Whether that is direct current."""
    rating: float | None
    """In ``rating_unit``; None where no rating is known."""
    rating_unit: Literal["VA", "W", "A"]
    power: float
    """Through one piece at design load, nothing failed [W]."""
    current: float
    """At its output [A]."""
    fault: float | None = None
    """Initial symmetrical short-circuit current at its output [A]."""
    peak: float | None = None
    """Peak short-circuit current [A]."""
    breaker_current: float | None = None
    """Rated current of its breaker [A]."""
    breaker_breaking: float | None = None
    """Short-circuit current that its breaker breaks [A]."""
    cable: str = ""
    """Such as ``2 x 3 x 500 kcmil Al``."""
    length: float | None = None
    """Of the cable [m]."""
    per_unit: float | None = None
    """Lowest voltage at its output over the nominal."""
    loss: float = 0.0
    """Of all pieces at design load [W]."""

    @property
    def load(self) -> float | None:
        """Duty over rating, in the unit of the rating (power for W, apparent power and current as they flow)."""
        if self.rating is None or self.rating <= 0.0:
            return None
        match self.rating_unit:
            case "A":
                return self.current / self.rating
            case "W":
                return self.power / self.rating
        return math.sqrt(3.0) * self.voltage * self.current / self.rating


@dataclass(frozen=True)
class OneLine:
    """The network of a facility from the grid to the racks, solved at design load. Arc flash is not looked at."""

    nodes: tuple[OneLineNode, ...]
    """Each after the one that feeds it."""
    buses: int
    """Of the network that was solved."""
    power: float
    """Drawn from the grid [W]."""
    power_factor: float
    """At the grid."""
    losses: float
    """Of transformers and medium-voltage cables [W]."""
    lowest_voltage: float
    """Over nominal, at any bus."""
    problems: tuple[str, ...]
    """Where no standard equipment does, with the way out."""

    @property
    def loss_share(self) -> float:
        """Losses over the power drawn."""
        return self.losses / self.power if self.power > 0.0 else 0.0

    def of_kind(self, kind: OneLineKind) -> tuple[OneLineNode, ...]:
        """Give the nodes of a kind."""
        return tuple(node for node in self.nodes if node.kind == kind)
