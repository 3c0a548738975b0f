"""Topologies of networks as index arithmetic over arrays, and what their links carry and lose."""

from gigaloop.design.fabric.clos import Clos
from gigaloop.design.fabric.dragonfly import Dragonfly, size_dragonfly
from gigaloop.design.fabric.ports import broken_out, switch_ports
from gigaloop.design.fabric.sizing import size_clos
from gigaloop.design.fabric.slimfly import SlimFly, size_slim_fly
from gigaloop.design.fabric.torus import Torus, size_torus
from gigaloop.design.fabric.whole import design_fabric, most_sus

__all__ = [
    "Clos",
    "Dragonfly",
    "SlimFly",
    "Torus",
    "broken_out",
    "design_fabric",
    "most_sus",
    "size_clos",
    "size_dragonfly",
    "size_slim_fly",
    "size_torus",
    "switch_ports",
]
