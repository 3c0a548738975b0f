"""Rules of a facility: each can hold and can fail, says where to look, and what would help."""

from __future__ import annotations

from typing import Any

import pytest

from gigaloop.design.facility.facility import design_facility
from gigaloop.design.records import Severity
from gigaloop.design.rules import every_rule
from gigaloop.design.rules.facility import RULES

SMALL_BLOCK = {"power": {"block": "100 kW"}}
FAILS: dict[str, dict[str, Any]] = {
    "facility.hot-day": {"facility": {"cooling": {"trim": False, "supply": "30 degC"}}, "inlet": "33 degC"},
    "facility.short-hours": {"facility": {"cooling": {"trim": False, "supply": "30 degC"}}},
    "facility.approach": {"facility": {"cooling": {"supply": "43.5 degC"}}},
    "facility.water-limit": {"facility": {"cooling": {"rejection": "wet", "water_limit": "1 L/s"}}},
    "facility.frost": {"facility": {"cooling": {"coolant": "water"}}},
    "facility.freezing": {"facility": {"cooling": {"rejection": "wet"}}},
    "facility.cdu-flow": {"facility": {"cooling": {"redundancy": "N"}, "power": {"block": "1 MW"}}},
    "facility.cdu-spare": {"facility": {"cooling": {"redundancy": "N"}}},
    "facility.generators": {"facility": {"power": {"generators": False}}},
    "facility.pue": {"pue": 1.05},
    "facility.equipment-power": {"equipment": [{"part": "cdu", "per_power": "5 MW"}]},
    "facility.order-date": {"equipment": [{"part": "generator", "per_power": "3 MW"}]},
    "facility.availability": {"facility": {"power": {"generators": False, "redundancy": "N"}}},
    "facility.rack-block": {"facility": SMALL_BLOCK},
    "facility.stranded": {"facility": {"power": {"block": "240 kW"}}},
    "facility.ramp": {"facility": {"grid": {"ramp": "0.01 MW/s"}}},
    "facility.range": {"facility": {"grid": {"range": "0.1 %"}}},
    "facility.storage": {"facility": {"grid": {"ramp": "0.01 MW/s"}, "storage": {"power": "1 kW", "energy": "1 kWh"}}},
    "facility.ride-through": {"facility": {"grid": {"ride_through_voltage": "0 %", "ride_through": "1 s"}}},
}


@pytest.fixture(scope="session")
def checks_of(campus, catalogue):
    kept = {}

    def make(**site):
        key = repr(site)
        if key not in kept:
            inlet = site.pop("inlet", None)
            generation = {"cooling": {"inlet_limit": inlet}} if inlet else None
            programme = campus(generation=generation, **site)
            found = design_facility(programme, programme.generations[0], programme.sites[0], catalogue, samples=0)
            kept[key] = found.checks
        return kept[key]

    return make


@pytest.mark.parametrize("rule", FAILS)
def test_rule_fails_where_it_should(checks_of, rule):
    checks = [check for check in checks_of(**FAILS[rule]) if check.id == rule]
    broken = [check for check in checks if not check.ok]
    assert broken, [str(check) for check in checks]
    for check in broken:
        assert check.margin < 0.0
        assert check.way_out
        assert check.path.startswith("sites.campus")


@pytest.mark.parametrize(
    "rule",
    [
        "facility.inlet",
        "facility.approach",
        "facility.hot-day",
        "facility.short-hours",
        "facility.cdu-flow",
        "facility.cdu-spare",
        "facility.unit-transformer",
        "facility.main-transformer",
        "facility.generators",
        "facility.energised",
        "facility.fault-level",
        "facility.breakers",
        "facility.voltage-drop",
        "facility.rack-block",
        "facility.stranded",
    ],
)
def test_rule_holds_for_a_sound_campus(checks_of, rule):
    checks = [check for check in checks_of(pue=1.3) if check.id == rule]
    assert checks
    assert all(check.ok for check in checks), [str(check) for check in checks if not check.ok]


def test_training_asks_for_less_availability_than_serving(checks_of):
    found = {check.detail: check for check in checks_of(pue=1.3) if check.id == "facility.availability"}
    assert float(found["training"].limit) < float(found["inference"].limit)
    assert found["training"].ok


def test_what_the_site_does_not_list_is_no_warning(checks_of):
    orders = [check for check in checks_of(pue=1.3) if check.id == "facility.order-date"]
    assert orders
    assert all(check.severity is Severity.INFO for check in orders)


def test_unlisted_limits_are_not_held(checks_of):
    ids = {check.id for check in checks_of(pue=1.3)}
    assert not ids & {"facility.water-limit", "facility.ramp", "facility.range", "facility.band", "facility.storage"}


def test_rules_are_named_sourced_and_listed():
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids)) >= 14
    assert set(ids) <= {rule.id for rule in every_rule()}
    for rule in RULES:
        assert rule.id.startswith("facility.")
        assert rule.title
        assert rule.source
        assert rule.way_out
