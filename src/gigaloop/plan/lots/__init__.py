"""Lot sizing with set-ups: what to make in which period where every set-up costs money and time."""

from gigaloop.plan.lots.model import plan_lots
from gigaloop.plan.lots.problem import LotPlan, LotProblem
from gigaloop.plan.lots.tables import read_lots

__all__ = ["LotPlan", "LotProblem", "plan_lots", "read_lots"]
