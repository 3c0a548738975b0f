"""The programme as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr

from gigaloop.core.calendar import Calendar
from gigaloop.core.errors import Place
from gigaloop.core.money import in_prices_of
from gigaloop.core.quantity import Quantity
from gigaloop.programme.schema.base import Id, Record
from gigaloop.programme.schema.deal import Claim, Contract
from gigaloop.programme.schema.deployment import Demand, Site
from gigaloop.programme.schema.policy import Policy, Scenario
from gigaloop.programme.schema.product import Generation, Part
from gigaloop.programme.schema.supply import Factory, Lane, Supplier
from gigaloop.programme.schema.workload import Workload

SCHEMA_VERSION = 1


class Horizon(Record):
    """The days that the plan covers, both included; it runs in whole weeks from Monday."""

    start: dt.date
    end: dt.date


class Programme(Record):
    """An AI data-centre hardware programme: what is to be built, by whom, where, for whom, and on which terms."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    id: Id
    name: str
    description: str = ""
    as_of: dt.date
    """The day up to which the facts in it are known."""
    price_year: Annotated[int, Field(ge=2000, le=2100)]
    """All results are in the prices of this year."""
    horizon: Horizon
    policy: Policy
    parts: tuple[Part, ...]
    generations: tuple[Generation, ...]
    workloads: tuple[Workload, ...] = ()
    suppliers: tuple[Supplier, ...]
    factories: tuple[Factory, ...]
    lanes: tuple[Lane, ...]
    sites: tuple[Site, ...]
    demands: tuple[Demand, ...]
    contracts: tuple[Contract, ...] = ()
    claims: tuple[Claim, ...] = ()
    scenarios: tuple[Scenario, ...] = ()

    _places: Mapping[str, Place] = PrivateAttr(default_factory=dict)
    _origin: object = PrivateAttr(default=None)
    """What it was made of, for scenarios; see :mod:`gigaloop.programme.assemble`."""

    @cached_property
    def calendar(self) -> Calendar:
        """The weeks of the horizon."""
        return Calendar.spanning(self.horizon.start, self.horizon.end)

    @cached_property
    def part_of(self) -> dict[str, Part]:
        """Parts by id."""
        return {part.id: part for part in self.parts}

    @cached_property
    def generation_of(self) -> dict[str, Generation]:
        """Generations by id."""
        return {generation.id: generation for generation in self.generations}

    @cached_property
    def site_of(self) -> dict[str, Site]:
        """Sites by id."""
        return {site.id: site for site in self.sites}

    def with_sites(self, sites: tuple[Site, ...]) -> Self:
        """Give the programme with other sites of the same ids."""
        copy = self.model_copy(update={"sites": sites})
        copy.__dict__.pop("site_of", None)  # of the sites before
        return copy

    def with_generations(self, generations: tuple[Generation, ...]) -> Self:
        """Give the programme with other generations of the same ids."""
        copy = self.model_copy(update={"generations": generations})
        copy.__dict__.pop("generation_of", None)  # of the generations before
        return copy

    def usd(self, amount: Quantity) -> float:
        """Give an amount (money, or money per something) in base units and the programme's price year."""
        return in_prices_of(amount, self.price_year, float(self.policy.escalation))

    def place(self, path: str) -> Place | None:
        """Say where in the user's files the value at a path stands, or the nearest record above it."""
        steps = path.split(".")
        while steps:
            found = self._places.get(".".join(steps))
            if found is not None:
                return found
            steps.pop()
        return None
