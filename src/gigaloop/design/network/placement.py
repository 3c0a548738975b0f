"""Halls laid out otherwise: the programme, or the site, in which switches stand elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from gigaloop.core.quantity import Quantity
from gigaloop.design.floor.rooms import floor_rooms
from gigaloop.design.network.candidates import Placement
from gigaloop.design.records import Design
from gigaloop.programme.schema import Generation, Programme, Site
from gigaloop.programme.schema.floor import HallFloor


@dataclass(frozen=True)
class Setting:
    """Where a fabric stands: programme and site that its floor is planned in, and how the first hall is laid out."""

    programme: Programme
    site: Site | None
    floor: HallFloor

    @property
    def placement(self) -> Placement:
        """Where switches stand."""
        return Placement(self.floor.leafs, self.floor.spines, int(self.floor.storeys))


def setting_of(
    programme: Programme, generation: Generation, design: Design, site: Site | None, placement: Placement
) -> Setting:
    """Lay out the halls that a fabric may stand in as a placement says.

    Without a site, a hall as large as needed stands for those of the programme that state a floor and take the rack;
    where none of them does, for all that take the rack; where none takes it, it is as common practice has it.

    Raises
    ------
    GigaloopError
        If no hall of the site takes the rack.
    """
    if site is not None:
        site = _laid_out(site, placement, every=True)
        return Setting(programme, site, floor_rooms(programme, generation, design, site)[0].floor)
    for every in (False, True):
        sites = tuple(_laid_out(each, placement, every=every) for each in programme.sites)
        setting = Setting(
            changed := programme.with_sites(sites), None, floor_rooms(changed, generation, design)[0].floor
        )
        if all(
            getattr(setting.placement, name) == value for name, value in vars(placement).items() if value is not None
        ):
            break
    return setting


def _laid_out(site: Site, placement: Placement, *, every: bool) -> Site:
    stated: dict[str, object] = {name: value for name, value in vars(placement).items() if value is not None}
    if placement.storeys is not None:
        stated["storeys"] = Quantity.count(placement.storeys)
    halls = tuple(
        hall.model_copy(update={"floor": (hall.floor or HallFloor()).model_copy(update=stated)})
        if every or hall.floor is not None
        else hall
        for hall in site.halls
    )
    return site.model_copy(update={"halls": halls})
