"""Cables of a fabric: media by supported reach, the schedule of every cable, the bill of materials."""
