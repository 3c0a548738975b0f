"""The networks of a run: which fabric a generation is deployed with, and its cables grouped."""

import numpy as np
import pytest

from gigaloop.study.network_tables import cords_of


def test_a_fabric_is_as_large_as_its_site_fills_it_and_no_larger(bundled):
    for deployed in bundled.networks.values():
        generation = bundled.programme.generation_of[deployed.generation]
        per_su, fabric = float(generation.racks_per_su), deployed.network.fabric
        assert deployed.fabrics * fabric.sus * per_su >= deployed.racks - 1e-3
        assert (deployed.fabrics - 1) * fabric.sus * per_su < deployed.racks
        racks = bundled.plan.online_racks[:, list(bundled.plan.generations).index(deployed.generation), -1]
        assert deployed.site == bundled.programme.sites[int(np.argmax(racks))].id


def test_cords_by_layer_and_medium_are_all_cords_and_carry_all_links(bundled):
    for deployed in bundled.networks.values():
        schedule = deployed.network.schedule
        groups = list(cords_of(schedule))
        assert sum(group.links for group in groups) == len(schedule)
        assert sum(len(group.length) for group in groups) == len(np.unique(schedule.cable))
        first = schedule.first_rows
        metres = schedule.length[first].sum(dtype=float)
        assert sum(group.length.sum() for group in groups) == pytest.approx(metres)
        for group in groups:
            if group.medium is not None:
                assert group.length.max() <= group.medium.reach + 1e-3
