"""The plan: sourcing, manufacture, test, transport and deployment as one schedule by week that explains itself."""

from gigaloop.plan.facts import RackFacts

__all__ = ["RackFacts"]
