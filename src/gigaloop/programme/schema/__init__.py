"""The schema of a programme: frozen records, one module per field of work."""

from gigaloop.programme.schema.deal import Claim, Contract, Firmness
from gigaloop.programme.schema.deployment import Demand, Hall, Site
from gigaloop.programme.schema.facility import SiteFacility
from gigaloop.programme.schema.policy import Patch, Policy, Scenario
from gigaloop.programme.schema.product import BomLine, Generation, Part, Stage
from gigaloop.programme.schema.programme import SCHEMA_VERSION, Horizon, Programme
from gigaloop.programme.schema.supply import Factory, Lane, Line, Supplier, Supply
from gigaloop.programme.schema.workload import Workload

__all__ = [
    "SCHEMA_VERSION",
    "BomLine",
    "Claim",
    "Contract",
    "Demand",
    "Factory",
    "Firmness",
    "Generation",
    "Hall",
    "Horizon",
    "Lane",
    "Line",
    "Part",
    "Patch",
    "Policy",
    "Programme",
    "Scenario",
    "Site",
    "SiteFacility",
    "Stage",
    "Supplier",
    "Supply",
    "Workload",
]
