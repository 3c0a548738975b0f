"""What a link can be made of: which cables and modules of the catalogue serve a rate between two kinds of device."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from gigaloop.catalogue.kinds import Interconnect
from gigaloop.core.errors import GigaloopError
from gigaloop.design.cables.fitting import (
    TRANSCEIVERS,
    Reasons,
    carries,
    eligible,
    fits_cage,
    mate_preference,
    serves_node,
    talk,
)
from gigaloop.design.cables.making import Maker
from gigaloop.design.cables.need import Need, Usd, links_in, named_media, need_of, networks_of, shown_rate
from gigaloop.design.records.cables import FabricMedia, Medium, RefusedMedium
from gigaloop.programme.schema import Generation
from gigaloop.programme.schema.network import Switched

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

KINDS = ("passive copper", "active copper", "active optical", "multimode", "single mode")
"""From the cheapest and coolest to the one that reaches furthest."""


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


def refused_media(catalogue: Catalogue, generation: Generation, usd: Usd) -> tuple[RefusedMedium, ...]:
    """Give the cables and modules with the rate of a generation's links that do not serve, each with the reason."""
    return tuple(
        refusal
        for name, network in networks_of(generation)
        for refusal in network_media(catalogue, name, network, usd)[1]
    )


def network_media(
    catalogue: Catalogue, name: str, network: Switched, usd: Usd, *, every: bool = False
) -> tuple[tuple[Medium, ...], tuple[RefusedMedium, ...]]:
    """Give what the links of one network can be made of, and what is refused; of every maker if ``every``."""
    refused: Reasons = {}
    media: list[Medium] = []
    for to_node in (True, False):
        need = need_of(catalogue, name, network, to_node=to_node, every=every)
        entries = list(eligible(catalogue, need, refused, every=every))
        parts = Maker(catalogue, need, usd)
        media += sorted(
            (*_cables(entries, need, parts, refused), *_modules(entries, need, parts, refused)), key=_preference
        )
    used = {id_ for medium in media for id_ in (medium.id, medium.cord, medium.node.id if medium.node else "")}
    for id_ in named_media(network, every=every):
        if id_ not in used:
            why = refused.get(id_, "it has another rate, or nothing that it would talk to is named")
            serving = sorted({m.id for m in network_media(catalogue, name, network, usd, every=True)[0]})
            rate = shown_rate(float(network.link_rate))
            raise GigaloopError(
                f"{id_} does not serve the links of the network {name} at {rate}: {why}",
                hint=f"these do: {', '.join(serving)}" if serving else "no entry of the catalogue does",
            )
    return tuple(media), tuple(RefusedMedium(name, id_, why) for id_, why in refused.items() if id_ not in used)


def _cables(entries: Iterable[Interconnect], need: Need, parts: Maker, refused: Reasons) -> Iterator[Medium]:
    for entry in entries:
        links = links_in(entry.rate, need.link_rate)
        if entry.form != "cable" or not links or not fits_cage(entry, need, links, refused):
            continue
        if entry.reach is None and not entry.stock:
            refused.setdefault(entry.id, "no supported reach is known")
            continue
        tails = round(float(entry.tails or 1))
        if not need.to_node:
            if tails == 1:
                yield parts.cable(entry, links, None)
            else:
                refused.setdefault(entry.id, "its tails do not fit the cages of a switch")
        elif links == tails and math.isclose(need.node_rate, need.link_rate):
            yield parts.cable(entry, links, parts.end(entry, 1, priced=False))
        else:
            refused.setdefault(entry.id, f"its far ends do not fit ports of nodes of {shown_rate(need.node_rate)}")


def _modules(entries: Iterable[Interconnect], need: Need, parts: Maker, refused: Reasons) -> Iterator[Medium]:
    modules = [entry for entry in entries if entry.form != "cable" and carries(entry, need, refused)]
    near = [entry for entry in modules if fits_cage(entry, need, links_in(entry.rate, need.link_rate), refused)]
    at_node = [entry for entry in entries if entry.form in TRANSCEIVERS and serves_node(entry, need)]
    for module in near:
        if not need.to_node:
            yield parts.pair(module, None)
            continue
        mates = sorted((mate for mate in at_node if talk(module, mate)), key=mate_preference)
        if mates:
            yield parts.pair(module, mates[0])


def _preference(medium: Medium) -> tuple[int, float, float, float, str]:
    power = math.inf if medium.power is None else medium.power / medium.links
    price = math.inf if medium.price is None else medium.price[1] / medium.links
    return KINDS.index(medium.kind), medium.reach, power, price, medium.id
