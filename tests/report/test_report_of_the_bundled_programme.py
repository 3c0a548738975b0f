"""The bundled programme, end to end: what the plan must show, and its report in a browser."""

import re
from typing import Any

import numpy as np
import pytest

import gigaloop
from gigaloop.plan import check_plan
from gigaloop.report.tables import Table
from gigaloop.study.headline import headline
from gigaloop.study.reconcile import reconcile


@pytest.fixture(scope="module")
def result(bundled):
    return bundled


@pytest.fixture(scope="module")
def page_file(result, tmp_path_factory):
    return gigaloop.write_report(result, tmp_path_factory.mktemp("report") / "report.html")


def test_the_programme_is_of_the_size_and_kind_that_it_says(result):
    programme = result.programme
    assert len(programme.generations) >= 3
    assert {generation.power.bus for generation in programme.generations} == {"54 VDC", "800 VDC"}
    assert {factory.state for factory in programme.factories} >= {"WI", "OH", "TX", "VA", "IN"}
    asked = result.plan.asked_power[:, -1].sum()
    assert asked + sum(result.plan.built_power().values()) >= 10e9
    assert any(contract.kind == "option" for contract in programme.contracts)


# Published ranges of rack power: GB200 120-132 kW, GB300 132-142 kW, Vera Rubin NVL72 190-230 kW, Kyber about 600 kW;
# the sources stand with the entries of kind `rack` in the catalogue.
@pytest.mark.parametrize(
    ("generation", "low", "high"),
    [("gb200-nvl72", 120, 132), ("gb300-nvl72", 132, 142), ("vr200-nvl72", 190, 230), ("rubin-ultra-kyber", 570, 660)],
)
def test_rack_power_from_the_bill_of_materials_lands_in_the_published_range(result, generation, low, high):
    assert low <= result.designs[generation].power.design / 1e3 <= high


def test_an_independent_check_of_the_plan_finds_nothing(result):
    assert check_plan(result.programme, result.designs, result.plan, result.catalogue) == ()


def test_every_lateness_has_a_reason_and_what_binds_was_planned_again(result):
    assert all(late.reasons and late.sentence for late in result.plan.late)
    assert len(headline(result).binding) == 3
    assert all(binding.worth is not None and binding.worth > 0 for binding in headline(result).binding)


def test_what_is_online_never_exceeds_what_is_energised(result):
    plan = result.plan
    online = plan.online_power.sum(axis=1) + plan.online_at_start[:, None]
    assert np.all(online <= np.maximum(plan.energised, plan.online_at_start[:, None]) * (1 + 1e-6) + 1.0)


def test_totals_of_the_report_reconcile_with_the_tables_of_the_run(result, bundled_report):
    figures: dict[str, Any] = {figure.id: figure for figure in bundled_report.figures()}
    last = [series.floats[-1] for series in figures["online-by-generation"].series]
    sql = result.sql("select sum(usd) / 1e9 from value where \"group\" = 'capital'").fetchall()[0][0]
    capital = sum(sum(value or 0.0 for value in series.floats) for series in figures["capital"].series)
    assert capital == pytest.approx(sql)
    assert sum(value or 0.0 for value in last) == pytest.approx(headline(result).years[-1].online / 1e6)


def test_burn_in_of_all_factories_is_said_at_the_week_in_which_its_sum_is_highest(result, bundled_report):
    figures: dict[str, Any] = {figure.id: figure for figure in bundled_report.figures()}
    used = next(loads.used for loads in result.plan.loads if loads.kind == "test power")
    (said,) = re.findall(r"([\d,]+) MW", figures["test-power"].title)
    assert float(said.replace(",", "")) == pytest.approx(used.sum(axis=0).max() / 1e6, abs=0.5)


def test_checks_stand_with_what_does_not_hold_first_and_then_by_margin(result, bundled_report):
    tables: dict[str, Any] = {block.id: block for block in bundled_report.blocks() if isinstance(block, Table)}
    for design in result.designs.values():
        table = tables[f"checks-{design.generation}"]
        holds = [cell.text == "holds" for cell in table.column("state")]
        assert holds == sorted(holds)
        margins = [cell.value for cell, held in zip(table.column("margin"), holds, strict=True) if held]
        assert margins == sorted(margins)
        assert min(margins) == pytest.approx(100 * min(check.margin for check in design.checks if check.ok))


def test_every_total_equals_its_parts(result):
    rows = reconcile(result)
    assert len(rows) >= 3 * len(result.designs) + 6
    assert [row for row in rows if not row.holds] == []


@pytest.mark.browser
def test_the_report_is_drawn_complains_of_nothing_and_asks_nothing(bundled_report, page_file, visit):
    seen = visit(page_file)
    for figure in bundled_report.figures():
        assert seen.page.locator(f"#{figure.id} :is(.chart, .drawing) svg path").count() > 0, figure.id
    assert seen.complaints == []
    assert seen.requests == [page_file.as_uri()]


@pytest.mark.browser
def test_on_a4_paper_no_table_is_cut_off(page_file, visit):
    page = visit(page_file, width=688, height=1000).page
    page.emulate_media(media="print")
    page.wait_for_function("document.querySelectorAll('details:not([open])').length === 0")
    cut = """() => [...document.querySelectorAll(".scroll")]
      .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.querySelector("table").id)"""
    assert page.evaluate(cut) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 688


@pytest.mark.browser
def test_axe_finds_nothing_in_the_report(page_file, visit):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(visit(page_file).page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.browser
def test_a_headline_number_shows_its_evidence(page_file, visit):
    page = visit(page_file).page
    page.locator(".kpi button").first.click()
    card = page.locator(".pop:popover-open").inner_text()
    assert "computed" in card
    assert re.search(r"\d{4}-\d{2}-\d{2}", card)
