"""Links that no medium at hand reaches: which they are, and the shortest medium that would serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gigaloop.design.cables.media import network_media
from gigaloop.design.cables.need import Usd, networks_of
from gigaloop.design.records.cables import BeyondReach, CableSchedule
from gigaloop.programme.schema import Generation

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue


def beyond_reach(
    schedule: CableSchedule, generation: Generation, catalogue: Catalogue, usd: Usd
) -> tuple[BeyondReach, ...]:
    """List the links beyond the reach of their media, by network, plane and layer.

    Parameters
    ----------
    schedule
        Every cable; its ``unreached`` rows are listed.
    generation, catalogue, usd
        As for :func:`~gigaloop.design.cables.media_of`; media of every maker are looked at for one that would serve.
    """
    beyond = schedule.unreached
    if not len(beyond):
        return ()
    every = {
        name: network_media(catalogue, name, network, usd, every=True)[0] for name, network in networks_of(generation)
    }
    found: list[BeyondReach] = []
    for code in np.unique(schedule.layer[beyond]):
        network, plane, layer = schedule.layers[code]
        rows = beyond[schedule.layer[beyond] == code]
        longest = float(schedule.length[rows].max())
        lower, upper = schedule.ends[code]
        to_node, through = lower == "node", upper == "ocs"
        serving = [
            medium
            for medium in every.get(network, ())
            if (medium.node is not None) == to_node
            and medium.reach >= (2.0 * longest if through else longest)
            and (medium.kind == "single mode" or not through)
            and (medium.pluggable or medium.links == 1 or to_node)
        ]
        serves = min(serving, key=lambda medium: medium.reach, default=None)
        found.append(BeyondReach(network, plane, layer, rows, float(schedule.length[rows].min()), longest, serves))
    return tuple(found)
