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


SUPPLY: dict[str, object] = {"voltage": "415 V", "lines": 8, "breaker": "60 A", "feeds": 2}
ENVELOPE: dict[str, object] = {"width": "0.6 m", "depth": "1.2 m", "height": "2.24 m"}
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
    "power.chain-voltage": {
        "generation": {
            "power": {"chain": ["mv-transformer", "power-shelf-33kw", "bbu-800v", "dcdc-54v-12v", "vrm-12v"]}
        }
    },
    "cooling.cdu-flow": {"generation": {"cooling": {"cdu_flow": "1300 L/min"}}},
    "cooling.cdu-heat": {"generation": {"cooling": {"cdu_heat": "900 kW"}}},
    "cooling.warm-water": {"generation": {"cooling": {"inlet_limit": "30 degC"}}},
    "cooling.return": {"generation": {"cooling": {"temperature_rise": "30 K"}}},
    "cooling.air": {"generation": {"cooling": {"liquid_fraction": "60 %"}}},
    "workload.memory": {"workloads": [{"id": "training", "training": {"accelerators": 8}}]},
    "workload.speed": {"workloads": [{"id": "serving", "serving": {"speed": "5000 tokens/s"}}]},
    "workload.first-token": {"workloads": [{"id": "serving", "serving": {"first_token": "1 ms"}}]},
    "workload.shares": {"workloads": [{"id": "serving", "share": "61 %"}]},
    "factory.made": {"factories": []},
    "power.shelf-lost": {"generation": {"power": {"shelves": 4, "redundant_shelves": 0}}},
    "power.feed-lost": {"generation": {"power": {"supply": SUPPLY, "shelf_rating": "30 kW"}}},
    "power.shelf-efficiency": {"generation": {"power": {"shelves": 40, "redundant_shelves": 20}}},
    "power.hold-up": {"generation": {"power": {"hold_up": "5 ms"}}},
    "power.line-breaker": {"generation": {"power": {"supply": SUPPLY | {"breaker": "25 A"}}}},
    "power.line-lost": {"generation": {"power": {"supply": SUPPLY | {"breaker": "45 A"}}}},
    "power.line-share": {"generation": {"power": {"supply": SUPPLY | {"lines": 7}}}},
    "power.feeds": {"generation": {"power": {"supply": SUPPLY | {"feeds": 1}}}},
    "power.cap-speed": {"generation": {"power": {"power_cap": "900 W"}}},
    "power.swing-storage": {"generation": {"power": {"storage": "1 kJ"}}},
    "power.slot": {"generation": {"power": {"slot_limit": "5 kW"}}},
    "power.busbar-drop": {"generation": {"power": {"busbar": {"section": "20 mm2", "length": "2 m"}}}},
    "power.busbar-window": {"generation": {"power": {"busbar": {"section": "10 mm2", "length": "2 m"}}}},
    "power.touch": {"generation": {"power": {"bus_voltage": "61 V"}}},
    "power.low-voltage": {"generation": {"power": {"bus_voltage": "1600 V"}}},
    "power.cap-range": {"generation": {"power": {"power_cap": "1300 W"}}},
    "power.cap-known": {"generation": {"power": {"power_cap": "900 W"}}, "parts": [{"id": "gpu", "power": None}]},
    "cooling.velocity": {"generation": {"cooling": {"bore": "30 mm"}}},
    "cooling.pressure-drop": {"generation": {"cooling": {"cdu_head": "80 kPa"}}},
    "cooling.quick-disconnect": {"generation": {"cooling": {"unit_flow_limit": "8 L/min"}}},
    "cooling.dew-point": {"generation": {"cooling": {"inlet_limit": "16 degC"}}},
    "stand.footprint": {"generation": {"envelope": ENVELOPE | {"width": "0.7 m"}}},
    "stand.frame": {"generation": {"envelope": ENVELOPE | {"height": "2.1 m"}}},
    "stand.foot": {"generation": {"envelope": ENVELOPE | {"feet": 1}}},
    "stand.tilt": {"generation": {"envelope": ENVELOPE | {"width": "0.25 m"}}},
    "stand.truck": {"generation": {"envelope": ENVELOPE | {"packed_height": "2.9 m"}}},
    "stand.lift": {"generation": {"envelope": ENVELOPE | {"packed_mass": "2.6 t"}}},
    "supply.single": {},
    "supply.lead-time": {},
}


def test_every_rule_has_an_id_a_source_and_a_way_out():
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.title
        assert rule.source
        assert rule.way_out


def test_the_small_programme_breaks_no_rule_but_the_peak_of_its_busbar_and_its_single_sources(checks_of):
    broken = {check.id: check.severity for check in checks_of() if not check.ok}
    assert {id_ for id_, severity in broken.items() if severity is not Severity.INFO} == {"power.busbar-peak"}
    assert set(broken) == {"power.busbar-peak", "supply.single", "supply.lead-time"}


def test_a_well_stated_rack_breaks_no_rule_of_its_feed_its_busbar_and_its_stand(checks_of):
    power = {"supply": SUPPLY, "storage": "20 kJ", "slot_limit": "7 kW", "power_cap": "1100 W"}
    power |= {"busbar": {"section": "1500 mm2", "length": "2 m"}, "busbar_limit": "3200 A"}
    cooling = {"bore": "50 mm", "cdu_head": "2 bar", "unit_flow_limit": "15 L/min"}
    checks = checks_of(generation={"power": power, "cooling": cooling, "envelope": ENVELOPE})
    assert {check.id for check in checks if not check.ok} == {"supply.single", "supply.lead-time", "power.cap-speed"}
    assert {rule.id for rule in RULES} - {check.id for check in checks} == {"stand.door", "workload.first-token"}


def test_a_generation_is_held_against_at_least_40_rules():
    assert len(RULES) >= 40


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


@pytest.mark.parametrize(("door", "value"), [("door_height", "2.1 m"), ("door_width", "0.5 m")])
def test_a_rack_too_large_for_a_door_is_seen(checks_of, make_programme, door, value):
    sites = [s.model_dump(mode="json") for s in make_programme().sites]
    wide = {"door_height": "2.5 m", "door_width": "1 m"}
    change = {"generation": {"envelope": ENVELOPE}}
    fits = [c for c in checks_of(sites=site(**wide)(sites), **change) if c.id == "stand.door"]
    assert [check.ok for check in fits] == [True, True]
    broken = [c for c in checks_of(sites=site(**wide | {door: value})(sites), **change) if not c.ok]
    check = next(check for check in broken if check.id == "stand.door")
    assert check.path == f"sites.campus.halls.a.{door}"


def test_a_hall_may_state_the_load_of_a_foot(checks_of, make_programme):
    sites = [s.model_dump(mode="json") for s in make_programme().sites]
    checks = checks_of(sites=site(point_load="250 kg")(sites), generation={"envelope": ENVELOPE})
    check = next(check for check in checks if check.id == "stand.foot")
    assert (check.ok, check.path, float(check.limit)) == (False, "sites.campus.halls.a.point_load", 250.0)


def test_test_cells_too_small_for_one_rack_are_seen(checks_of, make_programme):
    factories = [f.model_dump(mode="json") for f in make_programme().factories]
    cells = {"power": [{"start": "2026-11-02", "power": "100 kW"}], "coolant_flow": "100 L/min"}
    broken = {c.id: c for c in checks_of(factories=[f | {"test_cells": cells} for f in factories]) if not c.ok}
    assert broken["factory.test-power"].path == "factories.plant.test_cells.power"
    assert broken["factory.test-flow"].path == "factories.plant.test_cells.coolant_flow"


def test_every_rule_was_broken_once_in_these_tests():
    places = {"site.hall-power", "site.hall-flow", "site.hall-floor", "site.hall-bus", "site.some-hall"}
    places |= {"stand.door", "factory.test-power", "factory.test-flow", "fabric.reach"}
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
