"""The facilities of a run: what every site needs around the racks that the plan puts there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.errors import GigaloopError
from gigaloop.design.facility.facility import design_facility
from gigaloop.design.records import Facility

if TYPE_CHECKING:
    from gigaloop.study.chain import Result


def site_facilities(result: Result) -> tuple[Mapping[str, Facility], Mapping[str, str]]:
    """Engineer the facility of every site that the plan puts racks to, for the generation with most of them.

    A site without a climate station and without a weather file of its own has none, nor has one whose racks cannot be
    fed or cooled as it states; the plan rests on the PUE that such a site states.

    Returns
    -------
    tuple
        The facilities, and why others have none, each by site.
    """
    programme, plan = result.programme, result.plan
    found: dict[str, Facility] = {}
    left_out: dict[str, str] = {}
    for s, site in enumerate(programme.sites):
        racks = plan.online_racks[s, :, -1]
        if not racks.any():
            continue
        if not (site.climate_station or site.facility.weather_file):
            left_out[site.id] = "it has no climate station and no weather file"
            continue
        generation = programme.generation_of[plan.generations[int(np.argmax(racks))]]
        try:
            found[site.id] = design_facility(programme, generation, site, result.catalogue, designs=result.designs)
        except GigaloopError as error:
            left_out[site.id] = error.problems[0].why if error.problems else error.why
    return found, left_out
