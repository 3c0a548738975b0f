"""The chain of stages: design, plan, value, watch, each memoised by the content that it depends on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gigaloop.catalogue import Catalogue, load_catalogue
from gigaloop.design import Design, design_generation
from gigaloop.design.facility.fill import engineered, with_engineered
from gigaloop.design.network.fill import network_parts, with_network_parts
from gigaloop.plan import STOPPED, Plan, plan_programme
from gigaloop.programme import Programme, apply_scenario, named_files, programme_file
from gigaloop.study.cache import Cache, digest, engine_digest, file_digest
from gigaloop.study.performances import performances
from gigaloop.value import Valuation, value_programme
from gigaloop.watch import Ledger, reconcile_claims

if TYPE_CHECKING:
    import duckdb

    from gigaloop.design.records import Facility
    from gigaloop.study.columns import Columns
    from gigaloop.study.networks import DeployedNetwork
    from gigaloop.study.workloads import DeployedWork

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StageRun:
    """One stage as it ran: its wall time [s], and whether its result was there already."""

    name: str
    seconds: float
    cached: bool


Planner = Callable[[Programme, Mapping[str, Design], Catalogue], Plan]
Progress = Callable[[str, StageRun | None], None]
"""Called with a stage's name when it begins (None) and when it is done."""


def _silent(_name: str, _done: StageRun | None) -> None:
    return


@dataclass(frozen=True)
class Result:
    """What a run of a programme gives: every engine's record, and the key that they belong to."""

    programme: Programme
    catalogue: Catalogue
    key: str
    scenario: str
    designs: Mapping[str, Design]
    plan: Plan
    value: Valuation
    watch: Ledger
    stages: tuple[StageRun, ...]
    warnings: tuple[str, ...] = ()

    @cached_property
    def _site_facilities(self) -> tuple[Mapping[str, Facility], Mapping[str, str]]:
        from gigaloop.study.facilities import site_facilities

        return site_facilities(self)

    @property
    def facilities(self) -> Mapping[str, Facility]:
        """Each site's facility, by site, for the generation that it gets most racks of; of those that have one."""
        return self._site_facilities[0]

    @property
    def without_facility(self) -> Mapping[str, str]:
        """Why sites with racks have no engineered facility, by site."""
        return self._site_facilities[1]

    @cached_property
    def _deployed_networks(self) -> tuple[Mapping[str, DeployedNetwork], Mapping[str, str]]:
        from gigaloop.study.networks import deployed_networks

        return deployed_networks(self)

    @property
    def networks(self) -> Mapping[str, DeployedNetwork]:
        """Each deployed generation's network, by generation, at the site that gets most racks of it."""
        return self._deployed_networks[0]

    @property
    def without_network(self) -> Mapping[str, str]:
        """Why generations with racks have no engineered network, by generation."""
        return self._deployed_networks[1]

    @cached_property
    def work(self) -> tuple[DeployedWork, ...]:
        """Every workload on the generation that gets most racks, looked at closely."""
        from gigaloop.study.workloads import deployed_work

        return deployed_work(self)

    @cached_property
    def tables(self) -> Mapping[str, Columns]:
        """The results as tables: NumPy columns by table name."""
        from gigaloop.study.tables import result_tables

        return result_tables(self)

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        from gigaloop.study.tables import connect

        return connect(self.tables)

    def relation(self, table: str) -> duckdb.DuckDBPyRelation:
        """Give a table as a DuckDB relation.

        Raises
        ------
        UsageError
            If there is no such table.
        """
        from gigaloop.study.tables import require_table

        require_table(self.tables, table)
        return self._connection.table(table)

    def sql(self, query: str) -> duckdb.DuckDBPyRelation:
        """Ask the tables a question in SQL."""
        return self._connection.sql(query)


def run(
    programme: Programme,
    catalogue: Catalogue | None = None,
    *,
    scenario: str = "",
    cache: Cache | None = None,
    progress: Progress | None = None,
    planner: Planner | None = None,
) -> Result:
    """Carry a programme through the chain.

    Parameters
    ----------
    programme
        The programme.
    catalogue
        The catalogue it was loaded with; the bundled one where not given.
    scenario
        Id of one of its scenarios, applied first.
    cache
        Where results are kept by content; in memory for this process where not given. A scenario is planned from the
        plan without it, where that is there.
    progress
        Told when stages begin and end.
    planner
        Another way to plan than :func:`~gigaloop.plan.plan_programme` by itself, such as a first answer; what depends
        on it is not kept.

    Raises
    ------
    ProgrammeError
        If there is no such scenario, or the programme is wrong with it.
    InfeasibleError
        If no plan exists.
    """
    catalogue = catalogue if catalogue is not None else load_catalogue()
    cache = cache if cache is not None else _MEMORY
    base = programme
    if scenario:
        programme = apply_scenario(programme, scenario)
    keys = _Keys(programme, catalogue)
    say = progress or _silent
    done: list[StageRun] = []
    stopped: list[str] = []

    def stage(name: str, key: str, compute: Callable[[], T]) -> T:
        say(name, None)
        begin = time.perf_counter()
        kept = name in ("workload", "design", "network", "facility") or (planner is None and not stopped)
        result: T | None = cache.get(name, key) if kept else None
        cached = result is not None
        if result is None:
            result = compute()
            if isinstance(result, Plan) and result.status == STOPPED:
                stopped.append(name)  # it is what was found by then: neither it nor what depends on it is kept
            elif kept:
                cache.put(name, key, result)
        done.append(StageRun(name, time.perf_counter() - begin, cached))
        say(name, done[-1])
        return result

    done_by = stage("workload", keys.workload, lambda: dict(performances(programme, catalogue, cache)))
    designs = stage(
        "design",
        keys.design,
        lambda: {
            g.id: design_generation(programme, g, catalogue, performance=done_by[g.id]) for g in programme.generations
        },
    )

    parts = stage("network", keys.design, lambda: network_parts(programme, designs, catalogue))
    programme = with_network_parts(programme, parts)
    figures = stage("facility", keys.design, lambda: dict(engineered(programme, designs, catalogue)))
    programme = with_engineered(programme, figures)

    def plan_it() -> Plan:
        if planner is not None:
            return planner(programme, designs, catalogue)
        start: Plan | None = cache.get("plan", _Keys(base, catalogue).plan) if scenario else None
        return plan_programme(programme, designs, catalogue, start=start)

    plan = stage("plan", keys.plan, plan_it)
    value = stage("value", keys.value, lambda: value_programme(programme, designs, plan, catalogue))
    watch = stage("watch", keys.watch, lambda: reconcile_claims(programme, plan.planned_power(), plan.built_power()))
    return Result(
        programme, catalogue, keys.whole, scenario, designs, plan, value, watch, tuple(done), tuple(cache.warnings)
    )


_MEMORY = Cache()


def _files(programme: Programme) -> list[Path]:
    return [programme_file(programme, name, path) for name, path in named_files(programme)]


class _Keys:
    """Content keys of the stages: what a stage does not read does not enter its key."""

    _WORKLOAD = ("generations", "workloads")
    _DESIGN = ("parts", "generations", "workloads", "suppliers", "policy", "price_year", "sites", "factories")
    _PLAN = (*_DESIGN, "id", "horizon", "lanes", "demands")

    def __init__(self, programme: Programme, catalogue: Catalogue) -> None:
        content = programme.model_dump(mode="json", by_alias=True)
        common = [engine_digest(), catalogue.digest]
        common += [file_digest(path) for path in _files(programme)]
        self.workload = digest([*common, {name: content[name] for name in self._WORKLOAD}])
        self.design = digest([*common, {name: content[name] for name in self._DESIGN}])
        self.plan = digest([self.design, {name: content[name] for name in self._PLAN}])
        self.value = digest([self.plan, "value"])
        self.watch = digest([self.plan, content["contracts"], content["claims"]])
        self.whole = digest([*common, content])


def cache_folder(programme_folder: Path) -> Path:
    """Give the folder for cached stages of a programme: its own ``.gigaloop/``, else the user's cache folder."""
    return state_folder(programme_folder) / "cache"


def state_folder(programme_folder: Path) -> Path:
    """Give the folder for what gigaloop keeps about a programme; outside it where it cannot be written.

    Set ``GIGALOOP_CACHE`` to choose another folder than the user's cache for the latter.
    """
    import os

    own = programme_folder / ".gigaloop"
    if os.access(own if own.is_dir() else programme_folder, os.W_OK):
        return own
    user = os.environ.get("GIGALOOP_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    name = f"{programme_folder.name}-{digest(str(programme_folder.resolve()))[:8]}"
    return Path(user) / "gigaloop" / name
