"""What the plan needs to know of an engineered rack, and of a site's electricity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigaloop.core.errors import UsageError
from gigaloop.programme.schema import Generation, Programme, Site

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Design


@dataclass(frozen=True, slots=True)
class RackFacts:
    """What a plan needs to know of one rack of a generation.

    Parameters
    ----------
    power
        Power into the rack at design power, which sites must carry [W].
    design_power
        Thermal design power, which halls must carry and of which burn-in draws a share [W].
    flow
        Coolant flow [m3/s].
    floor_load
        Load on the floor [kg/m2].
    tokens_per_s
        Tokens per second over the mix of workloads; only reported.
    """

    power: float
    design_power: float
    flow: float = 0.0
    floor_load: float = 0.0
    tokens_per_s: float = 0.0

    @classmethod
    def of(cls, design: Design | RackFacts) -> RackFacts:
        """Take the facts from a design."""
        if isinstance(design, RackFacts):
            return design
        return cls(
            power=design.rack_input,
            design_power=design.power.design,
            flow=design.cooling.flow,
            floor_load=design.mass / design.footprint if design.footprint else 0.0,
            tokens_per_s=sum(each.share * each.tokens_per_s for each in design.performance),
        )


def rack_facts(
    generations: tuple[Generation, ...], designs: Mapping[str, Design] | Mapping[str, RackFacts]
) -> tuple[RackFacts, ...]:
    """Give the facts of every generation's rack.

    Raises
    ------
    UsageError
        If a generation has no design.
    """
    missing = [generation.id for generation in generations if generation.id not in designs]
    if missing:
        raise UsageError(f"generation {missing[0]} has no design", hint="design every generation before planning")
    return tuple(RackFacts.of(designs[generation.id]) for generation in generations)


def energy_price(programme: Programme, site: Site, catalogue: Catalogue | None) -> float:
    """Give the price of electricity at a site in the programme's price year [USD/J].

    The site's own price goes before the industrial price of its region in the catalogue.

    Raises
    ------
    UsageError
        If the site states none and there is no catalogue to look it up.
    """
    if site.energy_price is not None:
        return programme.usd(site.energy_price)
    if catalogue is None:
        raise UsageError(f"site {site.id} states no energy price", hint="give energy_price, or pass the catalogue")
    return programme.usd(catalogue.electricity(site.electricity).industrial_price)
