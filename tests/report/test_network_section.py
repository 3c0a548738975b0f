"""The section on the networks says what the fabric engine found, and its figures hold the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from gigaloop.design.fabric import size_dragonfly, size_torus
from gigaloop.design.records import Fabric, NetworkDesign, ScaleUpDomain
from gigaloop.report.content.basis import Basis
from gigaloop.report.content.network import most_deployed
from gigaloop.report.content.network_tiers import tier_figure
from gigaloop.report.drawing import draw
from gigaloop.report.tables import Table


@pytest.fixture(scope="module")
def figures(bundled_report):
    return {figure.id: figure for figure in bundled_report.figures()}


@pytest.fixture(scope="module")
def tables(bundled_report):
    return {block.id: block for block in bundled_report.blocks() if isinstance(block, Table)}


@pytest.fixture(scope="module")
def shown(bundled):
    return most_deployed(bundled)


def test_every_generation_with_racks_has_a_network_or_a_reason(bundled, tables):
    plan = bundled.plan
    deployed = {id_ for g, id_ in enumerate(plan.generations) if plan.online_racks[:, g, -1].any()}
    assert set(bundled.networks) | set(bundled.without_network) == deployed
    assert len(tables["networks-table"].rows) == len(bundled.networks)


def test_the_tiers_add_up_to_the_switches_and_links_of_the_fabric(shown, figures):
    for design in shown.network.fabric.networks:
        figure = figures[f"network-tiers-{design.name}"]
        assert sum(tier.count.value for tier in figure.tiers[1:]) == design.switches
        assert [layer.links.value for layer in figure.layers] == list(design.link_counts.values())
        assert figure.tiers[0].count.value == design.plane.nodes


def test_the_floor_shows_every_rack_and_a_length_at_every_rack_with_a_cable(shown, figures):
    figure, network = figures["network-floor"], shown.network
    assert len(np.asarray(figure.x)) == network.floor.racks
    joined = np.union1d(network.schedule.a_rack, network.schedule.b_rack)
    assert set(np.flatnonzero(np.isfinite(np.asarray(figure.value)))) == set(joined)
    assert np.nanmax(np.asarray(figure.value)) <= network.schedule.length.max()


def test_the_histogram_counts_every_cord_once(shown, figures):
    heights = [value for series in figures["network-lengths"].series for value in series.floats]
    assert sum(heights) == len(np.unique(shown.network.schedule.cable))


def test_the_bill_adds_up_to_that_of_the_fabric(shown, tables):
    bill, table = shown.network.bill, tables["network-bill"]
    assert sum(cell.value for cell in table.column("quantity")) == pytest.approx(
        sum(line.quantity for line in bill.lines)
    )
    if bill.power is not None and bill.node_power is not None:
        at = [column.name for column in table.columns].index("power")
        assert table.total[at].value == pytest.approx((bill.power + bill.node_power) / 1e3)


def test_a_bus_bandwidth_lies_in_its_band_and_does_not_exceed_the_links_by_more_than_reduction_in_switches(
    shown, figures
):
    figure = figures["network-all-reduce"]
    assert figure.log
    for series in figure.series:
        for number in series.values:
            assert number.low <= number.value <= number.high
    domain = figure.series[0].floats
    assert domain == sorted(domain)
    assert domain[-1] <= 2 * shown.network.fabric.scale_up.bandwidth / 1e9


def test_failures_leave_less_the_more_fail_and_the_worst_hit_job_less_than_the_mean(figures):
    series = {each.name: each.floats for each in figures["network-failures"].series}
    for what in ("links", "switches"):
        worst, mean = series[f"{what} failed, worst-hit job"], series[f"{what} failed, mean of all"]
        assert mean == sorted(mean, reverse=True)
        assert all(0 <= low <= high <= 100 for low, high in zip(worst, mean, strict=True))


def test_interruptions_by_part_add_up_and_the_title_says_how_often(tables):
    table = tables["network-interruptions"]
    total = table.total[3]
    assert sum(cell.value for cell in table.column("interruptions")) == pytest.approx(total.value)
    assert total.low < total.value < total.high
    assert f"{730.5 / total.value:,.3g} h" in table.caption


def test_the_result_tables_hold_the_same_fabrics(bundled, shown):
    rows = bundled.sql(
        f"select sum(cords), sum(links), max(longest_m) from network_lengths where generation = '{shown.generation}'"  # noqa: S608
    ).fetchall()[0]
    schedule = shown.network.schedule
    assert rows[0] == len(np.unique(schedule.cable))
    assert rows[1] == len(schedule) == sum(design.links for design in shown.network.fabric.networks)
    assert rows[2] == pytest.approx(float(schedule.length.max()))
    ((switches,),) = bundled.sql(
        f"select sum(switches) from network_tiers where generation = '{shown.generation}'"  # noqa: S608
    ).fetchall()
    assert switches == sum(design.switches for design in shown.network.fabric.networks)


@pytest.mark.parametrize(
    ("plane", "tiers", "joins"),
    [
        (size_dragonfly(nodes=4096, rails=1, rate=4e11, radix=64), ["Nodes", "Switches"], "local: "),
        (size_torus(nodes=1024, rails=6, rate=4e11, radix=136), ["Nodes", "Circuit switches"], "node-node: "),
    ],
    ids=["dragonfly", "torus"],
)
def test_other_topologies_have_a_box_for_each_kind_and_say_what_joins_it_inside(bundled, plane, tiers, joins):
    design = NetworkDesign("scale-out", "scale-out", plane, 2, 1000.0, 2.0)
    domain = ScaleUpDomain(8, 450e9, True)
    fabric = Fabric("g", 1, plane.nodes, plane.nodes, 1, 8.0, domain, (design,), "spraying")
    figure = tier_figure(Basis(bundled), fabric, design)
    assert [tier.name for tier in figure.tiers] == tiers
    assert figure.tiers[1].count.value == design.switches
    assert [layer.links.value for layer in figure.layers] == list(design.link_counts.values())
    assert joins in draw(figure)
