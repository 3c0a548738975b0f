"""Blocks: the smallest units that energise, how many a facility has, how they are backed up, and what is lost."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gigaloop.core.errors import UsageError
from gigaloop.core.units import HOUR, YEAR
from gigaloop.design.facility.availability import (
    BETA,
    FloatArray,
    lost_distribution,
    lost_units,
    redundant_share_lost,
    series,
)
from gigaloop.design.power import unit_share
from gigaloop.design.records import BlockPlan, EnergisationStage, LostPower
from gigaloop.programme.schema import Site

GRID_OUTAGE = 2.0 * HOUR / YEAR
"""Share of time in which the utility does not supply: two hours a year, what U.S. customers see without major events
(EIA, Annual Electric Power Industry Report, form EIA-861, 2013 to 2022, as commonly quoted; about 5.5 hours with them
in 2022). Sites on transmission lines see fewer and shorter ones."""

GRID_EVENTS = 6.0
"""Interruptions and deep dips of the grid a year that stop racks which nothing carries: one interruption (EIA-861,
frequency without major events, about one) and five dips below what supplies run at. Source: the dips are an
assumption of 2026-11, 2 to 15 a year by the voltage and length of the lines."""

GENERATOR_START = 15.0
"""From the loss of the grid to generators carrying the load [s]. Source: 10 s is the strictest class of NFPA 110; five
more for generators to run in parallel are an assumption of 2026-11."""

RACK_RESTART = 600.0
"""From power to work again of racks that were stopped [s]. Source: assumption of 2026-11, 5 to 60 minutes: supplies in
sequence, coolant flow, boot, check of the accelerators, restart of jobs."""

OPERATIONS = 0.4 * HOUR / YEAR
"""Share of time lost to operators, controls and work that goes wrong, whatever the redundancy. Source: 0.4 hours a year
are the 99.995 % of fault-tolerant sites (tier IV) in the Uptime Institute's records of 16 sites over five years
(Turner, Seader and Brill, Tier Classifications Define Site Infrastructure Performance, 2006). Equipment alone fails a
hundred times less, so it is taken for all of it, with a range of 0.1 to 1.6 hours (tier III)."""


_ROUNDING = 1e-9


@dataclass(frozen=True)
class BlockCount:
    """How racks are put into blocks."""

    racks_per_block: int
    blocks: int
    spare: int
    group: int
    block_power: float
    """IT power of a full block's racks [W]."""


def count_blocks(racks: float, rack_power: float, block_power: float, redundancy: str, group: int) -> BlockCount:
    """Put whole racks into blocks, and give the spare blocks that a redundancy asks for.

    A rack of more than a block's power is a block of its own.

    Parameters
    ----------
    racks
        That the facility feeds.
    rack_power
        Into a rack at design power [W].
    block_power
        That a block is built for [W].
    redundancy
        ``N``, ``N+1`` or ``distributed`` (a spare for each group), ``2N``.
    group
        Blocks that a redundant one stands behind.

    Raises
    ------
    UsageError
        If a power is not positive or the redundancy is unknown.

    Examples
    --------
    A thousand racks of 132 kW in blocks of 2.5 MW, four to a spare:

    >>> count_blocks(1000, 132e3, 2.5e6, "N+1", 4)
    BlockCount(racks_per_block=18, blocks=56, spare=14, group=4, block_power=2376000.0)
    """
    if rack_power <= 0.0 or block_power <= 0.0:
        raise UsageError("racks and blocks need a power", hint="state a positive power")
    per_block = max(1, math.floor(block_power / rack_power * (1.0 + _ROUNDING)))
    blocks = math.ceil(racks / per_block * (1.0 - _ROUNDING)) if racks > 0.0 else 0
    return BlockCount(per_block, blocks, spare_units(blocks, redundancy, group), group, per_block * rack_power)


def spare_units(needed: int, redundancy: str, group: int) -> int:
    """Give the spare units that a redundancy asks for beside those that carry the load.

    Examples
    --------
    >>> [spare_units(9, kind, 4) for kind in ("N", "N+1", "2N", "distributed")]
    [0, 3, 9, 3]
    """
    unit_share(redundancy, group)
    if redundancy == "N" or needed == 0:
        return 0
    return needed if redundancy == "2N" else math.ceil(needed / group)


@dataclass(frozen=True)
class PowerPath:
    """What a block's power depends on."""

    parts: tuple[tuple[str, float], ...]
    """Name and unavailability of each part in series, from medium voltage to the racks."""
    start_failure: float | None
    """Share of demands that a block's standby generator misses; None without generators."""
    grid: float = GRID_OUTAGE
    """Share of time without the utility."""
    bridge: float | None = None
    """For which a UPS or battery carries the racks [s]; None without either."""
    operations: float = 0.0
    """Share of time lost to operators and controls, which no redundancy of equipment gives back."""

    @property
    def own(self) -> float:
        """Unavailability of the parts of one block."""
        return float(series(*(u for _, u in self.parts)))

    @property
    def on_generator(self) -> float:
        """Unavailability of one block while the utility does not supply."""
        return 1.0 if self.start_failure is None else float(series(self.own, self.start_failure))

    @property
    def restarts(self) -> float:
        """Share of time in which racks start again after events of the grid that nothing carried them through.

        Without generators the outage itself is counted with the utility, dips and the restart are here.
        """
        if self.bridge is not None and (self.start_failure is None or self.bridge >= GENERATOR_START):
            return 0.0
        return GRID_EVENTS * (GENERATOR_START + RACK_RESTART) / YEAR

    @property
    def everywhere(self) -> float:
        """Share of time lost by all blocks alike: restarts, operators and controls."""
        return float(series(self.restarts, self.operations))

    @property
    def unavailability(self) -> float:
        """Of one block, without redundancy."""
        return float(series((1.0 - self.grid) * self.own + self.grid * self.on_generator, self.everywhere))


def share_without_power(path: PowerPath, count: BlockCount, redundancy: str, beta: float = BETA) -> float:
    """Give the share of IT power that is lost on average to the power paths.

    With the utility up, blocks fail by their own parts; with it down, each also by its generator. Both states have
    the redundancy and the common cause of their own; without generators the second loses everything. What takes all
    blocks alike comes on top.
    """
    if not count.blocks:
        return 0.0
    group = min(count.group, count.blocks)
    up = redundant_share_lost(path.own, redundancy, group, beta=beta, units=count.blocks)
    down = 1.0
    if path.start_failure is not None:
        down = redundant_share_lost(path.on_generator, redundancy, group, beta=beta, units=count.blocks)
    return float(series((1.0 - path.grid) * up + path.grid * down, path.everywhere))


def power_lost(path: PowerPath, count: BlockCount, redundancy: str) -> tuple[LostPower, ...]:
    """Give how many hours a year at least 1, 2, ... blocks are without power, the utility up, failures independent.

    Ends at less than a second a year.
    """
    if not count.blocks:
        return ()
    chances = _block_chances(path.own, count, redundancy)
    beyond = np.cumsum(chances[::-1])[::-1]
    rows: list[LostPower] = []
    for blocks in range(1, len(beyond)):
        hours = float(beyond[blocks]) * YEAR / HOUR
        if hours < 1.0 / HOUR:
            break
        rows.append(LostPower(blocks, blocks * count.block_power, hours))
    return tuple(rows)


def _block_chances(u: float, count: BlockCount, redundancy: str) -> FloatArray:
    if redundancy == "2N":
        return lost_distribution(u * u, 1, lost_units(1, 0), count.blocks)
    if redundancy == "N":
        return lost_distribution(u, 1, lost_units(1, 0), count.blocks)
    groups, rest = divmod(count.blocks, count.group)
    chances = np.ones(1)
    if groups:
        chances = lost_distribution(u, count.group, lost_units(count.group, 1), groups)
    if rest:
        chances = np.convolve(chances, lost_distribution(u, rest, lost_units(rest, 1), 1))
    return chances


def plan_blocks(
    count: BlockCount, redundancy: str, racks: float, rack_power: float, path: PowerPath, cooling: float
) -> BlockPlan:
    """Give the blocks of a facility with their load, their availability and the power that is lost on average.

    Parameters
    ----------
    count
        How racks are put into blocks.
    redundancy
        Of the blocks.
    racks, rack_power
        That the facility feeds, and the power into one at design [W].
    path
        What a block's power depends on.
    cooling
        Share of IT power lost on average to cooling that is not there.
    """
    lost = share_without_power(path, count, redundancy)
    it_power = racks * rack_power
    filled = racks / (count.blocks * count.racks_per_block) if count.blocks else 0.0
    return BlockPlan(
        redundancy=redundancy,
        group=count.group,
        block_power=count.block_power,
        blocks=count.blocks,
        spare_blocks=count.spare,
        racks_per_block=float(count.racks_per_block),
        load_factor=filled * unit_share(redundancy, count.group).load,
        unit_availability=1.0 - path.unavailability,
        availability=1.0 - lost,
        expected_lost=lost * it_power,
        lost_everywhere=path.everywhere,
        lost=power_lost(path, count, redundancy),
        cooling_availability=1.0 - cooling,
        expected_lost_cooling=cooling * it_power,
    )


def energisation_stages(
    site: Site,
    basis: float,
    racks: float,
    rack_peak: float,
    racks_per_block: int,
    at_load: Callable[[float], tuple[float, float]],
) -> tuple[EnergisationStage, ...]:
    """Give what each step of a site's energisation brings.

    Parameters
    ----------
    site
        The site.
    basis
        Facility power over the power that the site states: 1, or the PUE at peak where it states IT power.
    racks
        At the end of the energisation.
    rack_peak
        Facility power of a rack at the design day [W].
    racks_per_block
        Racks of a full block.
    at_load
        Gives PUE and mean facility power [W] of a year by the share of the racks that are online.
    """
    stages: list[EnergisationStage] = []
    for step in site.energisation:
        power = float(step.power) * basis
        online = min(racks, math.floor(power / rack_peak * (1.0 + _ROUNDING)))
        load = online / racks if racks else 0.0
        pue, drawn = at_load(load) if load else (math.nan, 0.0)
        blocks = math.ceil(online / racks_per_block - _ROUNDING)
        stages.append(EnergisationStage(step.start, power, online, blocks, load, pue, drawn))
    return tuple(stages)


def path_parts(parts: Sequence[tuple[str, float | None, int]]) -> tuple[tuple[str, float], ...]:
    """Give the parts of a path that are known: name, and unavailability of all its pieces in series."""
    return tuple((name, float(series(*[u] * pieces))) for name, u, pieces in parts if u is not None and pieces)
