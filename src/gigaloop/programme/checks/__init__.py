"""What must hold of a programme as a whole, beyond the form of its records."""

from __future__ import annotations

from gigaloop.core.errors import Problem
from gigaloop.programme.checks.choices import check_choices
from gigaloop.programme.checks.facility import check_facilities
from gigaloop.programme.checks.factories import check_factories
from gigaloop.programme.checks.findings import Findings
from gigaloop.programme.checks.floor import check_floors
from gigaloop.programme.checks.flows import check_flows
from gigaloop.programme.checks.network import check_networks
from gigaloop.programme.checks.product import check_product
from gigaloop.programme.checks.sites import check_sites
from gigaloop.programme.checks.sourcing import check_sourcing
from gigaloop.programme.checks.times import check_times
from gigaloop.programme.checks.workload import check_workloads
from gigaloop.programme.schema import Programme


def check_programme(programme: Programme) -> list[Problem]:
    """Say everything that is wrong with a programme whose records and references are sound.

    Parameters
    ----------
    programme
        The programme; its places are used for the problems.
    """
    findings = Findings(programme)
    check_times(findings)
    # Without a week there is no calendar to hold the rest against.
    if programme.horizon.end < programme.horizon.start:
        return findings.problems
    check_choices(findings)
    check_product(findings)
    check_networks(findings)
    check_workloads(findings)
    check_sourcing(findings)
    check_sites(findings)
    check_facilities(findings)
    check_floors(findings)
    check_factories(findings)
    # Flows follow the bills of materials down; that needs them to end.
    if not findings.problems:
        check_flows(findings)
    return findings.problems
