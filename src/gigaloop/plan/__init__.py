"""The plan: sourcing, manufacture, test, transport and deployment as one schedule by week that explains itself."""

from gigaloop.plan.check import check_plan
from gigaloop.plan.findings import Binding, FirstUnits, Late, Reason
from gigaloop.plan.inputs.facts import RackFacts
from gigaloop.plan.planning import plan_programme
from gigaloop.plan.quantities import Loads, Making, Purchases, Stocks, Transport
from gigaloop.plan.records import Plan

__all__ = [
    "Binding",
    "FirstUnits",
    "Late",
    "Loads",
    "Making",
    "Plan",
    "Purchases",
    "RackFacts",
    "Reason",
    "Stocks",
    "Transport",
    "check_plan",
    "plan_programme",
]
