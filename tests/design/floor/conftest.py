"""Fabrics of any size on floors of any kind: the small programme's rack, with what a test lays over it."""

from __future__ import annotations

import dataclasses

import pytest

from gigaloop.design import design_generation
from gigaloop.design.fabric import size_clos
from gigaloop.design.floor import plan_floor
from gigaloop.design.records.fabric import Fabric, NetworkDesign, ScaleUpDomain


def _fabric(*, racks, racks_per_su, nodes_per_rack, gpus_per_node, planes=1, units=1.0, power=1500.0, **clos):
    """Give a fabric of one Clos network."""
    sus = -(-racks // racks_per_su)
    plane = size_clos(
        nodes=racks * nodes_per_rack, nodes_per_su=racks_per_su * nodes_per_rack, sus=sus, rate=400e9, **clos
    )
    return Fabric(
        generation="nvl72",
        sus=sus,
        racks=racks,
        racks_per_su=racks_per_su,
        nodes_per_rack=nodes_per_rack,
        accelerators_per_node=gpus_per_node,
        scale_up=ScaleUpDomain(gpus_per_node, 450e9, True),
        networks=(
            NetworkDesign("scale-out", "scale-out", plane, planes, power, units, optics_power=9.0 * plane.radix),
        ),
        load_balancing="spraying",
    )


@pytest.fixture(scope="session")
def h100():
    """Give a maker of fabrics: four servers of eight accelerators to a rack, eight racks to a unit, eight rails."""

    def make(racks, **change):
        given = {"racks_per_su": 8, "nodes_per_rack": 4, "gpus_per_node": 8, "rails": 8, "radix": 64} | change
        return _fabric(racks=racks, **given)

    return make


@pytest.fixture(scope="session")
def stand(make_programme, catalogue):
    """Give a maker of floor plans: of a fabric, in halls with what is stated of them and their floor."""

    def make(fabric, *, halls=({},), generation=None, site=True, rack_power=None, rack_mass=None, used=None, **floor):
        programme = make_programme(generation=generation)
        design = design_generation(programme, programme.generations[0], catalogue)
        if rack_power is not None:
            design = dataclasses.replace(design, power=dataclasses.replace(design.power, design=rack_power))
        if rack_mass is not None:
            design = dataclasses.replace(design, mass=rack_mass)
        if used is not None:
            design = dataclasses.replace(design, elevation=dataclasses.replace(design.elevation, used=used))
        data = programme.sites[0].model_dump(mode="json", by_alias=True, exclude_unset=True)
        ample = {"positions": 100_000, "power": "20 GW", "rack_power": "1 MW", "rack_flow": "5000 L/min"}
        first = data["halls"][0] | ample | {"floor_load": "9000 kg/m2", "bus": ["54 VDC", "800 VDC"], "floor": floor}
        data["halls"] = [first | {"id": f"hall-{n}"} | hall for n, hall in enumerate(halls)]
        where = type(programme.sites[0]).model_validate(data)
        programme = programme.model_copy(update={"sites": (where,)})
        return plan_floor(programme, programme.generations[0], fabric, design, where if site else None)

    return make
