"""The network of a campus: main transformers, feeders and unit transformers, laid out, sized and solved."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gigaloop.design.power.cable import Cable, size_cable
from gigaloop.design.power.campus_plan import (
    BANK,
    CAMPUS_DENSITY,
    FEEDER_CURRENT,
    GRID_FAULT,
    MAGNETISING,
    MAIN_RATINGS,
    MAIN_VK,
    SECTION_CURRENT,
    TAP_STEP,
    TAP_STEPS,
    UNIT_VK,
    CampusPlan,
)
from gigaloop.design.power.fault import Fault, fault_levels
from gigaloop.design.power.flow import Flow, load_flow
from gigaloop.design.power.network import Bus, Line, Network, Source, Transformer
from gigaloop.design.records import OneLine


@dataclass(frozen=True)
class Feeder:
    """A medium-voltage feeder: units one after the other, the cable to the first and on."""

    section: int
    units: tuple[int, ...]
    cable: Cable
    """Sized for its whole length and the rating of all its units."""
    trunk: float
    """To the first unit [m]."""
    pitch: float
    """From unit to unit [m]."""


@dataclass(frozen=True, eq=False)
class Campus:
    """A campus as sized and solved: the network, its load flow at design load, its short circuits."""

    plan: CampusPlan
    network: Network
    flow: Flow
    fault: Fault
    feeders: tuple[Feeder, ...]
    sections: int
    main_rating: float
    """[VA]; 0 without main transformers."""
    mains: int
    unit_rating: float
    """[VA]"""
    one_line: OneLine | None = None

    @property
    def drawn(self) -> float:
        """Apparent power that the grid gives at design load [VA]."""
        return abs(complex(self.flow.source_power[0]))


def standard_rating(power: float, ratings: tuple[float, ...]) -> float:
    """Give the smallest of standard ratings that carries a power, the largest where none does."""
    return next((rating for rating in ratings if rating >= power), ratings[-1])


def solve_campus(plan: CampusPlan) -> Campus:
    """Lay out, size and solve the network of a campus.

    Main transformers share the load with one to spare, each with its section of switchgear and a tap changer; feeders
    lead from there past as many units as their connectors carry. Units stand in rows on a square of
    ``CAMPUS_DENSITY``, spare ones spread evenly among them, the substation in the middle of one side; cables run along
    the rows.

    Parameters
    ----------
    plan
        What the campus is built for.

    Raises
    ------
    UsageError
        If no cable or transformer does.
    """
    total = plan.blocks * plan.block_load / plan.power_factor
    campus = _solve(plan, total)
    # Unit transformers and cables draw reactive power on top: main transformers carry that, too.
    while campus.mains and campus.drawn > campus.main_rating * (campus.mains - 1):
        campus = _solve(plan, campus.drawn)
    return campus


def _solve(plan: CampusPlan, total: float) -> Campus:
    """Size and solve a campus whose main transformers carry an apparent power [VA] with one of them out."""
    unit_rating = plan.unit_rating
    if plan.fault_level is None:
        largest = min(MAIN_RATINGS[-1], math.sqrt(3.0) * plan.medium_voltage * SECTION_CURRENT)
        usable = tuple(rating for rating in MAIN_RATINGS if rating <= largest) or MAIN_RATINGS[:1]
        main_rating = standard_rating(total, usable)
        mains = math.ceil(total / main_rating) + 1
        sections = mains
    else:
        main_rating, mains = 0.0, 0
        sections = max(1, math.ceil(total / (math.sqrt(3.0) * plan.medium_voltage * SECTION_CURRENT)))
    source = _source(plan)
    section_fault = _section_fault(plan, source, main_rating)
    feeders = _feeders(plan, sections, unit_rating, section_fault)
    network, loads = _network(plan, source, feeders, [1.0] * mains, main_rating, unit_rating)
    flow = load_flow(network, loads)
    if mains:
        # Tap changers bring the sections back to their nominal voltage, as near as a step.
        low = 1.0 - np.abs(flow.voltage[0, [network.index(f"section {section + 1}") for section in range(mains)]])
        taps = 1.0 - TAP_STEP * np.clip(np.round(low / TAP_STEP), -TAP_STEPS, TAP_STEPS)
        network, loads = _network(plan, source, feeders, [float(tap) for tap in taps], main_rating, unit_rating)
        flow = load_flow(network, loads)
    return Campus(
        plan=plan,
        network=network,
        flow=flow,
        fault=fault_levels(network),
        feeders=feeders,
        sections=sections,
        main_rating=main_rating,
        mains=mains,
        unit_rating=unit_rating,
    )


def _source(plan: CampusPlan) -> Source:
    if plan.fault_level is None:
        return Source("grid", 1.0, GRID_FAULT)
    return Source("section 1", 1.0, plan.fault_level)


def main_transformer(plan: CampusPlan, section: int, rating: float, tap: float = 1.0) -> Transformer:
    """Give the main transformer of a section of switchgear."""
    return Transformer(
        name=f"main {section + 1}",
        high="grid",
        low=f"section {section + 1}",
        rating=rating,
        high_voltage=plan.high_voltage,
        low_voltage=plan.medium_voltage,
        vk=MAIN_VK,
        load_loss=plan.main.load * rating,
        no_load_loss=plan.main.no_load * rating,
        magnetising=max(MAGNETISING, plan.main.no_load),
        tap=tap,
    )


def _section_fault(plan: CampusPlan, source: Source, main_rating: float) -> float:
    """Give the short-circuit current at a section of switchgear [A]."""
    buses = (Bus("section 1", plan.medium_voltage),)
    if not main_rating:
        return float(fault_levels(Network(source, buses, ())).current[0])
    network = Network(source, (Bus("grid", plan.high_voltage), *buses), (main_transformer(plan, 0, main_rating),))
    return float(fault_levels(network).current[1])


def _feeders(plan: CampusPlan, sections: int, unit_rating: float, fault: float) -> tuple[Feeder, ...]:
    unit_current = unit_rating / (math.sqrt(3.0) * plan.medium_voltage)
    per_feeder = max(1, math.floor(FEEDER_CURRENT / unit_current))
    pitch = math.sqrt(plan.block_power / plan.per_block / CAMPUS_DENSITY)
    columns = math.ceil(math.sqrt(plan.units))
    feeders: list[Feeder] = []
    for section, part in enumerate(np.array_split(np.arange(plan.units), sections)):
        count = math.ceil(len(part) / per_feeder)
        for group in np.array_split(part, count) if count else []:
            row, column = divmod(int(group[0]), columns)
            # Rows are walked to and fro, so that the next unit of a feeder is a neighbour.
            column = column if row % 2 == 0 else columns - 1 - column
            trunk = pitch * (row + 1 + abs(column - (columns - 1) / 2))
            cable = size_cable(
                unit_current * len(group),
                plan.medium_voltage,
                trunk + pitch * (len(group) - 1),
                power_factor=plan.power_factor,
                circuits=min(BANK, count),
                fault_current=fault,
                frequency=plan.frequency,
            )
            feeders.append(Feeder(section, tuple(int(unit) for unit in group), cable, trunk, pitch))
    return tuple(feeders)


def _network(
    plan: CampusPlan,
    source: Source,
    feeders: tuple[Feeder, ...],
    taps: list[float],
    main_rating: float,
    unit_rating: float,
) -> tuple[Network, np.ndarray]:
    buses: list[Bus] = []
    branches: list[Line | Transformer] = []
    if taps:
        buses.append(Bus("grid", plan.high_voltage))
        for section, tap in enumerate(taps):
            buses.append(Bus(f"section {section + 1}", plan.medium_voltage))
            branches.append(main_transformer(plan, section, main_rating, tap))
    else:
        buses.append(Bus("section 1", plan.medium_voltage))
    loads: list[complex] = [0j] * len(buses)
    reactive = plan.unit_load * math.tan(math.acos(plan.power_factor))
    for feeder in feeders:
        behind = f"section {feeder.section + 1 if taps else 1}"
        for order, unit in enumerate(feeder.units):
            length = feeder.trunk if order == 0 else feeder.pitch
            ring = f"ring {unit + 1}"
            buses.append(Bus(ring, plan.medium_voltage))
            branches.append(_line(f"cable {unit + 1}", behind, ring, feeder.cable, length))
            drawn = 0j if plan.is_idle(unit) else complex(plan.unit_load, reactive)
            loads.append(drawn if plan.direct else 0j)
            behind = ring
            if plan.direct:
                continue
            buses.append(Bus(f"board {unit + 1}", plan.low_voltage))
            loads.append(drawn)
            branches.append(
                Transformer(
                    name=f"unit {unit + 1}",
                    high=ring,
                    low=f"board {unit + 1}",
                    rating=unit_rating,
                    high_voltage=plan.medium_voltage,
                    low_voltage=plan.low_voltage,
                    vk=UNIT_VK,
                    load_loss=plan.unit.load * unit_rating,
                    no_load_loss=plan.unit.no_load * unit_rating,
                    magnetising=max(MAGNETISING, plan.unit.no_load),
                )
            )
    return Network(source, tuple(buses), tuple(branches), plan.frequency), np.array(loads)


def _line(name: str, start: str, end: str, cable: Cable, length: float) -> Line:
    share = length / cable.length
    return Line(
        name,
        start,
        end,
        cable.resistance * share,
        cable.reactance * share,
        cable.capacitance * share,
        cable.cold_resistance * share,
    )
