"""The floor of halls: where racks stand, and how cables run between them."""

from gigaloop.design.floor.fill import tray_fill
from gigaloop.design.floor.plan import plan_floor
from gigaloop.design.floor.rooms import racks_held
from gigaloop.design.floor.route import run_length

__all__ = ["plan_floor", "racks_held", "run_length", "tray_fill"]
