"""The one-line diagram of a campus that is sized and solved, from the grid down to the racks."""

from __future__ import annotations

import cmath
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.errors import UsageError
from gigaloop.design.power.breaker import Breaker, choose_breaker
from gigaloop.design.power.cable import size_busway
from gigaloop.design.power.campus import Campus
from gigaloop.design.records import ChainStage
from gigaloop.design.records.oneline import OneLine, OneLineKind, OneLineNode

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import Converter

ABOVE = ("switchgear", "transformer", "solid-state transformer")
"""Roles of the stages that the network itself holds."""


def draw_one_line(
    campus: Campus, chain: Sequence[ChainStage], converters: Mapping[str, Converter], racks: float
) -> OneLine:
    """Draw the one-line diagram of a campus: its network, and the chain's stages between switchboards and racks.

    Parameters
    ----------
    campus
        Solved.
    chain
        Of one rack at its design point, from medium voltage to the chip.
    converters
        By id; those of the chain.
    racks
        That the campus feeds.
    """
    return _Diagram(campus, chain, converters, racks).draw()


class _Diagram:
    """Draws the nodes of a campus from the grid down."""

    def __init__(
        self, campus: Campus, chain: Sequence[ChainStage], converters: Mapping[str, Converter], racks: float
    ) -> None:
        self.campus, self.chain, self.converters, self.racks = campus, chain, converters, racks
        self.plan = campus.plan
        self.network, self.flow, self.fault = campus.network, campus.flow, campus.fault
        self.nodes: list[OneLineNode] = []
        self.problems: list[str] = []
        self.positions = {bus.name: index for index, bus in enumerate(self.network.buses)}

    def draw(self) -> OneLine:
        plan, campus = self.plan, self.campus
        power = complex(self.flow.source_power[0])
        voltage = plan.high_voltage if campus.mains else plan.medium_voltage
        root = self.positions[self.network.source.bus]
        current = abs(power) / (math.sqrt(3.0) * voltage)
        fault, peak = self._fault(root)
        grid = self._add("grid", "Grid", -1, 1, 0, voltage, None, "VA", power.real, current, fault=fault, peak=peak)
        section = self._sections(grid)
        self._solid_state(self._feeders(section)) if plan.direct else self._units(self._feeders(section))
        self._racks(len(self.nodes) - 1)
        return OneLine(
            nodes=tuple(self.nodes),
            buses=len(self.network.buses),
            power=power.real,
            power_factor=math.cos(cmath.phase(power)) if power else 1.0,
            losses=float(self.flow.losses[0]),
            lowest_voltage=float(np.min(np.abs(self.flow.voltage[0]))),
            problems=tuple(self.problems),
        )

    def _sections(self, grid: int) -> int:
        campus, plan = self.campus, self.plan
        if not campus.mains:
            bus = self.positions["section 1"]
            rated = self.nodes[grid].current / campus.sections
            return self._switchgear(grid, campus.sections, bus, rated, rated, self.nodes[grid].power / campus.sections)
        buses = [self.positions[f"section {number + 1}"] for number in range(campus.mains)]
        worst = max(buses, key=lambda bus: self.flow.current[0, bus])
        through = complex(self.flow.power_in[0, worst])
        rated = campus.main_rating / (math.sqrt(3.0) * plan.medium_voltage)
        main = self._add(
            "main transformer",
            "Main transformer",
            grid,
            campus.mains,
            1,
            plan.medium_voltage,
            campus.main_rating,
            "VA",
            through.real,
            float(self.flow.current[0, worst]),
            loss=float(self.flow.loss[0, buses].sum()),
        )
        return self._switchgear(main, campus.sections, worst, rated, float(self.flow.current[0, worst]), through.real)

    def _switchgear(self, parent: int, count: int, bus: int, rated: float, current: float, power: float) -> int:
        fault, peak = self._fault(bus)
        breaker = self._breaker("medium-voltage switchgear", rated, self.plan.medium_voltage, fault, peak)
        return self._add(
            "mv section",
            "Medium-voltage switchgear",
            parent,
            count,
            0,
            self.plan.medium_voltage,
            breaker.rated_current if breaker else None,
            "A",
            power,
            current,
            fault=fault,
            peak=peak,
            breaker=breaker,
            per_unit=float(np.abs(self.flow.voltage[0, bus])),
        )

    def _feeders(self, section: int) -> int:
        firsts = [self.positions[f"ring {feeder.units[0] + 1}"] for feeder in self.campus.feeders]
        worst = max(range(len(firsts)), key=lambda index: self.flow.feed_current[0, firsts[index]])
        feeder, bus = self.campus.feeders[worst], firsts[worst]
        fault, peak = self._fault(self.positions[f"section {feeder.section + 1 if self.campus.mains else 1}"])
        breaker = self._breaker("feeder", feeder.cable.current, self.plan.medium_voltage, fault, peak)
        rings = [index for name, index in self.positions.items() if name.startswith("ring ")]
        return self._add(
            "feeder",
            "Feeder",
            section,
            len(self.campus.feeders),
            0,
            self.plan.medium_voltage,
            feeder.cable.ampacity,
            "A",
            float(self.flow.power_in[0, bus].real),
            float(self.flow.feed_current[0, bus]),
            fault=float(self.fault.current[bus]),
            peak=float(self.fault.peak[bus]),
            breaker=breaker,
            cable=feeder.cable.text,
            length=feeder.cable.length,
            per_unit=float(np.min(np.abs(self.flow.voltage[0, rings]))),
            loss=float(self.flow.loss[0, rings].sum()),
        )

    def _units(self, feeder: int) -> None:
        plan, campus = self.plan, self.campus
        boards = [self.positions[f"board {unit + 1}"] for unit in range(plan.units)]
        worst = max(boards, key=lambda bus: self.fault.current[bus])
        current = float(np.max(self.flow.current[0, boards]))
        fault, peak = self._fault(worst)
        unit = self._add(
            "unit transformer",
            "Unit transformer",
            feeder,
            plan.units,
            plan.spare * plan.per_block,
            plan.low_voltage,
            campus.unit_rating,
            "VA",
            plan.unit_load,
            current,
            loss=float(self.flow.loss[0, boards].sum()),
        )
        rated = campus.unit_rating / (math.sqrt(3.0) * plan.low_voltage)
        breaker = self._breaker("low-voltage switchboard", rated, plan.low_voltage, fault, peak)
        self._add(
            "lv switchboard",
            "Low-voltage switchboard",
            unit,
            plan.units,
            plan.spare * plan.per_block,
            plan.low_voltage,
            breaker.rated_current if breaker else None,
            "A",
            plan.unit_load,
            current,
            fault=fault,
            peak=peak,
            breaker=breaker,
            per_unit=float(np.min(np.abs(self.flow.voltage[0, boards]))),
        )

    def _solid_state(self, feeder: int) -> None:
        stage = next(s for s in self.chain if self.converters[s.converter].role == "solid-state transformer")
        self._stage(stage, feeder, "solid-state transformer")

    def _racks(self, parent: int) -> None:
        """Add what stands behind the switchboards: the chain's stages up to the in-rack bus, and the racks."""
        last: ChainStage | None = None
        for stage in self.chain:
            role = self.converters[stage.converter].role
            if stage.location == "tray":
                break
            if role not in ABOVE:
                parent = self._stage(stage, parent, "busway" if role == "busway" else "converter")
            last = stage
        node = self.nodes[parent]
        power = last.power_out if last else 0.0
        current = _current(power, node.voltage, node.direct, self.plan.power_factor)
        count = math.ceil(self.racks)
        self._add("rack", "Rack", parent, count, 0, node.voltage, None, "W", power, current, direct=node.direct)

    def _stage(self, stage: ChainStage, parent: int, kind: OneLineKind) -> int:
        converter, plan = self.converters[stage.converter], self.plan
        direct = "VDC" in converter.output
        voltage = float(converter.output_voltage) if converter.output_voltage else self.nodes[parent].voltage
        in_rack = stage.location == "rack"
        count, spare = (math.ceil(self.racks), 0) if in_rack else (plan.blocks + plan.spare, plan.spare)
        serving = self.racks if in_rack else (plan.blocks if plan.idle_spares else plan.blocks + plan.spare)
        power = stage.power_out * self.racks / serving
        rating = None
        if kind == "busway":
            rating, parallel = size_busway(_current(power, voltage, direct, plan.power_factor))
            count, spare, power = count * parallel, spare * parallel, power / parallel
        current = _current(power, voltage, direct, plan.power_factor)
        loss = stage.loss * self.racks
        return self._add(
            kind, converter.name, parent, count, spare, voltage, rating, "A", power, current, direct=direct, loss=loss
        )

    def _fault(self, bus: int) -> tuple[float, float]:
        return float(self.fault.current[bus]), float(self.fault.peak[bus])

    def _breaker(self, place: str, current: float, voltage: float, fault: float, peak: float) -> Breaker | None:
        try:
            return choose_breaker(current, voltage, fault, peak, frequency=self.plan.frequency)
        except UsageError as error:
            self.problems.append(f"{place}: {error.why}; {error.hint}")
            return None

    def _add(
        self,
        kind: OneLineKind,
        name: str,
        parent: int,
        count: int,
        spare: int,
        voltage: float,
        rating: float | None,
        unit: str,
        power: float,
        current: float,
        *,
        direct: bool = False,
        fault: float | None = None,
        peak: float | None = None,
        breaker: Breaker | None = None,
        cable: str = "",
        length: float | None = None,
        per_unit: float | None = None,
        loss: float = 0.0,
    ) -> int:
        self.nodes.append(
            OneLineNode(
                kind=kind,
                name=name,
                parent=parent,
                count=count,
                spare=spare,
                voltage=voltage,
                direct=direct,
                rating=rating,
                rating_unit="A" if unit == "A" else "W" if unit == "W" else "VA",
                power=power,
                current=current,
                fault=fault,
                peak=peak,
                breaker_current=breaker.rated_current if breaker else None,
                breaker_breaking=breaker.breaking if breaker else None,
                cable=cable,
                length=length,
                per_unit=per_unit,
                loss=loss,
            )
        )
        return len(self.nodes) - 1


def _current(power: float, voltage: float, direct: bool, power_factor: float) -> float:
    return power / voltage if direct else power / (math.sqrt(3.0) * voltage * power_factor)
