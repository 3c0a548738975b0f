"""How a rack is fed: what its shelves supply with one of them or a feed lost, hold-up, lines, and the busbar's drop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from gigaloop.design.power.busbar import DENSITY_RULE, TAP_SHARES
from gigaloop.design.power.conductor import resistivity
from gigaloop.design.records import BusbarDrop, LineState, PowerRollup, ShelfState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gigaloop.catalogue.kinds import Converter
    from gigaloop.design.records import ChainStage
    from gigaloop.programme.schema import Generation

RACK_UNIT = 0.04445
"""Height of one rack unit, 1.75 inches. Source: EIA/ECA-310-E [m]."""

_FRAME = 48.0
"""Height of the frame of an NVL72 rack, where none is stated. Source: none public, an assumption of 2026-11 [U]."""

_COPPER = 343.15
"""Temperature of a busbar's copper where none is stated: 70 degC, 30 K over air of 40 degC, as the rises that ampacity
tables start from, https://copper.org/applications/electrical/busbar [K]."""


def shelf_state(
    generation: Generation, power: PowerRollup, chain: Sequence[ChainStage], converters: Mapping[str, Converter]
) -> ShelfState | None:
    """Give what the shelves of a rack supply with one lost, and how long they hold the bus without input.

    The charge of the shelves is constant, so hold-up grows as the load falls: ``t = t_rated P_rated / P``. Shelves are
    spread evenly over the feeds; with one feed lost its shelves are.

    Parameters
    ----------
    generation
        The generation.
    power
        Its power numbers.
    chain
        Its power chain; the stage in the rack states the hold-up where the generation does not.
    converters
        The converters of the chain by id.
    """
    feed = generation.power
    shelves = float(feed.shelves)
    if shelves <= 0.0:
        return None
    rating, installed = float(feed.shelf_rating), shelves * float(feed.shelf_rating)
    feeds = 1.0 if feed.supply is None else float(feed.supply.feeds)
    held = feed.hold_up
    if held is None:
        stage = next((stage for stage in chain if stage.location == "rack"), None)
        held = None if stage is None else converters[stage.converter].hold_up
    return ShelfState(
        installed=shelves,
        rating=rating,
        one_lost=(shelves - 1.0) * rating,
        feed_lost=math.floor(shelves - shelves / feeds + 1e-9) * rating if feeds > 1.0 else None,
        load=power.design / installed if installed else 0.0,
        hold_up=_hold_up(held, installed, power.design),
        peak_hold_up=_hold_up(held, installed, power.peak),
    )


def _hold_up(rated: float | None, installed: float, power: float) -> float | None:
    return None if rated is None or power <= 0.0 else float(rated) * installed / power


def line_state(generation: Generation, rack_input: float) -> LineState | None:
    """Give the current of the lines that feed a rack at design power, all in service and with one feed lost.

    Three-phase: ``I = P / (sqrt(3) U cos phi n)``; direct current: ``I = P / (U n)``.

    Parameters
    ----------
    generation
        The generation.
    rack_input
        Power into the rack [W].
    """
    supply = generation.power.supply
    if supply is None:
        return None
    lines, feeds, voltage = float(supply.lines), float(supply.feeds), float(supply.voltage)
    current = line_current(rack_input / lines, voltage, supply.system, float(supply.power_factor))
    return LineState(
        lines=round(lines),
        feeds=round(feeds),
        current=current,
        feed_lost=current * feeds / (feeds - 1.0) if feeds > 1.0 else None,
        breaker=float(supply.breaker),
    )


def line_current(power: float, voltage: float, system: Literal["AC", "DC"], power_factor: float = 1.0) -> float:
    """Give the current of a line [A] from its power [W] and its voltage between phases or poles [V].

    Examples
    --------
    A shelf of 33 kW with 97 % efficiency at 415 V and a power factor of 98 % fits a breaker of 60 A at 80 %:

    >>> round(line_current(33e3 / 0.97, 415.0, "AC", 0.98), 1)
    48.3
    """
    return power / voltage if system == "DC" else power / (math.sqrt(3.0) * voltage * power_factor)


def rack_busbar(generation: Generation, power: PowerRollup, height: float | None) -> BusbarDrop:
    """Give the voltage drop and loss of a rack's busbar whose current is taken off evenly along it.

    Fed at one end the drop to the other is ``I R / 2`` and the loss ``I^2 R / 3``, fed at both ends ``I R / 8`` (to the
    middle) and ``I^2 R / 12``, with the resistance of both poles. Where the programme states no section, the copper is
    as large as a bare bar for the busbar's limit must be without further proof (NFPA 70 article 366.23), which keeps
    the drop low: a liquid-cooled bar is smaller and drops more.

    Parameters
    ----------
    generation
        The generation.
    power
        Its power numbers.
    height
        Of the frame [U]: the length where none is stated; 48 U (the frame of the NVL72 racks) where that is not either.
    """
    stated = generation.power.busbar
    section = float(generation.power.busbar_limit) / DENSITY_RULE["copper"] if stated is None else float(stated.section)
    length = (height or _FRAME) * RACK_UNIT if stated is None else float(stated.length)
    temperature = _COPPER if stated is None else float(stated.temperature)
    one_end = stated is not None and stated.fed_at == "one end"
    resistance = 2.0 * float(resistivity("copper", temperature)) * length / section if section > 0.0 else 0.0
    shares = TAP_SHARES["uniform" if one_end else "both ends"]
    return BusbarDrop(
        section=section,
        length=length,
        stated=stated is not None,
        resistance=resistance,
        drop=power.bus_current * resistance * shares.drop,
        peak_drop=power.bus_peak_current * resistance * shares.drop,
        loss=power.bus_current**2 * resistance * shares.loss,
    )
