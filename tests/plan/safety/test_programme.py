"""The network of a programme: its stages, times, costs and demand follow from the plan."""

import pytest
from benchmarks.plan_programmes import demand, factory, generated, lane, line, part, site, small, supplier, supply

from gigaloop.core.errors import UsageError
from gigaloop.plan import plan_programme
from gigaloop.plan.safety import place_safety_stock
from gigaloop.plan.safety.programme import programme_network


def example():
    made, facts = small(
        40,
        parts=[part("rack", "L11", {"tray": 18}), part("tray", "L10", {"gpu": 4}), part("gpu")],
        suppliers=[
            supplier("s1", supply("gpu", 400, 8, 30000, customs_time="1 weeks")),
            supplier("s2", supply("gpu", 400, 4, 30000)),
        ],
        factories=[
            factory("f1", line("l10", "L10", {"tray": 1000}, 900)),
            factory("f2", line("l11", "L11", {"rack": 100}, 20000)),
        ],
        lanes=[lane("f1", "f2", 1, 50), lane("f2", "x", 2, 5000)],
        sites=[site("x", {0: 100}, commissioning="3 weeks")],
        demands=[demand("x", 30, 25.0)],
    )
    return made, plan_programme(made, facts)


def test_the_network_goes_from_the_site_back_to_the_suppliers():
    made, plan = example()
    built = programme_network(made, plan)
    stages = {stage.id: stage for stage in built.network.stages}
    assert {name: stage.time for name, stage in stages.items()} == {
        "x g1": 3, "f2-x rack": 2, "f2 rack": 1, "f1-f2 tray": 1, "f1 tray": 1, "gpu": 0, "s1 gpu": 9, "s2 gpu": 4,
    }  # fmt: skip
    assert stages["s1 gpu"].cost == 30000
    assert stages["f2 rack"].cost == 20000
    arcs = {(arc.source, arc.target): arc.quantity for arc in built.network.arcs}
    assert arcs["f1-f2 tray", "f2 rack"] == pytest.approx(18)
    assert arcs["gpu", "f1 tray"] == pytest.approx(4)
    assert arcs["s1 gpu", "gpu"] + arcs["s2 gpu", "gpu"] == pytest.approx(1)
    installed = plan.installs.sum()
    weeks = sum(year == int(built.year) for year in plan.calendar.years())
    assert stages["x g1"].demand_mean == pytest.approx(installed / weeks)
    assert stages["x g1"].demand_std == pytest.approx(0.3 * installed / weeks)


def test_safety_stock_is_placed_with_a_proof():
    made, plan = example()
    placed = place_safety_stock(programme_network(made, plan).network, holding_rate=0.1)
    assert placed.proven
    assert placed["x g1"].safety_stock > 0.0


def test_a_generated_programme_has_a_network_without_fault():
    made, facts = generated(3, weeks=80, factories=3, sites=3, own_parts=4, shared_parts=4)
    built = programme_network(made, plan_programme(made, facts, reliefs=0))
    assert len(built.network.stages) > 20
    assert place_safety_stock(built.network, holding_rate=0.1, gap=1e-2, time_limit=5.0).cost > 0.0


def test_a_year_without_racks_is_told():
    made, plan = example()
    with pytest.raises(UsageError, match="installs no rack in 2031"):
        programme_network(made, plan, year="2031")
    with pytest.raises(UsageError, match="service level"):
        programme_network(made, plan, service=1.0)
