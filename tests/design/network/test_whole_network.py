"""A network engineered whole, and what of it goes into the plan."""

import math

import pytest

import gigaloop
from gigaloop.core.errors import GigaloopError, ProgrammeError, UsageError
from gigaloop.core.quantity import Quantity
from gigaloop.design import design_generation
from gigaloop.design.network import design_network, network_parts, with_network_parts
from gigaloop.programme import apply_patches
from gigaloop.programme.schema import Patch

BUNDLED = "programmes/us-buildout"
GENERATION = "vr200-nvl72"


@pytest.fixture(scope="module")
def programme(pytestconfig):
    return gigaloop.load(pytestconfig.rootpath / BUNDLED)


@pytest.fixture(scope="module")
def network(programme):
    return gigaloop.design_network(programme, GENERATION)


def test_two_tiers_join_as_many_units_as_the_published_table_has(network):
    # 18 units of 144 nodes with four rails: NVIDIA's largest DGX B300 XDR row has 144 leafs and 72 spines a plane.
    plane = network.fabric.scale_out.plane
    assert (network.fabric.accelerators, dict(plane.switches)) == (10_368, {"leaf": 144, "spine": 72})


def test_a_feasible_network_has_every_rack_placed_and_every_cable_within_reach(network):
    assert network.feasible
    reaches = [medium.reach for medium in network.schedule.media]
    assert all(
        length <= reaches[medium]
        for length, medium in zip(network.schedule.length, network.schedule.medium, strict=True)
    )


def test_cables_beyond_reach_are_told_and_fail_their_check(programme):
    near = apply_patches(programme, [Patch(path=f"generations.{GENERATION}.scale_out.media", set=["acc-1600g-split"])])
    found = gigaloop.design_network(near, GENERATION)
    assert not found.feasible
    failed = [check for check in found.checks if check.id == "network.reach" and check.failed]
    assert failed
    assert sum(float(check.value) for check in failed) == len(found.schedule.unreached)


def test_a_rate_that_no_cable_of_the_catalogue_has_leaves_every_link_listed(programme):
    odd = apply_patches(programme, [Patch(path=f"generations.{GENERATION}.scale_out.link_rate", set="777 Gb/s")])
    found = gigaloop.design_network(odd, GENERATION, sus=1)
    assert not found.feasible
    assert len(found.schedule.unreached) == len(found.schedule) > 0
    assert sum(len(each.rows) for each in found.beyond) == len(found.schedule)
    assert all(each.serves is None for each in found.beyond)


def test_a_unit_needs_its_share_of_what_the_fabric_has(programme, network):
    pieces = _pieces(programme)
    for part, item in (("network-rack", "network rack"), ("fibre-cord", "fibre cord")):
        in_all = math.fsum(line.quantity for line in network.bill.lines if line.item == item)
        assert pieces[part] == pytest.approx(in_all / 18, rel=1e-4)
    switches = math.fsum(line.quantity for line in network.bill.lines if line.item == "switch")
    (held,) = (
        line.quantity for line in programme.part_of["network-rack"].components if line.part == "scale-out-switch"
    )
    assert pieces["network-rack"] * float(held) >= (1.0 - 1e-4) * switches / 18


def test_what_is_engineered_says_so(programme):
    quantity = _filled(programme).generation_of[GENERATION].su_parts[0].quantity
    assert quantity.evidence.kind == "computed"
    assert "18 scalable units" in quantity.evidence.note


def test_a_stated_quantity_stays_and_is_held_against_the_need(programme):
    path = f"generations.{GENERATION}.su_parts.network-rack.quantity"
    few = apply_patches(programme, [Patch(path=path, set=1)])
    assert _filled(few).generation_of[GENERATION].su_parts[0].quantity == Quantity.count(1)
    checks = {check.detail.split(" ")[0]: check for check in gigaloop.design_network(few, GENERATION).checks}
    assert not checks["network-rack"].ok
    assert float(checks["network-rack"].limit) == pytest.approx(_pieces(programme)["network-rack"], abs=0.005)


def test_a_quantity_that_is_neither_stated_nor_an_item_of_the_fabric_is_told(programme):
    with pytest.raises(ProgrammeError, match=r"no quantity is stated of 'network-rack'"):
        apply_patches(programme, [Patch(path=f"generations.{GENERATION}.scale_out.parts", set=[])])


def test_more_units_than_the_halls_of_a_site_hold_say_how_many_would_fit(programme):
    with pytest.raises(GigaloopError, match=r"at most \d+ scalable units") as raised:
        gigaloop.design_network(programme, GENERATION, site="lordstown-dc", sus=200)
    place = raised.value.where
    assert place is not None
    assert place.file.endswith("sites.yaml")
    assert place.line > 1


def test_without_a_number_a_site_gets_no_more_units_than_its_halls_hold(programme):
    small = apply_patches(programme, [Patch(path="sites.lordstown-dc.halls.*.positions", set=70)])
    found = gigaloop.design_network(small, GENERATION, site="lordstown-dc")
    assert 0 < found.fabric.sus <= 2 * 70 // 8


def test_an_unknown_site_is_told(programme):
    with pytest.raises(UsageError, match="there is no site 'milan'"):
        gigaloop.design_network(programme, GENERATION, site="milan")


def test_the_design_at_hand_is_used(programme, catalogue, network):
    generation = programme.generation_of[GENERATION]
    design = design_generation(programme, generation, catalogue)
    assert design_network(programme, generation, catalogue, design=design).bill == network.bill


def _pieces(programme):
    return {each.part: each.pieces for each in _filled(programme).generation_of[GENERATION].su_parts}


def _filled(programme):
    catalogue = gigaloop.load_catalogue()
    designs = {each.id: design_generation(programme, each, catalogue) for each in programme.generations}
    return with_network_parts(programme, network_parts(programme, designs, catalogue))


def test_a_rate_that_no_medium_has_is_told_as_that(programme):
    odd = apply_patches(
        programme,
        [
            Patch(path=f"generations.{GENERATION}.scale_out.link_rate", set="777 Gb/s"),
            Patch(path=f"generations.{GENERATION}.scale_out.switch", remove=True),
        ],
    )
    found = gigaloop.design_network(odd, GENERATION, sus=1)
    assert all("link_rate" in check.way_out for check in found.checks if check.id == "network.reach")
