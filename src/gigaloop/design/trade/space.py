"""The trade space of a programme: thousands of facilities at once, as columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, TypeVar

from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import find
from gigaloop.design.climate import bin_weather, site_weather
from gigaloop.design.generation import design_generation
from gigaloop.design.power import ChainCurve
from gigaloop.design.records.trade import TradeSpace
from gigaloop.design.trade.choices import Case, Cooling, Rack, Redundancy, choice_plants, stack_plants
from gigaloop.design.trade.front import join_spaces
from gigaloop.design.trade.run import run_site
from gigaloop.programme.schema.base import Named

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema import Programme

N = TypeVar("N", bound=Named)

COOLINGS: tuple[Cooling, ...] = ("dry", "adiabatic", "wet")
REDUNDANCIES: tuple[Redundancy, ...] = ("N", "N+1", "2N")


def trade_space(
    programme: Programme,
    catalogue: Catalogue,
    *,
    sites: Sequence[str] = (),
    generations: Sequence[str] = (),
    coolings: Sequence[Cooling] = COOLINGS,
    redundancies: Sequence[Redundancy] = REDUNDANCIES,
    supplies: Sequence[float | None] = (None,),
    power_caps: Sequence[float | None] = (None,),
) -> TradeSpace:
    """Give every facility that the choices make, run through the typical year of its site.

    Parameters
    ----------
    programme, catalogue
        The programme, and the facts that it rests on.
    sites, generations
        Ids; all of the programme where none are given, but for sites whose weather is not known.
    coolings
        Heat rejection.
    redundancies
        Of the blocks and of the plant.
    supplies
        Set points of the facility water [K]; None for the site's own, else as warm as the racks allow.
    power_caps
        Powers to which each accelerator is held [W]; None for the generation's own, if any.

    Raises
    ------
    UsageError
        If a site or generation is unknown or a list of choices is empty.
    ProgrammeError
        If the weather of a site is not known.

    Notes
    -----
    A site's own cooling, storage and grid choices that are not among the choices stay as they are. Years are on bins of
    2 K by 2 K and month; powers and heads of pumps are those of the architecture's class, where
    :func:`~gigaloop.design.facility.design_facility` sizes the loops.
    """
    for name, given in (("coolings", coolings), ("redundancies", redundancies), ("supplies", supplies)):
        if not given:
            raise UsageError(f"there are no {name} to choose from", hint="leave the option out for all")
    chosen = _chosen("site", sites, programme.sites)
    # A site that was named must have its weather; of all sites those count that do.
    known = [site for site in chosen if site.facility.weather_file or site.climate_station] if not sites else chosen
    known = known or chosen
    racks = [
        Rack(
            generation,
            design_generation(programme, generation, catalogue, power_cap=cap),
            math.nan if cap is None else cap,
        )
        for generation in _chosen("generation", generations, programme.generations)
        for cap in power_caps
    ]
    chains: dict[tuple[object, ...], ChainCurve | None] = {}
    spaces = []
    for site in known:
        weather = site_weather(programme, site, catalogue)
        bins = weather if weather.grain == "bins" else bin_weather(weather)
        found = [
            choice_plants(Case(programme, catalogue, site, rack, bins, chains), cooling, redundancies, supply)
            for rack, cooling, supply in product(racks, coolings, supplies)
        ]
        choices = [choice for part, _ in found for choice in part]
        spaces.append(run_site(programme, catalogue, choices, stack_plants([plants for _, plants in found]), bins))
    return replace(join_spaces(spaces), left_out=tuple(site.id for site in chosen if site not in known))


def _chosen(what: str, names: Sequence[str], known: Sequence[N]) -> list[N]:
    """Give the records named, in the order of the programme; all where none is."""
    for name in names:
        find(what, name, ((each.id, each) for each in known))
    return [each for each in known if not names or each.id in names]
