"""Losses of the power path over load: the stages before the rack, their units loaded as redundancy allows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import UsageError
from gigaloop.design.records import ChainStage

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import Converter
    from gigaloop.catalogue.kinds.power import End

ENDS: tuple[End, ...] = ("value", "high", "low")
"""Ends of the range of the efficiencies that give the central, the least and the most loss."""


@dataclass(frozen=True)
class UnitShare:
    """How redundancy loads the units of a path, nothing failed.

    ``load`` is the load of a unit in service over that without redundancy; ``idle`` counts the units, per unit in
    service, that stand by energised without load.
    """

    load: float
    idle: float


def unit_share(redundancy: str, group: float = 4.0) -> UnitShare:
    """Give how redundancy loads the units of the power path.

    Parameters
    ----------
    redundancy
        ``N``; ``N+1``: a reserve block stands by for every ``group``; ``2N``: two paths share the load;
        ``distributed``: ``group`` and one more share the load of ``group``.
    group
        Blocks that one redundant block stands behind.

    Raises
    ------
    UsageError
        If the redundancy is unknown or the group has no block.

    Examples
    --------
    >>> unit_share("2N"), unit_share("distributed", 3)
    (UnitShare(load=0.5, idle=0.0), UnitShare(load=0.75, idle=0.0))
    """
    if group < 1.0:
        raise UsageError(f"a redundant block stands behind at least one block, not {group:g}", hint="take 1 or more")
    match redundancy:
        case "N":
            return UnitShare(1.0, 0.0)
        case "N+1":
            return UnitShare(1.0, 1.0 / group)
        case "2N":
            return UnitShare(0.5, 0.0)
        case "distributed":
            return UnitShare(group / (group + 1.0), 0.0)
    raise UsageError(f"'{redundancy}' is no redundancy", hint="take N, N+1, 2N or distributed")


@dataclass(frozen=True, eq=False)
class StageCurve:
    """Loss of one stage over the power into the racks, as a share of that power's design value (m,)."""

    name: str
    converter: str
    loss: NDArray[np.float64]
    low: NDArray[np.float64]
    """With every efficiency at the high end of its range."""
    high: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ChainCurve:
    """Loss of the facility's stages, medium voltage to the rack, over load: arrays (m,).

    ``load`` is the power into the racks over its design value, rising from 0; the losses are over the same value.
    ``low`` and ``high`` have the efficiencies of all stages at the ends of their ranges at once.
    """

    load: NDArray[np.float64]
    loss: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    stages: tuple[StageCurve, ...]
    """From medium voltage to the rack; their losses add up to ``loss``."""

    def loss_at(self, load: ArrayLike) -> NDArray[np.float64]:
        """Give the loss over design power at loads of any shape, linear between the samples."""
        return np.asarray(np.interp(np.asarray(load, dtype=np.float64), self.load, self.loss), dtype=np.float64)

    def efficiency_at(self, load: ArrayLike) -> NDArray[np.float64]:
        """Give power into the racks over power at medium voltage at loads of any shape; 0 without load."""
        load = np.asarray(load, dtype=np.float64)
        drawn = load + self.loss_at(load)
        return np.asarray(np.divide(load, drawn, out=np.zeros_like(drawn), where=drawn > 0.0), dtype=np.float64)

    def independent(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the low and high curve (m,) if the stages' errors are independent: their ranges add in quadrature."""
        zero = np.zeros_like(self.loss)
        below = np.sqrt(sum(((s.loss - s.low) ** 2 for s in self.stages), zero))
        above = np.sqrt(sum(((s.high - s.loss) ** 2 for s in self.stages), zero))
        return self.loss - below, self.loss + above

    def flows(self, load: float) -> tuple[tuple[str, float, float, float], ...]:
        """Give (name, power in, loss, power out) of each stage at a load, over design power, as a Sankey draws it."""
        rows: list[tuple[str, float, float, float]] = []
        out = load
        for stage in reversed(self.stages):
            loss = float(np.interp(load, self.load, stage.loss))
            rows.insert(0, (stage.name, out + loss, loss, out))
            out += loss
        return tuple(rows)


def path_losses(
    path: Sequence[tuple[Converter, float]],
    share: UnitShare | Sequence[UnitShare] | None = None,
    loads: ArrayLike | None = None,
) -> ChainCurve:
    """Give the losses over load of stages in a row, each with the load of its units at the design point.

    Upward from the racks, each stage loses its loss at its own load, at the output that the stages behind it draw.
    Its units could carry the output of the design point over their load there, so that at load 1 and without redundancy
    each runs at exactly that load.

    Parameters
    ----------
    path
        From medium voltage to the racks: converter, and output over rating of its units at the design point.
    share
        How redundancy loads the units, of all stages alike or of each; without redundancy unless given.
    loads
        Power into the racks over its design value, rising from 0 or more (m,); 0 to 1 in steps of 0.01 unless given.

    Raises
    ------
    UsageError
        If the loads do not rise from 0 or more, or a stage has no load at the design point.
    """
    load = np.linspace(0.0, 1.0, 100 + 1) if loads is None else np.asarray(loads, dtype=np.float64)
    if load.ndim != 1 or load.size == 0 or load[0] < 0.0 or np.any(np.diff(load) <= 0.0):
        raise UsageError("the loads of a loss curve rise from 0", hint="give a one-dimensional rising array")
    found = {end: stage_losses(path, load, [end] * len(path), share) for end in ENDS}
    stages = tuple(
        StageCurve(converter.name, converter.id, *(found[end][index] for end in ENDS))
        for index, (converter, _) in enumerate(path)
    )
    zero = np.zeros_like(load)
    total, low, high = (np.asarray(sum(found[end], zero)) for end in ENDS)
    return ChainCurve(load, total, low, high, stages)


def chain_losses(
    chain: Sequence[ChainStage],
    converters: Mapping[str, Converter],
    share: UnitShare | None = None,
    loads: ArrayLike | None = None,
    until: Literal["rack", "chip"] = "rack",
) -> ChainCurve:
    """Give the losses over load of a chain's stages before the rack, or of all, as :func:`path_losses` does.

    The units of a stage have the load that :func:`~gigaloop.design.power.chain.power_chain` found for them at the
    design point (the highest of the curve where the rating is not stated), before the rack times the redundancy's
    share. At load 1 and without redundancy the losses are those of the chain.

    Parameters
    ----------
    chain
        At the design point, from medium voltage to the chip.
    converters
        By id; those of the chain.
    share, loads
        As for :func:`path_losses`.
    until
        ``rack``: the stages of the facility, over power into the racks; ``chip``: all, over power at the chips.

    Raises
    ------
    UsageError
        As :func:`path_losses`.
    """
    counted = [stage for stage in chain if until == "chip" or stage.location == "facility"]
    path: list[tuple[Converter, float]] = []
    for stage in counted:
        converter = converters[stage.converter]
        path.append((converter, converter.top_load if stage.load is None else stage.load))
    alone = UnitShare(1.0, 0.0)
    return path_losses(path, [share or alone if stage.location == "facility" else alone for stage in counted], loads)


def _each(share: UnitShare | Sequence[UnitShare] | None, stages: int) -> Sequence[UnitShare]:
    if share is None or isinstance(share, UnitShare):
        return [share or UnitShare(1.0, 0.0)] * stages
    return share


def _ratings(path: Sequence[tuple[Converter, float]], shares: Sequence[UnitShare]) -> list[float]:
    """Give what the units in service of each stage could carry, over the design power into the racks."""
    ratings: list[float] = []
    output = 1.0
    for (converter, load), share in zip(reversed(path), reversed(shares), strict=True):
        if not (math.isfinite(load) and load > 0.0):
            raise UsageError(
                f"'{converter.name}' has no load at its design point", hint="give the rack a design power above 0"
            )
        ratings.insert(0, output / (load * share.load))
        output /= float(converter.efficiency_at(load))
    return ratings


def stage_losses(
    path: Sequence[tuple[Converter, float]],
    load: NDArray[np.float64],
    ends: Sequence[End],
    share: UnitShare | Sequence[UnitShare] | None = None,
) -> list[NDArray[np.float64]]:
    """Give the loss of each stage over the design power into the racks, each in the shape of ``load``.

    Parameters
    ----------
    path, share
        As for :func:`path_losses`.
    load
        Power into the racks over its design value, any shape.
    ends
        Which end of its range the efficiency of each stage has.
    """
    shares = _each(share, len(path))
    losses: list[NDArray[np.float64]] = []
    output = load
    walk = zip(path, _ratings(path, shares), shares, ends, strict=True)
    for (converter, _), rating, units, end in reversed(list(walk)):
        lost = rating * (converter.loss_at(output / rating, end) + units.idle * converter.loss_at(0.0, end))
        losses.insert(0, lost)
        output = output + lost
    return losses
