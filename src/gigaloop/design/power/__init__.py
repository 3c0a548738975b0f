"""The power path: a rack's power numbers, and the converters from medium voltage to the chip."""

from gigaloop.design.power.chain import power_chain, rack_input, shared_load
from gigaloop.design.power.rollup import busbar_current, power_rollup

__all__ = ["busbar_current", "power_chain", "power_rollup", "rack_input", "shared_load"]
