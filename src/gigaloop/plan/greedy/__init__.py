"""A first plan by pegging: demands in the order of their date and priority take what is left, as late as they can."""

from gigaloop.plan.greedy.schedule import first_plan

__all__ = ["first_plan"]
