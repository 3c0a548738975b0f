"""The network of a facility: its power chain and its blocks made into a campus that is sized, solved and drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gigaloop.core.errors import UsageError
from gigaloop.design.power.campus import Campus, solve_campus
from gigaloop.design.power.campus_plan import LOW_VOLTAGE, MEDIUM_VOLTAGE, POWER_FACTOR, CampusPlan, TransformerLosses
from gigaloop.design.power.oneline import ABOVE, draw_one_line
from gigaloop.design.records import ChainStage

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import Converter


def transformer_losses(converter: Converter) -> TransformerLosses:
    """Give a transformer's losses over its rating from its curve: those without load, and what full load adds."""
    idle = float(converter.loss_at(0.0))
    return TransformerLosses(idle, float(converter.loss_at(1.0)) - idle)


def campus_network(
    chain: Sequence[ChainStage],
    converters: Mapping[str, Converter],
    substation: Converter,
    *,
    racks: float,
    blocks: int,
    spare: int,
    redundancy: str,
    block_power: float,
    other_load: float = 0.0,
    medium_voltage: float = MEDIUM_VOLTAGE,
    fault_level: float | None = None,
    power_factor: float = POWER_FACTOR,
    frequency: float = 60.0,
) -> Campus:
    """Lay out, size and solve the network of a facility, with its one-line diagram.

    Parameters
    ----------
    chain
        Of one rack at its design point, from medium voltage to the chip.
    converters
        By id; those of the chain.
    substation
        Class of the main transformers.
    racks
        That the facility feeds.
    blocks, spare
        That carry the load, and on top of them.
    redundancy
        ``N``, ``N+1``, ``2N`` or ``distributed``.
    block_power
        IT power of a block [W].
    other_load
        What the blocks draw beside the racks and the chain's losses at the design day (cooling and the rest), of the
        whole facility, shared evenly by the blocks [W].
    medium_voltage
        [V].
    fault_level
        Short-circuit power of the utility at medium voltage [VA]; None where it feeds main transformers.
    power_factor
        Of the load of a block, lagging.

    Raises
    ------
    UsageError
        If no cable or transformer does.
    """
    facility = [stage for stage in chain if stage.location == "facility"]
    direct = any(converters[stage.converter].role == "solid-state transformer" for stage in facility)
    below = [stage for stage in facility if converters[stage.converter].role not in ABOVE]
    # Into the stages behind the unit transformer, or into the solid-state transformer itself.
    top = next(
        (s.power_in for s in facility if converters[s.converter].role == "solid-state transformer"),
        below[0].power_in if below else next((s.power_out for s in reversed(facility)), 0.0),
    )
    if top <= 0.0:
        raise UsageError("the racks draw no power", hint="give the rack a design power, and a power chain")
    unit = next((converters[s.converter] for s in facility if converters[s.converter].role == "transformer"), None)
    plan = CampusPlan(
        blocks=blocks,
        spare=spare,
        block_load=(top * racks + other_load) / blocks,
        block_power=block_power,
        main=transformer_losses(substation),
        unit=transformer_losses(unit) if unit else TransformerLosses(0.0, 0.0),
        idle_spares=redundancy == "N+1",
        power_factor=power_factor,
        medium_voltage=medium_voltage,
        low_voltage=_low_voltage(below, converters, unit),
        fault_level=fault_level,
        direct=direct,
        frequency=frequency,
    )
    campus = solve_campus(plan)
    return replace(campus, one_line=draw_one_line(campus, chain, converters, racks))


def _low_voltage(below: Sequence[ChainStage], converters: Mapping[str, Converter], unit: Converter | None) -> float:
    """Give the voltage of the switchboards: what the first stage behind takes, else what the transformer gives [V]."""
    if below and (voltage := converters[below[0].converter].input_voltage):
        return float(voltage)
    return float(unit.output_voltage) if unit is not None and unit.output_voltage else LOW_VOLTAGE
