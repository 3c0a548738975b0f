"""Pegging: which lots feed which scalable units, and the other way round, by first-in-first-out."""

from gigaloop.plan.pegging.ask import Peg, Pegs, find_pegs
from gigaloop.plan.pegging.network import peg_plan
from gigaloop.plan.pegging.records import Feed, Lots, Pegging, Stream, Units
from gigaloop.plan.pegging.trace import Reach, trace_back, trace_forward

__all__ = [
    "Feed",
    "Lots",
    "Peg",
    "Pegging",
    "Pegs",
    "Reach",
    "Stream",
    "Units",
    "find_pegs",
    "peg_plan",
    "trace_back",
    "trace_forward",
]
