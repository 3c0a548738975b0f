"""Differences: none where there is none, the same in reverse, and in the units that people wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.programme.diff import Change, diff_programmes
from gigaloop.programme.loader import load_programme
from gigaloop.programme.scenario import apply_patches
from gigaloop.programme.schema import Patch

patches = st.lists(
    st.sampled_from(
        [
            Patch(path="sites.*.pue", scale=1.05),
            Patch(path="sites.milam.name", set="Another name"),
            Patch(path="claims.*", remove=True),
            Patch(path="contracts.second-phase-option.expiry", remove=True),
            Patch(path="contracts.second-phase-option.note", set="A note"),
            Patch(path="parts.*.mass", scale=1.25),
            Patch(path="parts.spare", set={"id": "spare", "name": "Spare", "family": "structure"}),
            Patch(path="demands.*.by", shift="-2 weeks"),
            Patch(path="suppliers.*.supplies.*.lead_time", scale=0.5),
            Patch(path="workloads.training.training.batch", set=4096),
            Patch(path="price_year", set=2027),
        ]
    ),
    max_size=6,
    unique_by=lambda patch: patch.path,
)


def test_a_programme_does_not_differ_from_itself(starter, folder, catalogue):
    assert diff_programmes(starter, starter) == ()
    assert diff_programmes(starter, load_programme(folder, catalogue)) == ()


@given(chosen=patches)
def test_the_reverse_difference_swaps_before_and_after(starter, chosen):
    other = apply_patches(starter, chosen)
    forth = diff_programmes(starter, other)
    back = diff_programmes(other, starter)
    swapped = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(c.path, swapped[c.kind], c.after, c.before) for c in forth} == {
        (c.path, c.kind, c.before, c.after) for c in back
    }
    assert bool(forth) == bool(chosen)


def test_the_order_of_records_does_not_count(folder, starter, catalogue):
    for file in ("sites.yaml", "product.yaml"):
        path = folder / file
        text = path.read_text(encoding="utf-8")
        if file == "sites.yaml":
            first, second = text.index("  - id: milam\n"), text.index("  - id: licking\n")
            end = text.index("# What is asked for")
            text = text[:first] + text[second:end] + text[first:second] + text[end:]
        else:
            line = "      - {part: tray-kit, quantity: 1}\n"
            board = "      - {part: gb300-board, quantity: 2}\n"
            text = text.replace(board + line, line + board)
        path.write_text(text, encoding="utf-8")
    assert diff_programmes(starter, load_programme(folder, catalogue)) == ()


def test_the_same_quantity_in_another_unit_is_no_change(folder, starter, catalogue):
    path = folder / "sites.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("power: 30 MW", "power: 30000 kW"), encoding="utf-8")
    assert diff_programmes(starter, load_programme(folder, catalogue)) == ()


def test_changes_are_told_in_the_units_that_were_written(starter):
    other = apply_patches(
        starter,
        [
            Patch(path="sites.milam.energisation.0.power", set="33000 kW"),
            Patch(path="sites.licking.energisation.*.start", shift="1 week"),
            Patch(path="contracts.second-phase-option.strike", set="8 MUSD (2027)"),
            Patch(path="generations.gb300-nvl72.cooling.inlet_limit", set="40 degC"),
            Patch(path="generations.vr200-nvl72.supersedes", remove=True),
            Patch(path="sites.milam.area", set="100 acres"),
            Patch(path="sites.milam.halls.hall-2", remove=True),
        ],
    )
    assert [str(change) for change in diff_programmes(starter, other)] == [
        "generations.gb300-nvl72.cooling.inlet_limit: 45 degC -> 40 degC",
        "generations.vr200-nvl72.supersedes: removed gb300-nvl72",
        "sites.milam.energisation.2027-01-04.power: 30 MW -> 33000 kW (+10 %)",
        (
            "sites.milam.halls.hall-2: removed id hall-2, ready 2027-07-05, positions 200, power 26 MW, "
            "rack_power 150 kW, rack_flow 220 L/min, floor_load 2500 kg/m2, bus [54 VDC]"
        ),
        "sites.milam.area: added 100 acres",
        "sites.licking.energisation.2027-09-06.start: 2027-09-06 -> 2027-09-13",
        "sites.licking.energisation.2028-05-01.start: 2028-05-01 -> 2028-05-08",
        "contracts.second-phase-option.strike: 7.9 MUSD (2026) -> 8 MUSD (2027)",
    ]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Change("a", "changed", "1", "30", 29.0), "a: 1 -> 30 (30 times)"),
        (Change("a", "changed", "x", "y"), "a: x -> y"),
        (Change("a", "added", after="x"), "a: added x"),
    ],
)
def test_a_change_as_text(change, text):
    assert str(change) == text
    assert change.as_dict()["path"] == "a"
