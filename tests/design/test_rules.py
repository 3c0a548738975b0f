import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from gigaloop.core.evidence import EvidenceKind
from gigaloop.core.quantity import Quantity
from gigaloop.design import Sense, Severity, design_generation
from gigaloop.design.rules import RULES
from gigaloop.design.rules.rule import margin_of


@pytest.fixture(scope="module")
def checks_of(make_programme, catalogue):
    def checks(**change):
        programme = make_programme(**change)
        return design_generation(programme, programme.generations[0], catalogue).checks

    return checks


def site(**hall: object) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    base: dict[str, object] = {
        "id": "a",
        "ready": "2027-01-04",
        "positions": 600,
        "power": "80 MW",
        "rack_power": "140 kW",
        "rack_flow": "200 L/min",
        "floor_load": "2500 kg/m2",
    }
    return lambda sites: [s | {"halls": [base | hall]} for s in sites]


BROKEN: dict[str, dict[str, Any]] = {
    "rack.accelerators": {"generation": {"accelerators_per_rack": 64, "scale_up": {"domain": 64}}},
    "rack.accelerator-power": {"parts": [{"id": "gpu", "power": "1300 W"}]},
    "rack.scale-up": {"generation": {"scale_up": {"domain": 64}}},
    "rack.height": {"parts": [{"id": "nvl72", "height": "34 U"}]},
    "rack.floor-load": {"generation": {"floor_limit": "1800 kg/m2"}},
    "rack.mass-known": {"parts": [{"id": "shelf", "mass": None}]},
    "rack.cost-known": {"factories": []},
    "rack.dates": {"generation": {"effectivity": {"ramp": "2026-10-26"}}},
    "rack.effective": {
        "parts": [{"id": "board", "components": [{"part": "gpu", "quantity": 2, "effective_from": "2027-01-01"}]}]
    },
    "power.shelf-capacity": {"generation": {"power": {"redundant_shelves": 5}}},
    "power.shelf-peak": {"parts": [{"id": "gpu", "peak_power": "3000 W"}]},
    "power.shelf-spare": {"generation": {"power": {"redundant_shelves": 0}}},
    "power.shelf-rating": {"generation": {"power": {"shelf_rating": "40 kW"}}},
    "power.shelf-stage": {"generation": {"power": {"chain": ["mv-transformer", "vrm-54v"]}}},
    "power.busbar": {"generation": {"power": {"busbar_limit": "2600 A"}}},
    "power.busbar-peak": {"generation": {"power": {"busbar_limit": "3000 A"}}},
    "power.bus-class": {"generation": {"power": {"bus_voltage": "12 V"}}},
    "power.order": {"parts": [{"id": "gpu", "mean_power": "2000 W"}]},
    "power.chain-load": {"generation": {"power": {"shelves": 80, "redundant_shelves": 40}}},
    "cooling.cdu-flow": {"generation": {"cooling": {"cdu_flow": "1300 L/min"}}},
    "cooling.cdu-heat": {"generation": {"cooling": {"cdu_heat": "900 kW"}}},
    "cooling.warm-water": {"generation": {"cooling": {"inlet_limit": "30 degC"}}},
    "cooling.return": {"generation": {"cooling": {"temperature_rise": "30 K"}}},
    "cooling.air": {"generation": {"cooling": {"liquid_fraction": "60 %"}}},
    "workload.memory": {"workloads": [{"id": "training", "accelerators": 8}]},
    "workload.batch": {"workloads": [{"id": "serving", "batch": 30000}]},
    "workload.shares": {"workloads": [{"id": "serving", "share": "61 %"}]},
    "factory.made": {"factories": []},
}


def test_every_rule_has_an_id_a_source_and_a_way_out():
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.title
        assert rule.source
        assert rule.way_out


def test_the_small_programme_breaks_no_rule_but_the_peak_of_its_busbar(checks_of):
    assert {check.id for check in checks_of() if not check.ok} == {"power.busbar-peak"}


@pytest.mark.parametrize("id_", sorted(BROKEN))
def test_a_broken_rule_is_seen_with_its_way_out(checks_of, id_):
    broken = [check for check in checks_of(**BROKEN[id_]) if check.id == id_ and not check.ok]
    assert broken
    for check in broken:
        assert check.margin < 0
        assert check.way_out


def test_halls_and_factories_that_cannot_take_the_rack_are_seen(checks_of, make_programme):
    sites = [s.model_dump(mode="json") for s in make_programme().sites]
    for id_, hall in (
        ("site.hall-power", {"rack_power": "120 kW"}),
        ("site.hall-flow", {"rack_flow": "150 L/min"}),
        ("site.hall-floor", {"floor_load": "1500 kg/m2"}),
        ("site.hall-bus", {"bus": ["800 VDC"]}),
    ):
        broken = {check.id: check for check in checks_of(sites=site(**hall)(sites)) if not check.ok}
        assert broken[id_].subject == "sites.campus.halls.a"
        assert broken["site.some-hall"].severity is Severity.ERROR
    crowded = {check.id for check in checks_of(sites=site(positions=5000, power="5000 MW")(sites)) if not check.ok}
    assert "fabric.reach" in crowded


def test_test_cells_too_small_for_one_rack_are_seen(checks_of, make_programme):
    factories = [f.model_dump(mode="json") for f in make_programme().factories]
    cells = {"power": [{"start": "2026-11-02", "power": "100 kW"}], "coolant_flow": "100 L/min"}
    broken = {c.id: c for c in checks_of(factories=[f | {"test_cells": cells} for f in factories]) if not c.ok}
    assert broken["factory.test-power"].path == "factories.plant.test_cells.power"
    assert broken["factory.test-flow"].path == "factories.plant.test_cells.coolant_flow"


def test_every_rule_was_broken_once_in_these_tests():
    places = {"site.hall-power", "site.hall-flow", "site.hall-floor", "site.hall-bus", "site.some-hall"}
    places |= {"factory.test-power", "factory.test-flow", "fabric.reach"}
    assert {rule.id for rule in RULES} == set(BROKEN) | places


def test_the_way_out_says_how_many_shelves(checks_of):
    checks = checks_of(generation={"power": {"redundant_shelves": 6}})
    check = next(check for check in checks if check.id == "power.shelf-capacity")
    assert "add 2 shelves" in check.way_out


def test_values_and_limits_carry_their_unit_and_evidence(checks_of):
    limit = {"value": "2600 A", "source": "maker's data sheet", "date": "2026", "kind": "datasheet"}
    check = next(c for c in checks_of(generation={"power": {"busbar_limit": limit}}) if c.id == "power.busbar")
    assert (check.unit, float(check.limit)) == ("A", 2600.0)
    assert [evidence.kind for evidence in check.evidence] == [EvidenceKind.DATASHEET]
    assert str(check) == ("error: Busbar current at design power within its limit: 2616.12 A, at most 2600 A (-0.6 %)")


def test_a_rack_without_shelves_is_not_held_against_shelves(checks_of):
    chain = ["mv-switchgear", "rectifier-800v-sidecar", "busway-800v", "dcdc-800v-12v", "vrm-12v"]
    power = {"shelves": 0, "redundant_shelves": 0, "bus": "800 VDC", "bus_voltage": "800 V", "chain": chain}
    checks = checks_of(generation={"power": power})
    assert not [check.id for check in checks if check.id.startswith("power.shelf")]


def test_trays_that_hide_their_accelerators_are_information(checks_of):
    lines = [{"part": "cpu", "quantity": 1}]
    checks = checks_of(parts=[{"id": "board", "components": lines}])
    check = next(check for check in checks if check.id == "rack.accelerators")
    assert not check.ok
    assert check.severity is Severity.INFO
    assert not check.failed


@pytest.mark.parametrize(
    ("value", "sense", "limit", "margin"),
    [
        (Quantity.of(90, "kW"), Sense.AT_MOST, Quantity.of(100, "kW"), 0.1),
        (Quantity.of(90, "kW"), Sense.AT_LEAST, Quantity.of(100, "kW"), -0.1),
        (Quantity.of(40, "degC"), Sense.AT_LEAST, Quantity.of(32, "degC"), 0.25),
        (Quantity.count(3), Sense.EQUAL, Quantity.count(3), 0.0),
        (Quantity.count(3), Sense.EQUAL, Quantity.count(0), -1.0),
        (Quantity.count(0), Sense.EQUAL, Quantity.count(0), 0.0),
        (Quantity.of(-7, "days"), Sense.AT_LEAST, Quantity.of(0, "days"), -1.0),
    ],
)
def test_margins_are_fractions_of_the_limit_in_its_unit(value, sense, limit, margin):
    assert margin_of(value, sense, limit) == pytest.approx(margin)


def test_checks_name_the_day_of_a_gap_in_the_bill(checks_of):
    checks = checks_of(**BROKEN["rack.effective"])
    gaps = [check.detail for check in checks if check.id == "rack.effective" and not check.ok]
    assert gaps == [f"as built on {dt.date(2026, 11, 2)}"]
