"""The independent check of a plan from its tables and the programme alone."""

from gigaloop.plan.check.plan import check_plan

__all__ = ["check_plan"]
