"""What a link can be made of: which cables and modules of the catalogue serve a rate between two kinds of device."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.catalogue.kinds import Interconnect, Switch
from gigaloop.core.errors import GigaloopError
from gigaloop.core.quantity import Quantity
from gigaloop.design.records.network import FabricMedia, Medium, MediumEnd
from gigaloop.programme.schema import Generation
from gigaloop.programme.schema.network import ScaleOut, Switched

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

Usd = Callable[[Quantity], float]
"""An amount in the programme's prices [USD]."""

KINDS = ("passive copper", "active copper", "active optical", "multimode", "single mode")
"""From the cheapest and coolest to the one that reaches furthest."""

PARALLEL = frozenset({"VR", "SR", "DR"})
"""Classes with a pair of fibres for each lane, so that each lane can be a link; FR and LR lay lanes on one pair."""

AVERAGE_COPPER, AVERAGE_FIBRE = "copper-cable", "optical-cable"
"""Entries that state diameter and mass where a cable or cord states none."""


@dataclass(frozen=True)
class Refusal:
    """A cable or module that has a link's rate and still does not serve, and why."""

    network: str
    id: str
    why: str


@dataclass(frozen=True)
class Need:
    """What the links of a network ask of a medium."""

    network: str
    to_node: bool
    """Whether the lower end is a node; both are switches where not."""
    link_rate: float
    """[bit/s]"""
    node_rate: float
    """Of a module cage of a node [bit/s]."""
    cage_rate: float | None
    """Of a module cage of the switch [bit/s]; None where no switch is named."""
    cage_power: float | None
    """The most that a cage supplies [W]."""
    switch: Switch | None
    named: tuple[str, ...]
    end_power: float | None
    """Of one end of a link as the programme states it [W]."""


def media_of(catalogue: Catalogue, generation: Generation, usd: Usd) -> FabricMedia:
    """Give what the links of each network of a generation can be made of.

    Parameters
    ----------
    catalogue
        Switches, modules, cables and cords.
    generation
        Its ``scale_out`` and ``networks``.
    usd
        Gives an amount in the programme's prices.

    Returns
    -------
    FabricMedia
        By network, first those for links to nodes, then those between switches; of each the one to be preferred first:
        passive copper, active copper, active optical, multimode, single mode, and within a kind by reach, power, price.

    Raises
    ------
    GigaloopError
        If ``scale_out.media`` names something that does not serve the link rate.
    """
    return {name: network_media(catalogue, name, network, usd)[0] for name, network in networks_of(generation)}


def refused_media(catalogue: Catalogue, generation: Generation, usd: Usd) -> tuple[Refusal, ...]:
    """Give the cables and modules with the rate of a generation's links that do not serve, each with the reason."""
    return tuple(
        refusal
        for name, network in networks_of(generation)
        for refusal in network_media(catalogue, name, network, usd)[1]
    )


def networks_of(generation: Generation) -> Iterator[tuple[str, Switched]]:
    """Give the switched networks of a generation by the names that a fabric gives them."""
    yield "scale-out", generation.scale_out
    for network in generation.networks:
        yield network.id, network


def network_media(
    catalogue: Catalogue, name: str, network: Switched, usd: Usd, *, every: bool = False
) -> tuple[tuple[Medium, ...], tuple[Refusal, ...]]:
    """Give what the links of one network can be made of, and what is refused; of every maker if ``every``."""
    refused: dict[str, str] = {}
    media: list[Medium] = []
    for to_node in (True, False):
        need = _need(catalogue, name, network, to_node=to_node, every=every)
        entries = list(_eligible(catalogue, need, refused, every=every))
        parts = _Parts(catalogue, need, usd)
        media += sorted(
            (*_cables(entries, need, parts, refused), *_modules(entries, need, parts, refused)), key=_preference
        )
    used = {id_ for medium in media for id_ in (medium.id, medium.cord, medium.node.id if medium.node else "")}
    for id_ in _named(network, every=every):
        if id_ not in used:
            why = refused.get(id_, "it has another rate, or nothing that it would talk to is named")
            serving = sorted({m.id for m in network_media(catalogue, name, network, usd, every=True)[0]})
            raise GigaloopError(
                f"{id_} does not serve the links of the network {name} at {_rate(float(network.link_rate))}: {why}",
                hint=f"these do: {', '.join(serving)}" if serving else "no entry of the catalogue does",
            )
    return tuple(media), tuple(Refusal(name, id_, why) for id_, why in refused.items() if id_ not in used)


def _named(network: Switched, *, every: bool) -> tuple[str, ...]:
    return network.media if isinstance(network, ScaleOut) and not every else ()


def _need(catalogue: Catalogue, name: str, network: Switched, *, to_node: bool, every: bool) -> Need:
    switch = None if network.switch is None else catalogue.switch(network.switch)
    cage = None
    if switch is not None and switch.port_rate is not None:
        cage = float(switch.port_rate) * float(switch.ports_per_cage or 1)
    above = network.uplink_rate if network.uplink_rate is not None else network.link_rate
    return Need(
        network=name,
        to_node=to_node,
        link_rate=float(network.link_rate if to_node else above),
        node_rate=float(network.link_rate if network.port_rate is None else network.port_rate),
        cage_rate=cage,
        cage_power=None if switch is None or switch.cage_power is None else float(switch.cage_power),
        switch=switch,
        named=_named(network, every=every),
        end_power=None if network.transceiver_power is None else float(network.transceiver_power),
    )


def _eligible(catalogue: Catalogue, need: Need, refused: dict[str, str], *, every: bool) -> Iterator[Interconnect]:
    """Give the cables and modules to look at: those named, else those of the switch's maker, else all."""
    known = [
        entry
        for entry in catalogue.of_kind("interconnect")
        if isinstance(entry, Interconnect)
        and entry.medium
        and entry.rate is not None
        and entry.form in ("transceiver", "cable", "co-packaged optics")
    ]
    if need.named:
        yield from (entry for entry in known if entry.id in need.named)
        return
    maker = "" if need.switch is None or every else need.switch.vendor
    own = any(entry.vendor == maker and _count(entry.rate, need.link_rate) for entry in known)
    for entry in known:
        if maker and own and entry.vendor and entry.vendor != maker:
            if _count(entry.rate, need.link_rate):
                refused[entry.id] = f"{maker}, who makes the switch, sells its own: name it in 'media' to use it"
        else:
            yield entry


def _count(rate: Quantity | None, link_rate: float) -> int:
    """Give how many links a rate is shared by; 0 where it is no whole number."""
    if rate is None:
        return 0
    count = float(rate) / link_rate
    return round(count) if count > 0.5 and math.isclose(count, round(count), rel_tol=1e-9) else 0


def _cables(entries: Iterable[Interconnect], need: Need, parts: _Parts, refused: dict[str, str]) -> Iterator[Medium]:
    for entry in entries:
        links = _count(entry.rate, need.link_rate)
        if entry.form != "cable" or not links or not _fits_cage(entry, need, links, refused):
            continue
        if entry.reach is None and not entry.stock:
            refused[entry.id] = "no supported reach is known"
            continue
        tails = round(float(entry.tails or 1))
        if not need.to_node:
            if tails == 1:
                yield parts.cable(entry, links, None)
            else:
                refused[entry.id] = "its tails do not fit the cages of a switch"
        elif links == tails and math.isclose(need.node_rate, need.link_rate):
            yield parts.cable(entry, links, parts.end(entry, 1, priced=False))
        else:
            refused[entry.id] = f"its far ends do not fit ports of nodes of {_rate(need.node_rate)}"


def _modules(entries: Iterable[Interconnect], need: Need, parts: _Parts, refused: dict[str, str]) -> Iterator[Medium]:
    modules = [entry for entry in entries if entry.form != "cable" and _carries(entry, need, refused)]
    near = [entry for entry in modules if _fits_cage(entry, need, _count(entry.rate, need.link_rate), refused)]
    at_node = [
        entry
        for entry in modules
        if entry.form == "transceiver" and math.isclose(float(entry.rate or 0), need.node_rate)
    ]
    for module in near:
        if not need.to_node:
            yield parts.pair(module, None)
            continue
        mates = sorted((mate for mate in at_node if _mate(module, mate)), key=_mate_preference)
        if mates:
            yield parts.pair(module, mates[0])


def _carries(entry: Interconnect, need: Need, refused: dict[str, str]) -> bool:
    """Say whether a module can carry links of the rate: its own ports, or lanes broken out of them."""
    links, ports = _count(entry.rate, need.link_rate), float(entry.ports or 1)
    if not links:
        return False
    if entry.reach is None:
        refused[entry.id] = "no supported reach is known"
        return False
    if links <= ports:
        return ports % links == 0
    lanes = float(entry.lanes or ports)
    if entry.reach_class not in PARALLEL or links > lanes or links % ports:
        refused[entry.id] = f"it cannot be broken out to {links} links of {_rate(need.link_rate)}"
        return False
    return True


def _fits_cage(entry: Interconnect, need: Need, links: int, refused: dict[str, str]) -> bool:
    """Say whether a module or cable can be plugged into the switch: rate of the cage, its power, kind of optics."""
    rate = float(entry.rate or 0)
    packaged = need.switch is not None and need.switch.optics == "co-packaged"
    if packaged != (entry.form == "co-packaged optics"):
        if packaged:
            refused[entry.id] = "the optics of the switch are co-packaged"
        return False
    if packaged:
        return links == 1
    if need.cage_rate is not None and not math.isclose(rate, need.cage_rate):
        return False
    power = entry.max_power or entry.power
    if need.cage_power is not None and power is not None and float(power) > need.cage_power:
        refused[entry.id] = f"it draws {float(power):g} W and a cage of the switch supplies {need.cage_power:g} W"
        return False
    return True


def _mate(a: Interconnect, b: Interconnect) -> bool:
    """Say whether two modules can talk: same fibre, same class, same rate of a lane."""
    if (a.medium, a.reach_class) != (b.medium, b.reach_class):
        return False
    if a.lanes is None or b.lanes is None or a.rate is None or b.rate is None:
        return True
    return math.isclose(float(a.rate) / float(a.lanes), float(b.rate) / float(b.lanes))


def _mate_preference(entry: Interconnect) -> tuple[float, float, str]:
    power = math.inf if entry.power is None else float(entry.power)
    return -float(entry.reach or 0.0), power, entry.id


def _preference(medium: Medium) -> tuple[int, float, float, float, str]:
    power = math.inf if medium.power is None else medium.power / medium.links
    price = math.inf if medium.price is None else medium.price[1] / medium.links
    return KINDS.index(medium.kind), medium.reach, power, price, medium.id


@dataclass(frozen=True)
class _Parts:
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
        links = _count(module.rate, self.need.link_rate)
        node = None if mate is None else self.end(mate, _count(mate.rate, self.need.link_rate), priced=True)
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
        return MediumEnd(
            entry.id, entry.name, links, self._power(entry, links), price, _float(entry.failure_rate), entry.evidence
        )

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
        if self.need.end_power is not None and entry.form == "transceiver":
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


def _rate(rate: float) -> str:
    return f"{rate / 1e9:g} Gb/s"
