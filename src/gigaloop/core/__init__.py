"""Quantities and units, money, calendar, evidence and errors; imports nothing else of gigaloop."""
