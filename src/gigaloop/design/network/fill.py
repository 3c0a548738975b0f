"""What a programme leaves to the fabric engine, for the plan: how many parts of the network a scalable unit needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.core.quantity import BARE, Quantity
from gigaloop.design.cables import pieces_needed
from gigaloop.design.network.whole import design_network
from gigaloop.design.records import Design, Network
from gigaloop.programme.schema import Generation, Programme

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

_DECIMALS = 4

NetworkParts = Mapping[str, Mapping[str, Quantity]]
"""Pieces of a scalable unit by generation and part."""


def network_parts(programme: Programme, designs: Mapping[str, Design], catalogue: Catalogue) -> NetworkParts:
    """Count what a scalable unit needs of the parts whose quantity the programme leaves out.

    A unit bears its share of what all units on one fabric (``scale_out.span``) have in common, such as spines. Modules
    in the nodes are not counted: they belong to the rack.

    Parameters
    ----------
    programme
        The programme.
    designs
        Its generations, engineered, by id.
    catalogue
        Switches, transceivers and cables.

    Raises
    ------
    GigaloopError
        If the networks of a generation that leaves something out cannot be built.
    """
    found: dict[str, dict[str, Quantity]] = {}
    for generation in programme.generations:
        missing = [each.part for each in generation.su_parts if each.quantity is None]
        if missing:
            network = design_network(programme, generation, catalogue, design=designs[generation.id])
            found[generation.id] = {part: _per_unit(programme, generation, network, part) for part in missing}
    return found


def with_network_parts(programme: Programme, found: NetworkParts) -> Programme:
    """Give the programme with the quantities that it left out; what it states stays."""
    if not found:
        return programme
    return programme.with_generations(
        tuple(_filled(each, found[each.id]) if each.id in found else each for each in programme.generations)
    )


def _filled(generation: Generation, pieces: Mapping[str, Quantity]) -> Generation:
    parts = tuple(
        each.model_copy(update={"quantity": pieces[each.part]}) if each.quantity is None else each
        for each in generation.su_parts
    )
    return generation.model_copy(update={"su_parts": parts})


def _per_unit(programme: Programme, generation: Generation, network: Network, part: str) -> Quantity:
    sus = network.fabric.sus
    note = f"share of one of {sus} scalable units on one fabric of {generation.name}"
    evidence = Evidence("fabric engine of gigaloop", programme.as_of.isoformat(), EvidenceKind.COMPUTED, note=note)
    return Quantity(
        round(pieces_needed(programme, generation, network.bill, part) / sus, _DECIMALS), BARE, None, evidence
    )
