"""The facilities of a run: what every site needs around the racks that the plan puts there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.design.facility.facility import design_facility
from gigaloop.design.records import Facility

if TYPE_CHECKING:
    from gigaloop.study.chain import Result


def site_facilities(result: Result) -> Mapping[str, Facility]:
    """Engineer the facility of every site that the plan puts racks to, for the generation with most of them.

    A site without a climate station and without a weather file of its own has none.

    Raises
    ------
    GigaloopError
        If racks cannot be fed or cooled as a site states.
    """
    programme, plan = result.programme, result.plan
    found: dict[str, Facility] = {}
    for s, site in enumerate(programme.sites):
        racks = plan.online_racks[s, :, -1]
        if not (site.climate_station or site.facility.weather_file) or not racks.any():
            continue
        generation = programme.generation_of[plan.generations[int(np.argmax(racks))]]
        found[site.id] = design_facility(programme, generation, site, result.catalogue, designs=result.designs)
    return found
