"""What a report says of a run: one section for each question, each number with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigaloop.report.content.basis import Basis
from gigaloop.report.content.constraints import binds_section, make_section, map_section, supply_section
from gigaloop.report.content.engineering import design_section
from gigaloop.report.content.facility import facility_section
from gigaloop.report.content.network import network_section
from gigaloop.report.content.overview import kpis, online_section
from gigaloop.report.content.performance import performance_section
from gigaloop.report.content.schedule import schedule_section
from gigaloop.report.content.worth import evidence_section, firm_section, value_section
from gigaloop.report.document import Report
from gigaloop.study.headline import headline
from gigaloop.version import VERSION

if TYPE_CHECKING:
    from gigaloop.study.chain import Result


def build_report(result: Result) -> Report:
    """Make the report of a run."""
    programme = result.programme
    basis, answers = Basis(result), headline(result)
    horizon = programme.horizon
    meta = {
        "Programme": programme.id,
        "Horizon": f"{horizon.start.isoformat()} to {horizon.end.isoformat()}",
        "Facts known to": programme.as_of.isoformat(),
        "Prices of": str(programme.price_year),
        "Catalogue": str(result.catalogue.as_of),
        "Engine": f"gigaloop {VERSION}",
        "Key": result.key[:16],
    }
    if result.scenario:
        scenario = next(each for each in programme.scenarios if each.id == result.scenario)
        meta = {"Scenario": scenario.name, **meta}
    return Report(
        programme.name,
        programme.description,
        meta,
        tuple(kpis(basis, answers)),
        sections=(
            online_section(basis, answers),
            binds_section(basis, answers),
            map_section(basis),
            make_section(basis, answers),
            schedule_section(basis),
            supply_section(basis),
            value_section(basis, answers),
            firm_section(basis, answers),
            design_section(basis),
            performance_section(basis),
            network_section(basis),
            facility_section(basis),
            evidence_section(basis),
        ),
    )
