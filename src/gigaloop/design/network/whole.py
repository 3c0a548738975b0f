"""The networks of a generation engineered whole: fabric, floor, every cable, bill of materials, trays, checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigaloop.design.cables import beyond_reach, cable_schedule, fabric_bill, media_of, refused_media
from gigaloop.design.fabric import design_fabric, most_sus
from gigaloop.design.floor import plan_floor, racks_held, tray_fill
from gigaloop.design.generation import design_generation
from gigaloop.design.records import Design, Network
from gigaloop.design.rules.network import NetworkDraft, check_network
from gigaloop.programme.schema import Generation, Programme, Site
from gigaloop.programme.schema.floor import Tray

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue


def design_network(
    programme: Programme,
    generation: Generation,
    catalogue: Catalogue,
    *,
    sus: int | None = None,
    site: Site | None = None,
    design: Design | None = None,
) -> Network:
    """Engineer the networks that join a number of scalable units of a generation.

    Parameters
    ----------
    programme
        The programme; its halls, parts and prices are read.
    generation
        The generation; its ``scale_out``, ``networks`` and ``su_parts``.
    catalogue
        Switches, transceivers and cables.
    sus
        Scalable units; its ``scale_out.span`` where not given, at a site as far as its halls hold them.
    site
        The site whose halls they stand in; a floor of common practice where not given.
    design
        The generation engineered, if that is at hand.

    Raises
    ------
    GigaloopError
        If no fabric of the generation's switches joins as many units, or they are more than the site's halls hold.
    ProgrammeError
        If the generation's switch, radix and link rate contradict each other.
    """
    if design is None:
        design = design_generation(programme, generation, catalogue)
    tray = next((hall.floor.tray for hall in (site.halls if site else ()) if hall.floor is not None), Tray())
    if sus is None and site is not None:
        sus = _held(generation, catalogue, design, site)
    fabric = design_fabric(programme, generation, catalogue, sus, site)
    floor = plan_floor(programme, generation, fabric, design, site)
    schedule = cable_schedule(fabric, floor, media_of(catalogue, generation, programme.usd), tray)
    trays = tray_fill(floor, schedule, tray)
    bill = fabric_bill(programme, generation, fabric, floor, schedule, catalogue, design.on)
    draft = NetworkDraft(
        programme,
        generation,
        catalogue.accelerator(generation.accelerator).network_rate,
        fabric,
        floor,
        schedule,
        trays,
        bill,
    )
    beyond = beyond_reach(schedule, generation, catalogue, programme.usd)
    refused = refused_media(catalogue, generation, programme.usd)
    checks = check_network(draft)
    return Network(site.id if site else "", fabric, floor, schedule, trays, bill, checks, beyond, refused)


def _held(generation: Generation, catalogue: Catalogue, design: Design, site: Site) -> int | None:
    """Give the scalable units of one fabric at a site, by span and what its halls hold; None where they hold none."""
    units = racks_held(generation, design, site) // int(generation.racks_per_su)
    span = generation.scale_out.span
    most = most_sus(generation, catalogue) if span is None else int(span)
    return min(units, most) or None
