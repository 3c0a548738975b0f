"""Safety stock in a multi-echelon network under guaranteed service: where, how much, and how near to the best."""

from gigaloop.plan.safety.network import Arc, Network, Stage
from gigaloop.plan.safety.placement import Placement, StageStock, place_safety_stock
from gigaloop.plan.safety.tables import read_network

__all__ = ["Arc", "Network", "Placement", "Stage", "StageStock", "place_safety_stock", "read_network"]
