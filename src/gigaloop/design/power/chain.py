"""The power chain: the converters from medium voltage to the chip, in order, with their efficiency over load."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gigaloop.design.records import ChainStage

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import Converter


def power_chain(
    converters: Sequence[Converter], design_power: float, shelf_installed: float, shelves: float
) -> tuple[ChainStage, ...]:
    """Give the stages from medium voltage to the chip at the design power of one rack.

    The in-rack bus carries ``design_power``: stages before the first ``dc-dc`` converter feed it
    (``power_in = power_out / efficiency``, upward), those from there on are fed by it, on the trays.

    The rack's own shelves are the last power shelf before the bus, else the last rectifier, and with them what follows
    up to the bus. The load of a stage is its output over its rating. Shelves share the rack's design power over all
    that are installed. Of any other converter, one unit serves as many whole racks as its rating allows; where a rack
    needs more than one unit, they share it evenly. A stage without a rating runs at the highest load of its curve.
    Redundant units of the facility are not counted.

    Parameters
    ----------
    converters
        In order from medium voltage to the chip.
    design_power
        Thermal design power that the trays draw from the in-rack bus [W].
    shelf_installed
        Rating of all power shelves of the rack [W].
    shelves
        Power shelves that come with the rack; 0 where the facility feeds the bus.
    """
    bus = next((i for i, converter in enumerate(converters) if converter.role == "dc-dc"), len(converters))
    shelf = _shelf_index(converters[:bus]) if shelves > 0 else None
    stages: list[ChainStage] = []
    power = design_power
    for index, converter in reversed(list(enumerate(converters[:bus]))):
        rating = shelf_installed if index == shelf else _rating(converter)
        load = _load(power, rating, single=index == shelf)
        efficiency = _efficiency(converter, load)
        power_in = power / efficiency
        location = "facility" if shelf is None or index < shelf else "rack"
        stages.insert(0, _stage(converter, location, power_in, power, efficiency, load))
        power = power_in
    power = design_power
    for converter in converters[bus:]:
        load, efficiency = _solve_downward(converter, power)
        stages.append(_stage(converter, "tray", power, power * efficiency, efficiency, load))
        power *= efficiency
    return tuple(stages)


def _shelf_index(converters: Sequence[Converter]) -> int | None:
    """Find the stage that the rack's shelves are: the last power shelf, else the last rectifier (a power rack)."""
    for role in ("power shelf", "rectifier"):
        found = [index for index, converter in enumerate(converters) if converter.role == role]
        if found:
            return found[-1]
    return None


def rack_input(chain: Sequence[ChainStage], design_power: float) -> float:
    """Give the power into a rack [W]: its design power, and the losses of the power shelves that come with it."""
    return next((stage.power_in for stage in chain if stage.location == "rack"), design_power)


def shared_load(power_per_rack: float, rating: float) -> float:
    """Give the load, as a share of the rating, of units that serve whole racks, or share one rack evenly.

    Parameters
    ----------
    power_per_rack
        Output for one rack [W].
    rating
        Of one unit [W].

    Examples
    --------
    Eighteen racks of 132 kW load 2.5 MW to 95 %; four units of 4 kW share 15 kW:

    >>> round(shared_load(132e3, 2.5e6), 4), shared_load(15e3, 4e3)
    (0.9504, 0.9375)
    """
    if power_per_rack <= 0.0:
        return 0.0
    racks = math.floor(rating / power_per_rack + 1e-9)
    if racks >= 1:
        return min(1.0, racks * power_per_rack / rating)
    return power_per_rack / (math.ceil(power_per_rack / rating - 1e-9) * rating)


def _rating(converter: Converter) -> float | None:
    return None if converter.rating is None else float(converter.rating)


def _load(power: float, rating: float | None, *, single: bool) -> float | None:
    if not rating:
        return None
    return power / rating if single else shared_load(power, rating)


def _efficiency(converter: Converter, load: float | None) -> float:
    """Give the efficiency at a load; at the highest load that is known without a rating, and without any power."""
    return float(converter.efficiency_at(load or converter.efficiency[-1].load))


def _solve_downward(converter: Converter, power_in: float) -> tuple[float | None, float]:
    """Find load and efficiency from the input of a stage, by a fixed point (it contracts: the curve is nearly flat)."""
    rating = _rating(converter)
    efficiency = _efficiency(converter, None)
    load: float | None = None
    for _ in range(50):
        load = _load(power_in * efficiency, rating, single=False)
        found = _efficiency(converter, load)
        if abs(found - efficiency) < 1e-12:
            break
        efficiency = found
    return load, efficiency


def _stage(
    converter: Converter, location: str, power_in: float, power_out: float, efficiency: float, load: float | None
) -> ChainStage:
    return ChainStage(
        name=converter.name,
        converter=converter.id,
        location=location,
        power_in=power_in,
        power_out=power_out,
        loss=power_in - power_out,
        efficiency=efficiency,
        load=load,
    )
