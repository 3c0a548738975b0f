"""The scale-out network of a variant, engineered: does it join the job, what does it draw and cost for one rack."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigaloop.core.errors import GigaloopError
from gigaloop.design.codesign.racks import RackCase
from gigaloop.design.network.candidates import stated_shape, sus_for
from gigaloop.design.network.whole import design_network
from gigaloop.programme.schema import Generation

if TYPE_CHECKING:
    from gigaloop.design.records.cables import FabricBill

NETWORK_CHOICES = ("scale_out", "tiers", "planes", "oversubscription")
"""Choices that a network is made of."""


@dataclass(frozen=True)
class RackNetwork:
    """The scale-out network for one rack."""

    power: float
    """Of its own side, as far as it is known [W]."""
    cost: float
    """As far as it is known [USD, programme's price year]."""
    unpriced: Mapping[str, float]
    """Pieces, or metres of what is sold by length, by name."""
    parts: frozenset[str]
    """Parts of the programme in it."""
    effective: float
    """Bandwidth of an accelerator toward others behind other leafs [bit/s]."""
    obstacle: str
    """Why it cannot be built; empty where it can."""


def engineer_network(case: RackCase, values: Mapping[str, float], accelerators: int) -> RackNetwork:
    """Engineer the network that joins a number of accelerators: fabric, floor, every cable, and the bill.

    The bandwidth of an accelerator is spread over planes of the generation's own link rate where whole planes give it,
    else the links are slower than that. Traffic between leafs gets its rate over the oversubscription.

    Parameters
    ----------
    case
        The generation.
    values
        By choice, in base units.
    accelerators
        That one fabric joins at the least.
    """
    generation = networked(case.base.generation, values, case.own)
    over = values["oversubscription"] * float(generation.scale_out.spine_oversubscription)
    effective = values["scale_out"] / over
    sus = sus_for(generation, int(generation.racks_per_su), accelerators)
    try:
        found = design_network(case.programme, generation, case.catalogue, sus=sus, design=case.stated)
    except GigaloopError as error:
        first = error.problems[0]
        return RackNetwork(0.0, 0.0, {}, frozenset(), effective, first.why.removeprefix("scale-out: "))
    bill, racks = found.bill, float(found.fabric.racks)
    beyond = len(found.schedule.unreached)
    side = [line for line in bill.lines if not line.at_node]
    return RackNetwork(
        power=math.fsum(line.power for line in side if line.power is not None) / racks,
        cost=bill.cost[1] / racks,
        unpriced=_unpriced(bill, racks),
        parts=frozenset(line.part for line in side if line.part),
        effective=effective,
        obstacle=f"{beyond:,} links of its network are beyond the reach of every cable and module" if beyond else "",
    )


def networked(generation: Generation, values: Mapping[str, float], own: Mapping[str, float]) -> Generation:
    """Give a generation with the scale-out network of some values; as it is where they are its own."""
    if all(values[name] == own[name] for name in NETWORK_CHOICES):
        return generation
    out, shape = generation.scale_out, stated_shape(generation)
    share = values["scale_out"] / own["scale_out"]
    total = share * float(out.planes) * float(out.link_rate)
    planes = round(values["planes"]) or max(1, math.ceil(total / float(out.link_rate) - 1e-9))
    changed = {
        "planes": planes,
        "link_rate": total / planes,
        "tiers": round(values["tiers"]),
        "oversubscription": values["oversubscription"],
    }
    found = type(shape)(**{**shape.__dict__, **changed}).generation(generation)
    same_rate = math.isclose(total / planes, float(out.link_rate), rel_tol=1e-9)
    if same_rate:  # ports and powers that are stated at this rate still hold
        found = found.model_copy(
            update={"scale_out": found.scale_out.model_copy(update={"switch_radix": out.switch_radix})}
        )
    return found.model_copy(update={"networks": generation.networks})


def _unpriced(bill: FabricBill, racks: float) -> dict[str, float]:
    found: dict[str, float] = {}
    for line in bill.lines:
        if line.cost is None and not line.at_node:
            name = line.part or line.catalogue or line.name
            found[name] = found.get(name, 0.0) + (line.length if line.length else line.quantity) / racks
    return found
