"""Topologies of networks as index arithmetic over arrays, and what their links carry and lose."""

from gigaloop.design.fabric.balance import Contention, contention
from gigaloop.design.fabric.clos import Clos
from gigaloop.design.fabric.dragonfly import Dragonfly, size_dragonfly
from gigaloop.design.fabric.failures import fail
from gigaloop.design.fabric.interruptions import RATES, FailureRates, Interruptions, interruptions
from gigaloop.design.fabric.loads import link_loads
from gigaloop.design.fabric.paths import PathProfile, hops, path_counts, path_profile
from gigaloop.design.fabric.ports import broken_out, switch_ports
from gigaloop.design.fabric.sizing import size_clos
from gigaloop.design.fabric.slimfly import SlimFly, size_slim_fly
from gigaloop.design.fabric.torus import Torus, size_torus
from gigaloop.design.fabric.whole import design_fabric, most_sus

__all__ = [
    "RATES",
    "Clos",
    "Contention",
    "Dragonfly",
    "FailureRates",
    "Interruptions",
    "PathProfile",
    "SlimFly",
    "Torus",
    "broken_out",
    "contention",
    "design_fabric",
    "fail",
    "hops",
    "interruptions",
    "link_loads",
    "most_sus",
    "path_counts",
    "path_profile",
    "size_clos",
    "size_dragonfly",
    "size_slim_fly",
    "size_torus",
    "switch_ports",
]
