"""The trade space: facilities by the thousand, side by side.

Every design runs through the kernel of :mod:`gigaloop.design.facility` on the bins of its site's weather, all of a
site's designs in one set of arrays; equipment is sized as for a single facility.
"""

from gigaloop.design.trade.choices import Cooling, Redundancy, stack_plants
from gigaloop.design.trade.front import join_spaces, pareto_front
from gigaloop.design.trade.space import COOLINGS, REDUNDANCIES, trade_space

__all__ = [
    "COOLINGS",
    "REDUNDANCIES",
    "Cooling",
    "Redundancy",
    "join_spaces",
    "pareto_front",
    "stack_plants",
    "trade_space",
]
