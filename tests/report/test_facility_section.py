"""The section on the facilities says what the facility engine found, and its figures hold the same numbers."""

from __future__ import annotations

import pytest

from gigaloop.design.records import END_USES
from gigaloop.report.content.site_facility import END_USE_NAMES


@pytest.fixture(scope="module")
def figures(bundled_report):
    return {figure.id: figure for figure in bundled_report.figures()}


def test_every_end_use_has_a_name():
    assert tuple(END_USE_NAMES) == END_USES


def test_sites_without_weather_are_left_out_and_every_other_site_with_racks_is_there(bundled):
    programme, plan = bundled.programme, bundled.plan
    placed = {site.id for s, site in enumerate(programme.sites) if plan.online_racks[s, :, -1].any()}
    weathered = {site.id for site in programme.sites if site.climate_station or site.facility.weather_file}
    assert set(bundled.facilities) == placed & weathered
    assert bundled.facilities


def test_the_bars_of_a_site_add_up_to_its_pue(bundled, figures):
    sums = figures["end-uses"].sums
    for facility, total in zip(bundled.facilities.values(), sums, strict=True):
        assert total == pytest.approx(100 * (facility.year.pue.value - 1.0), rel=1e-6)


def test_the_duration_curve_falls_from_the_worst_hour_to_the_best(bundled, figures):
    curves = {series.name: series.floats for series in figures["pue-duration"].series}
    for values in curves.values():
        assert values == sorted(values, reverse=True)
    highest = max(float(facility.profile.pue.max()) for facility in bundled.facilities.values())
    assert max(values[0] for values in curves.values()) == pytest.approx(highest, abs=1e-9)


def test_the_power_into_the_site_is_what_leaves_it(figures):
    assert all(abs(rest) < 1e-9 for rest in figures["facility-sankey"].imbalance().values())


def test_the_one_line_diagram_leads_from_the_grid_to_every_rack(bundled, figures):
    diagram = figures["one-line"]
    largest = max(bundled.facilities.values(), key=lambda each: each.it_power)
    assert diagram.items[0].symbol == "grid"
    last = diagram.items[-1]
    assert last.symbol == "rack"
    assert f"{largest.racks:,.0f}" in last.name
    fed = {wire.target for wire in diagram.wires}
    assert fed == {item.id for item in diagram.items[1:]}


def test_the_loop_runs_from_the_racks_to_the_heat_rejection_with_its_temperatures(bundled, figures):
    diagram = figures["coolant-loop"]
    largest = max(bundled.facilities.values(), key=lambda each: each.it_power)
    tcs = next(loop for loop in largest.loops if loop.name == "TCS")
    labels = [wire.label for wire in diagram.wires]
    assert any(label.startswith(f"{tcs.supply - 273.15:.1f} °C") for label in labels)
    assert f"{tcs.returns - 273.15:.1f} °C" in labels
