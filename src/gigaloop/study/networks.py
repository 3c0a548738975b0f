"""The networks of a run: for each generation that gets racks, the fabric that it is deployed with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fabric import most_sus
from gigaloop.design.network.whole import design_network
from gigaloop.design.records import Network

if TYPE_CHECKING:
    from gigaloop.study.chain import Result


@dataclass(frozen=True)
class DeployedNetwork:
    """The fabric of a generation at the site that gets most of its racks."""

    generation: str
    site: str
    """Id of the site."""
    racks: float
    """Racks with accelerators that the site gets."""
    fabrics: int
    """Fabrics like this one that they take, the last of them not full."""
    network: Network
    own_floor: bool
    """Whether it stands in the site's halls as they are stated, else on a floor of common practice."""


def deployed_networks(result: Result) -> tuple[Mapping[str, DeployedNetwork], Mapping[str, str]]:
    """Engineer the networks of every generation that the plan deploys, at the site that gets most of its racks.

    A fabric joins as many scalable units as the site gets, at most those that the generation states
    (``scale_out.span``) or that its switches serve. Where the halls that the plan fills do not hold the fabric by
    themselves it stands on a floor of common practice.

    Returns
    -------
    tuple
        The networks, and why other generations with racks have none, each by generation.
    """
    programme, plan = result.programme, result.plan
    found: dict[str, DeployedNetwork] = {}
    left_out: dict[str, str] = {}
    for g, id_ in enumerate(plan.generations):
        racks = plan.online_racks[:, g, -1]
        if not racks.any():
            continue
        site, generation = programme.sites[int(np.argmax(racks))], programme.generation_of[id_]
        units = max(1, math.ceil(float(racks.max()) / float(generation.racks_per_su) - 1e-6))
        try:
            span = generation.scale_out.span
            most = most_sus(generation, result.catalogue) if span is None else int(span)
            sus = max(1, min(units, most))
            for own in (True, False):
                try:
                    network = design_network(
                        programme,
                        generation,
                        result.catalogue,
                        sus=sus,
                        site=site if own else None,
                        design=result.designs[id_],
                    )
                    break
                except GigaloopError:
                    if not own:
                        raise
        except GigaloopError as error:
            left_out[id_] = error.problems[0].why if error.problems else error.why
            continue
        number = math.ceil(units / sus)
        found[id_] = DeployedNetwork(id_, site.id, float(racks.max()), number, network, own)
    return found, left_out
