"""Sourced facts: accelerators, racks, networks, power and cooling, suppliers' parts, places, prices and agreements."""

from gigaloop.catalogue.catalogue import Catalogue, load_catalogue
from gigaloop.catalogue.entry import Entry
from gigaloop.catalogue.facts import Fact
from gigaloop.catalogue.kinds import KINDS

__all__ = ["KINDS", "Catalogue", "Entry", "Fact", "load_catalogue"]
