"""A network engineered whole: fabric, floor, cables, bill, checks; candidates ranked; what the plan buys."""

from gigaloop.design.network.fill import network_parts, with_network_parts
from gigaloop.design.network.whole import design_network

__all__ = ["design_network", "network_parts", "with_network_parts"]
