"""Efficiency constants fitted on measurements, with their uncertainty."""
