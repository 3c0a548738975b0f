"""The published examples of Graves and Willems."""

import pytest
from tests.plan.safety.networks import oracle, published

from gigaloop.plan.safety import place_safety_stock

COSTS = oracle("gsm_costs.csv")


@pytest.mark.parametrize("row", COSTS, ids=[row["id"] for row in COSTS])
def test_yearly_cost_is_as_published(row):
    network = published(row["network"], tuple(row["at_most_0"].split(";")))
    placed = place_safety_stock(network, holding_rate=float(row["holding_rate"]))
    assert placed.cost == pytest.approx(float(row["value"]), rel=float(row["tolerance"]))
    assert placed.proven
    assert placed.method == "dynamic programme over trees"


@pytest.mark.parametrize("row", COSTS[3:], ids=[row["id"] for row in COSTS[3:]])
def test_costs_published_in_thousands_are_met_when_rounded_alike(row):
    network = published(row["network"], tuple(row["at_most_0"].split(";")))
    placed = place_safety_stock(network, holding_rate=float(row["holding_rate"]))
    assert round(placed.cost, -3) == float(row["value"])


@pytest.mark.parametrize("name", ["bulldozer", "battery"])
def test_every_stage_promises_and_costs_what_is_published(name):
    rate = next(float(row["holding_rate"]) for row in COSTS if row["id"] == name)
    placed = place_safety_stock(published(name), holding_rate=rate)
    for row in oracle("gsm_stages.csv"):
        if row["network"] == name:
            stage = placed[row["stage"]]
            assert stage.outgoing == int(row["published_outgoing"]), row["stage"]
            assert stage.cost == pytest.approx(float(row["published_cost"]), rel=1e-3, abs=1.0), row["stage"]


def test_demand_of_several_customers_is_pooled_by_the_root_of_squares():
    placed = place_safety_stock(published("battery"))
    pack = placed["pack-sku-a"]
    spread = 1.645 * (67236**2 + 109308**2 + 119901**2) ** 0.5
    assert pack.safety_stock == pytest.approx(spread * pack.net_time**0.5)
    assert pack.base_stock == pytest.approx(pack.safety_stock + (43422 + 67226 + 65638) * pack.net_time)
