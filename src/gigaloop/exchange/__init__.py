"""Plans for other systems: ERP tables, a workbook, a calendar of milestones, tables for frePPLe."""

from gigaloop.exchange.exporting import FORMATS, export_plan

__all__ = ["FORMATS", "export_plan"]
