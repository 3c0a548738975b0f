"""A first plan by pegging: demands in the order of their date and priority take what is left, as late as they can."""

from gigaloop.plan.greedy.schedule import Pegged, first_plan, peg_plan

__all__ = ["Pegged", "first_plan", "peg_plan"]
