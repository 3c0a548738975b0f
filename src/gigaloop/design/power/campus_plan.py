"""What a campus network is built for, and the usual equipment that it is built of."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gigaloop.core.errors import UsageError
from gigaloop.design.power.breaker import LOW_CURRENTS

MAIN_RATINGS = (10e6, 15e6, 20e6, 30e6, 40e6, 50e6, 60e6, 75e6, 100e6)
"""Usual ratings of substation transformers [VA], Source: IEEE C57.12.10; larger ones are taken as several."""
UNIT_RATINGS = (0.5e6, 0.75e6, 1e6, 1.5e6, 2e6, 2.5e6, 3.75e6, 5e6, 7.5e6, 10e6)
"""Usual ratings of unit transformers [VA], Source: IEEE C57.12.34; solid-state ones are offered for 5 and 10 MW."""
TAP_STEP, TAP_STEPS = 0.1 / 16, 16
"""On-load tap changer of a substation transformer: 10 % either way in 16 steps, Source: IEEE C57.12.10."""
MAIN_VK = 0.1
"""Impedance voltage of a substation transformer; 7 to 12 % are usual, Source: IEEE C57.12.10, IEC 60076-5."""
UNIT_VK = 0.0575
"""Impedance voltage of unit transformers, Source: IEEE C57.12.34 (5.75 %)."""
MAGNETISING = 0.002
"""Current without load over rated, Source: assumption for cores of grain-oriented steel, 0.1 to 0.5 %."""
SECTION_CURRENT = 3150.0
"""Largest busbar of medium-voltage switchgear that is taken [A], IEC 62271-1."""
FEEDER_CURRENT = 600.0
"""Of separable connectors and loop switches of a feeder, IEEE 386 [A]."""
GRID_FAULT = 10e9
"""Short-circuit power at 138 kV where the site states none, Source: assumption; 42 kA, usual breakers break 40 to 63 kA
(IEC 62271-100) [VA]."""
POWER_FACTOR = 0.98
"""Of the load of a block, lagging, Source: assumption, 0.95 to 0.99 for rectifiers with power-factor correction and
motors behind drives."""
HIGH_VOLTAGE, MEDIUM_VOLTAGE, LOW_VOLTAGE = 138e3, 34.5e3, 480.0
"""Usual nominal voltages in North America, Source: ANSI C84.1 [V]."""
CAMPUS_DENSITY = 1000.0
"""IT power over the campus area that a block takes, yards and roads counted: assumption, 500 to 2,000 [W/m2]."""
BANK = 3
"""Feeders in one duct bank."""


@dataclass(frozen=True)
class TransformerLosses:
    """Losses of a transformer over its rating: without load, and what full load adds."""

    no_load: float
    load: float


@dataclass(frozen=True)
class CampusPlan:
    """What a campus is built for.

    Parameters
    ----------
    blocks, spare
        Units that carry load without redundancy, and units on top of them.
    block_load
        Real power at the low-voltage switchboard of a full block, cooling included [W].
    block_power
        IT power of a block, for the area it takes [W].
    idle_spares
        Whether spare units stand by without load (N+1); they share the load otherwise.
    power_factor
        Of the load of a block, lagging.
    high_voltage, medium_voltage, low_voltage
        [V].
    fault_level
        Short-circuit power of the utility at medium voltage [VA]: the campus has no main transformers then. None: the
        utility feeds main transformers at high voltage, with ``GRID_FAULT``.
    main, unit
        Losses of main and unit transformers.
    direct
        Whether solid-state transformers take the place of unit transformers and switchboards; ``block_load`` is then
        what they draw at medium voltage.
    """

    blocks: int
    spare: int
    block_load: float
    block_power: float
    main: TransformerLosses
    unit: TransformerLosses
    idle_spares: bool = True
    power_factor: float = POWER_FACTOR
    high_voltage: float = HIGH_VOLTAGE
    medium_voltage: float = MEDIUM_VOLTAGE
    low_voltage: float = LOW_VOLTAGE
    fault_level: float | None = None
    direct: bool = False
    frequency: float = 60.0

    def __post_init__(self) -> None:
        if self.blocks < 1 or self.spare < 0 or min(self.block_load, self.block_power) <= 0.0:
            raise UsageError(
                "a campus needs a block or more, and load in each", hint="give blocks of 1 or more and powers above 0"
            )
        if not 0.0 < self.power_factor <= 1.0:
            raise UsageError(f"{self.power_factor:g} is no power factor", hint="give more than 0 and at most 1")

    @property
    def unit_rating(self) -> float:
        """Of unit transformers [VA]: the smallest usual one that carries a block, or its share of one."""
        usable = self._usable
        share = self.block_load / self.power_factor / self.per_block
        return next((rating for rating in usable if rating >= share * (1.0 - 1e-9)), usable[-1])

    @property
    def per_block(self) -> int:
        """Unit transformers of a block: as few as breakers at their low voltage carry."""
        return math.ceil(self.block_load / self.power_factor / self._usable[-1] * (1.0 - 1e-9))

    @property
    def _usable(self) -> tuple[float, ...]:
        if self.direct:
            return UNIT_RATINGS
        most = math.sqrt(3.0) * self.low_voltage * LOW_CURRENTS[-1]
        return tuple(rating for rating in UNIT_RATINGS if rating <= most) or UNIT_RATINGS[:1]

    @property
    def units(self) -> int:
        """Unit transformers, spares counted."""
        return (self.blocks + self.spare) * self.per_block

    def is_idle(self, unit: int) -> bool:
        """Say whether a unit stands by without load; its block is one of the spare ones, which are spread evenly."""
        block, total = unit // self.per_block, self.blocks + self.spare
        return self.idle_spares and (block + 1) * self.spare // total > block * self.spare // total

    @property
    def unit_load(self) -> float:
        """Real power of a unit in service, nothing failed [W]."""
        load = self.block_load / self.per_block
        return load if self.idle_spares else load * self.blocks / (self.blocks + self.spare)
