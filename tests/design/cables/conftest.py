"""Fabrics with every cable and their bill: the small programme with what a test lays over its networks."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from gigaloop.catalogue import Catalogue, load_catalogue
from gigaloop.design import design_generation
from gigaloop.design.cables import cable_schedule, fabric_bill, media_of
from gigaloop.design.fabric import design_fabric
from gigaloop.design.floor import plan_floor
from gigaloop.design.records import CableSchedule, Fabric, FabricBill, FabricMedia, FloorPlan
from gigaloop.programme.schema import Generation, Programme
from gigaloop.programme.schema.floor import Tray

NO_STATED_POWER = {"switch_radix": None, "switch_power": None, "transceiver_power": None}
"""Leaves ports and power to the catalogue."""


@dataclass
class Cabled:
    """A fabric with its cables and bill."""

    programme: Programme
    generation: Generation
    catalogue: Catalogue
    fabric: Fabric
    floor: FloorPlan
    media: FabricMedia
    schedule: CableSchedule
    bill: FabricBill

    def lines(self, item, where="", *, at_node=False):
        """Give the lines of an item whose place holds a text."""
        lines = [each for each in self.bill.lines if each.item == item and each.at_node == at_node]
        return [each for each in lines if where in each.where]

    def count(self, item, where="", *, at_node=False):
        """Add up the pieces of an item."""
        return sum(line.quantity for line in self.lines(item, where, at_node=at_node))


@pytest.fixture(scope="session")
def own_catalogue(tmp_path_factory):
    """Give a maker of catalogues with entries of a test laid over them, as YAML by kind."""

    def make(**kinds):
        folder = tmp_path_factory.mktemp("own")
        head = "sources:\n  quote: {source: a quote, date: 2026-11, kind: reported}\nentries:\n"
        for kind, entries in kinds.items():
            (folder / f"{kind}.yaml").write_text(f"kind: {kind}\n{head}{entries}", encoding="utf-8")
        return load_catalogue(folder)

    return make


@pytest.fixture(scope="session")
def cabled(make_programme, catalogue):
    """Give a maker: units, and what is stated of the scale-out network, the generation, the programme and the tray."""

    def make(sus=2, *, using=None, generation=None, programme=None, tray=None, **network):
        known = using or catalogue
        scale_out = NO_STATED_POWER | network
        if "switch" not in network and "switch_radix" not in network:
            scale_out |= {"switch": "qm9700"}
        made = make_programme(generation={"scale_out": scale_out, **(generation or {})}, **(programme or {}))
        chosen = made.generations[0]
        design = design_generation(made, chosen, known)
        fabric = design_fabric(made, chosen, known, sus)
        floor = plan_floor(made, chosen, fabric, design)
        media = media_of(known, chosen, made.usd)
        schedule = cable_schedule(fabric, floor, media, tray or Tray())
        bill = fabric_bill(made, chosen, fabric, floor, schedule, known, design.on)
        return Cabled(made, chosen, known, fabric, floor, media, schedule, bill)

    return make
