"""The plan: sourcing, manufacture, test, transport and deployment as one schedule by week that explains itself."""

from gigaloop.plan.answers.answer import STOPPED
from gigaloop.plan.answers.promise import Delivery, Moved, Promise, promise_racks
from gigaloop.plan.answers.stability import Stability, Steadiness
from gigaloop.plan.check import check_plan
from gigaloop.plan.explain.attribution import explain_lateness
from gigaloop.plan.explain.stages import plan_stages
from gigaloop.plan.findings import Binding, FirstUnits, Late, Lateness, LatenessShare, PlanStage, Reason
from gigaloop.plan.inputs.facts import RackFacts
from gigaloop.plan.outcome.quantities import Loads, Making, Purchases, Stocks, Transport
from gigaloop.plan.planning import plan_programme
from gigaloop.plan.records import Plan

__all__ = [
    "STOPPED",
    "Binding",
    "Delivery",
    "FirstUnits",
    "Late",
    "Lateness",
    "LatenessShare",
    "Loads",
    "Making",
    "Moved",
    "Plan",
    "PlanStage",
    "Promise",
    "Purchases",
    "RackFacts",
    "Reason",
    "Stability",
    "Steadiness",
    "Stocks",
    "Transport",
    "check_plan",
    "explain_lateness",
    "plan_programme",
    "plan_stages",
    "promise_racks",
]
