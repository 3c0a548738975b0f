"""Media made of entries of the catalogue: power, reach, cords, thickness and price of a link's cable or modules."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.catalogue.kinds import Interconnect
from gigaloop.core.quantity import Quantity
from gigaloop.design.cables.fitting import PARALLEL
from gigaloop.design.cables.need import Need, Usd, links_in
from gigaloop.design.records.cables import Medium, MediumEnd

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

AVERAGE_COPPER, AVERAGE_FIBRE = "copper-cable", "optical-cable"
"""Entries that state diameter and mass where a cable or cord states none."""


@dataclass(frozen=True)
class Maker:
    """Makes media of entries."""

    catalogue: Catalogue
    need: Need
    usd: Usd

    def cable(self, entry: Interconnect, links: int, node: MediumEnd | None) -> Medium:
        """Make a medium of a cable with its ends."""
        reach = _least(entry.reach, max(entry.stock, default=None))
        diameter, density = self._thickness(
            entry, AVERAGE_FIBRE if entry.medium == "active optical" else AVERAGE_COPPER
        )
        return self._medium(entry, links, node, reach, None, 1, 0, diameter, density)

    def pair(self, module: Interconnect, mate: Interconnect | None) -> Medium:
        """Make a medium of two modules with fibre between them."""
        links = links_in(module.rate, self.need.link_rate)
        links_of_node = round(self.need.node_rate / self.need.link_rate)
        node = None if mate is None else self.end(mate, links_of_node, priced=True)
        ports, lanes = float(module.ports or 1), float(module.lanes or module.ports or 1)
        cords = max(1, round(ports / links))
        pairs = lanes / links / cords if module.reach_class in PARALLEL else 1.0
        cord = self._cord(module.medium, math.ceil(2.0 * pairs))
        diameter, density = self._thickness(cord, AVERAGE_FIBRE)
        reach = _least(module.reach, mate.reach if mate else None)
        fibres = round(float(cord.fibres)) if cord is not None and cord.fibres else math.ceil(2.0 * pairs)
        return self._medium(module, links, node, reach, cord, cords, fibres, diameter, density)

    def end(self, entry: Interconnect, links: int, *, priced: bool) -> MediumEnd:
        """Make the end of a medium in a node."""
        price = self._price(entry.price) if priced else None
        power = self._power(entry, links) if entry.tail_power is None else float(entry.tail_power)
        return MediumEnd(entry.id, entry.name, links, power, price, _float(entry.failure_rate), entry.evidence)

    def _medium(
        self,
        entry: Interconnect,
        links: int,
        node: MediumEnd | None,
        reach: float,
        cord: Interconnect | None,
        cords: int,
        fibres: int,
        diameter: float,
        density: float,
    ) -> Medium:
        source = cord or entry
        stock = np.array([float(length) for length in source.stock])
        per_metre = self._price(source.price_per_metre)
        return Medium(
            id=entry.id,
            name=entry.name,
            kind=entry.medium or "single mode",
            link_rate=self.need.link_rate,
            node=node,
            rate=float(entry.rate or 0.0),
            links=links,
            cords=cords,
            cord="" if cord is None else cord.id,
            fibres=fibres,
            reach=reach,
            standard_reach=_float(entry.standard_reach),
            stock=np.sort(stock),
            power=self._power(entry, links),
            diameter=diameter * math.sqrt(cords),
            density=density * cords,
            price=self._price(entry.price),
            price_per_metre=None if per_metre is None else (*(cords * each for each in per_metre),),  # type: ignore[arg-type]
            failure_rate=_float(entry.failure_rate),
            evidence=entry.evidence,
        )

    def _power(self, entry: Interconnect, links: int) -> float | None:
        if self.need.end_power is not None and entry.form != "cable":
            return self.need.end_power * links
        return _float(entry.power if entry.power is not None else entry.max_power)

    def _cord(self, fibre: str, fibres: int) -> Interconnect | None:
        """Give the smallest cord of a kind of fibre with enough fibres."""
        found = [
            entry
            for entry in self.catalogue.of_kind("interconnect")
            if isinstance(entry, Interconnect)
            and entry.form == "fibre"
            and entry.medium == fibre
            and entry.fibres is not None
            and float(entry.fibres) >= fibres
        ]
        named = [entry for entry in found if entry.id in self.need.named]
        return min(named or found, key=lambda entry: (float(entry.fibres or 0), entry.id), default=None)

    def _thickness(self, entry: Interconnect | None, average: str) -> tuple[float, float]:
        """Give diameter [m] and mass per metre [kg/m]; the average where an entry states none."""
        known = self.catalogue.interconnect(average)
        diameter = entry.diameter if entry is not None and entry.diameter is not None else known.diameter
        density = (
            entry.linear_density if entry is not None and entry.linear_density is not None else known.linear_density
        )
        return float(diameter or 0.0), float(density or 0.0)

    def _price(self, price: Quantity | None) -> tuple[float, float, float] | None:
        return None if price is None else priced(price, self.usd)


def priced(amount: Quantity, usd: Usd) -> tuple[float, float, float]:
    """Give low, base and high of an amount in the programme's prices [USD]."""
    base = usd(amount)
    if not float(amount):
        return base, base, base
    low, high = amount.bounds
    return base * low / float(amount), base, base * high / float(amount)


def _least(*lengths: Quantity | None) -> float:
    return min(float(length) for length in lengths if length is not None)


def _float(value: Quantity | None) -> float | None:
    return None if value is None else float(value)
