"""The facts that the package holds: all load, all have evidence, and the spot values of their sources are met."""

import datetime as dt
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gigaloop.catalogue
from gigaloop.catalogue import KINDS, load_catalogue
from gigaloop.catalogue.entry import Record
from gigaloop.catalogue.files import read_file
from gigaloop.catalogue.layout import layout
from gigaloop.core.evidence import EvidenceKind, is_evidence_date
from gigaloop.core.quantity import Quantity, parse
from gigaloop.core.units import DIMENSIONS

DATA = Path(gigaloop.catalogue.__file__).parent / "data"
ROOT = Path(__file__).parents[2]

ENTRIES = list(load_catalogue())


def numbers(record: Record, path: str) -> Iterator[tuple[str, Any]]:
    """Give every number of a record with its path, whatever its type."""
    for name in type(record).model_fields:
        yield from _numbers(getattr(record, name), f"{path}.{name}")


def _numbers(value: object, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield path, value
    elif isinstance(value, Record):
        yield from numbers(value, path)
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from _numbers(item, f"{path}.{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _numbers(item, f"{path}.{key}")


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_entries_that_load(catalogue, kind):
    entries = catalogue.of_kind(kind)
    assert entries
    assert tuple(entry.id for entry in entries) == catalogue.ids(kind)
    assert all(entry.kind == kind for entry in entries)


def test_ids_are_unique_over_all_kinds(catalogue):
    ids = [id_ for kind in KINDS for id_ in catalogue.ids(kind)]
    assert len(ids) == len(set(ids)) == len(catalogue)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_number_of_an_entry_has_evidence(entry):
    for path, value in numbers(entry, entry.id):
        assert isinstance(value, Quantity), f"{path} is a bare number"
        evidence = value.evidence
        assert evidence is not None, path
        assert evidence.source, path
        assert is_evidence_date(evidence.date), path
        assert evidence.date != "0000", path
        assert isinstance(evidence.kind, EvidenceKind), path
    assert entry.evidence


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_range_holds_its_value(entry):
    for path, value in numbers(entry, entry.id):
        low, high = (parse(side, value.unit.dimension) if side else None for side in _sides(value))
        assert low is None or low <= value, path
        assert high is None or value <= high, path
        if value.evidence.kind is EvidenceKind.ASSUMPTION and value.unit.dimension not in ("number", "count"):
            where = f"{path}: an assumption shows its range"
            assert low is not None or high is not None or _is_load(path), where


def _sides(value: Quantity) -> tuple[str, str]:
    assert value.evidence is not None
    return value.evidence.low, value.evidence.high


def _is_load(path: str) -> bool:
    return path.endswith((".load", "voltage"))


def test_money_carries_a_price_year(catalogue):
    money = [
        value
        for entry in catalogue
        for _, value in numbers(entry, entry.id)
        if value.unit.symbol != "1" and DIMENSIONS[value.unit.dimension].money
    ]
    assert len(money) > 100
    assert all(2000 <= value.year <= 2030 for value in money)


def test_no_evidence_is_younger_than_the_catalogue(catalogue):
    for entry in catalogue:
        for evidence in (*entry.evidence, *(value.evidence for _, value in numbers(entry, entry.id))):
            assert evidence.date[:7] <= catalogue.as_of, entry.id


def test_references_between_entries_resolve(catalogue):
    seen = 0
    for entry in catalogue:
        for name, field in layout(KINDS[entry.kind]).items():
            target = getattr(entry, name)
            if field.refers and target is not None:
                assert target in catalogue.ids(field.refers), f"{entry.id}.{name}"
                seen += 1
    assert seen > 20


@pytest.mark.parametrize("kind", KINDS)
def test_every_source_of_a_file_is_used(kind):
    path = DATA / f"{kind}.yaml"
    file = read_file(path, path.name, place_facts=False)
    assert not file.problems
    text = path.read_text(encoding="utf-8")
    _, _, entries = text.partition("\nentries:")
    for key in file.sources:
        assert re.search(rf"source: {re.escape(key)}\b|source: \[[^]]*\b{re.escape(key)}\b", entries), key


@pytest.mark.parametrize("kind", KINDS)
def test_the_index_of_a_file_is_what_its_parse_gives(catalogue, kind):
    file = read_file(DATA / f"{kind}.yaml", kind, place_facts=False)
    assert tuple(draft.id for draft in file.drafts) == catalogue.ids(kind)


def test_the_data_folder_holds_the_kinds_and_nothing_else():
    assert {path.stem for path in DATA.glob("*")} == {*KINDS, "about"}


def test_attributions_are_in_the_notice(catalogue):
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert catalogue.attributions()
    for attribution in catalogue.attributions():
        link = re.search(r"https://\S+?(?=,|\s|$)", attribution)
        assert link is not None, attribution
        assert link[0] in notice, attribution


def test_efficiencies_rise_in_load_and_stay_below_one(catalogue):
    for converter in catalogue.of_kind("converter"):
        loads = [float(point.load) for point in converter.efficiency]
        assert all(a < b for a, b in pairwise(loads))
        assert all(0.5 < float(point.efficiency) < 1 for point in converter.efficiency)


def test_efficiency_is_interpolated_and_held_above_the_curve(catalogue):
    ups = catalogue.converter("ups-double-conversion")
    np.testing.assert_allclose(ups.efficiency_at([0.25, 0.375, 0.5, 2.0]), [0.97, 0.9715, 0.973, 0.964])


def test_below_its_curve_a_converter_goes_on_losing_what_it_loses_at_the_lowest_load(catalogue):
    ups = catalogue.converter("ups-double-conversion")
    idle = 0.25 * (1 / 0.97 - 1)
    np.testing.assert_allclose(ups.efficiency_at([0.0, 0.1]), [0.0, 0.1 / (0.1 + idle)])
    np.testing.assert_allclose(ups.loss_at([0.0, 0.1, 0.25]), idle)


def test_a_single_efficiency_holds_at_every_load(catalogue):
    switchgear = catalogue.converter("mv-switchgear")
    np.testing.assert_allclose(switchgear.efficiency_at([0.0, 0.5, 1.0]), 0.9995)
    np.testing.assert_allclose(switchgear.loss_at([0.0, 0.5]), [0.0, 0.5 * (1 / 0.9995 - 1)])


def test_the_range_of_an_efficiency_bounds_its_losses(catalogue):
    loads = np.linspace(0.0, 1.0, 51)
    for converter in catalogue.of_kind("converter"):
        least, loss, most = (converter.loss_at(loads, end) for end in ("high", "value", "low"))
        assert np.all(least <= loss)
        assert np.all(loss <= most)


def test_power_chains_of_both_buses_can_be_put_together(catalogue):
    chains = (
        ("mv-transformer", "ups-double-conversion", "busway-415v", "power-shelf-33kw", "vrm-54v"),
        ("mv-transformer", "rectifier-800v-sidecar", "busway-800v", "dcdc-800v-54v", "vrm-54v"),
        ("sst-34kv-800v", "busway-800v", "dcdc-800v-12v", "vrm-12v"),
    )
    ends = [float(np.prod([catalogue.converter(id_).efficiency_at(0.6) for id_ in chain])) for chain in chains]
    assert all(0.75 < end < 0.92 for end in ends)
    assert ends[1] > ends[0]


def test_capacity_price_is_that_of_the_delivery_year(catalogue):
    ohio = catalogue.electricity("elec-oh")
    assert str(ohio.capacity_price_on(dt.date(2026, 5, 31))) == "269.92 USD/MW/day (2025)"
    assert str(ohio.capacity_price_on(dt.date(2026, 6, 1))) == "329.17 USD/MW/day (2026)"
    assert ohio.capacity_price_on(dt.date(2025, 5, 31)) is None
    assert ohio.capacity_price == ohio.capacity_prices[-1].price
    assert catalogue.electricity("elec-tx").capacity_price is None


SPOT = (
    # path, value, where it is published
    ("gb300.tdp", "1400 W", "MLPerf"),
    ("gb200.tdp", "1200 W", "MLPerf"),
    ("h100.tdp", "700 W", "dgxc"),
    ("h100.bf16_dense", "989 TFLOP/s", "dgxc"),
    ("h100.hbm_bandwidth", "3.35 TB/s", "aiconfigurator"),
    ("gb200-nvl72.power", "120 kW", "nybreaking"),
    ("gb200-nvl72.power_shelves", "8", "docs.nvidia.com"),
    ("gb200-nvl72.shelf_rating", "33 kW", "docs.nvidia.com"),
    ("gb200-nvl72.mass", "1360 kg", "nybreaking"),
    ("rubin-ultra-kyber.power", "600 kW", "tomshardware"),
    ("osfp-800g-dr8.power", "17 W", "docs.nvidia.com"),
    ("lt-large-power-transformer.lead_time", "128 weeks", "Wood Mackenzie"),
    ("lt-mv-switchgear.lead_time", "65 weeks", "build.inc"),
    ("rack-vr200-nvl72.cost", "7803148 USD (2026)", "Morgan Stanley"),
    ("cooling-rack-gb300.cost", "49860 USD (2025)", "Morgan Stanley"),
    ("foxconn-mount-pleasant.headcount", "1242 jobs", "WEDC"),
    ("foxconn-world.rack_rate", "1000 racks/week", "channelnewsasia"),
    ("elec-tx.industrial_prices.2023.price", "66 USD/MWh (2023)", "EIA"),
    ("elec-oh.carbon_intensity", "911.424 lb/MWh", "eGRID2023"),
    ("stargate-abilene.timeline.2026-07-01.power", "1180 MW", "Epoch AI"),
    ("openai-amd.firm_power", "1 GW", "8-K"),
    ("openai-foxconn.firm_power", "0 MW", "OpenAI and Foxconn"),
    ("oh-aep-tariff.minimum_bill", "85 %", "ecoenergynews"),
    ("mv-transformer.efficiency.2.efficiency", "99.53 %", "10 CFR 431.196"),
)


@pytest.mark.parametrize(("path", "value", "source"), SPOT, ids=[row[0] for row in SPOT])
def test_spot_values_are_those_of_their_sources(catalogue, path, value, source):
    fact = catalogue.fact(path)
    assert str(fact) == value
    assert source in fact.evidence.source


def test_parts_add_up_where_a_total_is_published(catalogue):
    tray, switch = catalogue.part("cooling-compute-tray"), catalogue.part("cooling-switch-tray")
    total = float(tray.per_rack) * float(tray.cost) + float(switch.per_rack) * float(switch.cost)
    assert total == float(catalogue.part("cooling-rack-gb300").cost)


def test_value_shares_of_a_rack_add_up_to_one(catalogue):
    shares = [float(part.cost_share) for part in catalogue.of_kind("part") if part.cost_share is not None]
    assert sum(shares) == pytest.approx(1.0)
