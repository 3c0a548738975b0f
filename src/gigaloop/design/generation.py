"""A generation engineered: bill of materials, power, cooling, fabric, performance and checks, in one record."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gigaloop.core.quantity import Quantity
from gigaloop.design.cooling import cooling_need
from gigaloop.design.elevation import elevation
from gigaloop.design.fabric import design_fabric, most_sus
from gigaloop.design.power import power_chain, power_rollup, rack_input
from gigaloop.design.prices import price_book
from gigaloop.design.product import SWING_PROFILE, capped_parts, rack_product
from gigaloop.design.rack import bom_inputs, bom_table, massless_parts, rack_cost
from gigaloop.design.records import BomTable, Design, Input, WorkloadPerformance
from gigaloop.design.rules import Draft, check_design
from gigaloop.design.workload import PEAKS, design_workload
from gigaloop.programme.schema import Generation, Programme

if TYPE_CHECKING:
    from pydantic import BaseModel

    from gigaloop.catalogue import Catalogue


def design_generation(
    programme: Programme,
    generation: Generation,
    catalogue: Catalogue,
    on: dt.date | None = None,
    *,
    power_cap: float | None = None,
    performance: tuple[WorkloadPerformance, ...] | None = None,
) -> Design:
    """Engineer a generation: what a rack of it is, draws, weighs, costs, needs and does.

    Parameters
    ----------
    programme
        The programme; its parts, suppliers, factories, workloads and sites are read.
    generation
        The generation.
    catalogue
        Facts about its accelerator and the converters of its power chain.
    on
        Day of build, whose bill of materials counts; the start of volume by default.
    power_cap
        Power to which each accelerator is held [W], in place of the generation's own cap.
    performance
        On the programme's workloads, where it is at hand; searched where not given.

    The cap scales the accelerators' power, and with it heat, flow, currents, the load of every converter, and the clock
    of matrix products, so that tokens/s fall by what each workload loses.

    Raises
    ------
    ProgrammeError
        If the accelerator's peak at a workload's precision is not known, or the power cap is not above 0.
    CatalogueError
        If the catalogue lacks the accelerator or a converter.
    GigaloopError
        If the coolant's temperatures or the fabric are outside of what the equations cover.
    """
    day = generation.effectivity.volume if on is None else on
    accelerator = catalogue.accelerator(generation.accelerator)
    converters = {id_: catalogue.converter(id_) for id_ in generation.power.chain}
    book = price_book(programme, day)
    if power_cap is None and generation.power.power_cap is not None:
        power_cap = float(generation.power.power_cap)
    parts = capped_parts(programme, generation, power_cap)
    table = bom_table(programme, generation.rack, day, book, parts)
    power = power_rollup(generation, table)
    chain = power_chain(
        [converters[id_] for id_ in generation.power.chain],
        power.design,
        power.shelf_installed,
        float(generation.power.shelves),
    )
    drawn = rack_input(chain, power.design)
    cooling = cooling_need(generation, power.design, drawn)
    stacked = elevation(parts, generation.rack, table, cooling)
    product = rack_product(
        generation,
        accelerator,
        table=table,
        power=power,
        power_cap=power_cap,
        uncapped_design=_uncapped(programme, table),
        chain=chain,
        converters=converters,
        rack_input=drawn,
        cooling=cooling,
        elevation=stacked,
        profile=catalogue.load_profile(SWING_PROFILE),
    )
    fabric = design_fabric(programme, generation, catalogue, 1)
    if performance is None:
        performance = tuple(
            design_workload(
                programme, generation, each, catalogue, fabric=fabric, power_cap=power_cap, thorough=False
            ).performance
            for each in programme.workloads
        )
    draft = Draft(
        programme=programme,
        generation=generation,
        accelerator=accelerator,
        converters=converters,
        bom=table,
        power=power,
        chain=chain,
        rack_input=drawn,
        cost=rack_cost(programme, generation.rack, day, book),
        mass=table.total("mass"),
        massless=massless_parts(programme, generation.rack, day),
        elevation=stacked,
        cooling=cooling,
        rack=product,
        performance=performance,
        most_sus=most_sus(generation, catalogue),
    )
    return Design(
        generation=generation.id,
        name=generation.name,
        on=day,
        accelerators=float(generation.accelerators_per_rack),
        bom=table,
        power=power,
        chain=chain,
        rack_input=drawn,
        cost=draft.cost,
        mass=draft.mass,
        massless=draft.massless,
        footprint=float(generation.footprint),
        elevation=draft.elevation,
        cooling=draft.cooling,
        rack=draft.rack,
        fabric=fabric,
        performance=draft.performance,
        checks=check_design(draft),
        inputs=_once(*bom_inputs(programme, table, book), *_other_inputs(draft)),
    )


def _uncapped(programme: Programme, table: BomTable) -> float:
    """Give the design power that the rack would have without a cap [W]."""
    parts = programme.part_of
    return math.fsum(
        float(parts[row.part].power or 0.0) * row.per_rack if row.family == "accelerator" else row.design_power or 0.0
        for row in table.rows
    )


def _once(*inputs: Input) -> tuple[Input, ...]:
    return tuple({entry.path: entry for entry in inputs}.values())


def _other_inputs(draft: Draft) -> Iterator[Input]:
    """Give the stated values of the generation and its workloads, and the catalogue's facts that were used."""
    yield Input("policy.utilisation", draft.programme.policy.utilisation)
    yield from _stated(draft.generation, draft.path())
    for workload in draft.programme.workloads:
        yield from _stated(workload, f"workloads.{workload.id}")
        name = PEAKS[workload.precision]
        peak = getattr(draft.accelerator, name)
        if peak is not None:
            yield Input(f"catalogue.{draft.accelerator.id}.{name}", peak)
    for name in ("hbm", "hbm_bandwidth", "tdp", "power_storage"):
        fact = getattr(draft.accelerator, name)
        if fact is not None:
            yield Input(f"catalogue.{draft.accelerator.id}.{name}", fact)
    for converter in draft.converters.values():
        for index, point in enumerate(converter.efficiency):
            yield Input(f"catalogue.{converter.id}.efficiency.{index}", point.efficiency)
        if converter.rating is not None:
            yield Input(f"catalogue.{converter.id}.rating", converter.rating)


def _stated(record: BaseModel, path: str) -> Iterator[Input]:
    """Give the quantities of a record and the records in it that its author stated."""
    for name in type(record).model_fields:
        if name not in record.model_fields_set:
            continue
        value = getattr(record, name)
        if isinstance(value, Quantity):
            yield Input(f"{path}.{name}", value)
        elif hasattr(value, "model_fields_set"):
            yield from _stated(value, f"{path}.{name}")
