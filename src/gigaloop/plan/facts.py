"""What the plan needs to know of an engineered rack, and of a site's electricity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gigaloop.core.errors import UsageError
from gigaloop.programme.schema import Generation, Programme, Site

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue


class _PowerLike(Protocol):
    @property
    def design(self) -> float: ...


class _CoolingLike(Protocol):
    @property
    def flow(self) -> float: ...


class DesignLike(Protocol):
    """What the plan reads of a design: every engineered design has it."""

    @property
    def power(self) -> _PowerLike:
        """Power of a rack; ``design`` is what supply and cooling are laid out for [W]."""

    @property
    def cooling(self) -> _CoolingLike:
        """Cooling of a rack; ``flow`` is its coolant flow [m3/s]."""

    @property
    def floor_load(self) -> float:
        """Load of a rack on its floor [kg/m2]."""

    @property
    def tokens_per_s(self) -> float:
        """Tokens per second of a rack over the mix of workloads."""


@dataclass(frozen=True, slots=True)
class RackFacts:
    """What a plan needs to know of one rack of a generation.

    Parameters
    ----------
    power
        Design power, which burn-in, halls and sites must carry [W].
    flow
        Coolant flow [m3/s].
    floor_load
        Load on the floor [kg/m2].
    tokens_per_s
        Tokens per second over the mix of workloads; only reported.
    """

    power: float
    flow: float = 0.0
    floor_load: float = 0.0
    tokens_per_s: float = 0.0

    @classmethod
    def of(cls, design: DesignLike | RackFacts) -> RackFacts:
        """Take the facts from a design."""
        if isinstance(design, RackFacts):
            return design
        return cls(
            float(design.power.design),
            float(design.cooling.flow),
            float(design.floor_load),
            float(design.tokens_per_s),
        )


def rack_facts(
    generations: tuple[Generation, ...], designs: Mapping[str, DesignLike] | Mapping[str, RackFacts]
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
