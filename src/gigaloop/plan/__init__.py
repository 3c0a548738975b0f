"""The plan: sourcing, manufacture, test, transport and deployment as one schedule by week that explains itself."""

from gigaloop.plan.facts import RackFacts
from gigaloop.plan.planning import plan_programme
from gigaloop.plan.records import Binding, FirstUnits, Late, Plan, Reason

__all__ = ["Binding", "FirstUnits", "Late", "Plan", "RackFacts", "Reason", "plan_programme"]
