"""What a search rests on that the programme does not state, each with its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gigaloop.design.codesign.marginals import hbm_cost
from gigaloop.design.codesign.variants import Variants
from gigaloop.design.records.codesign import Assumption

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema import Programme, Site


def assumptions_of(
    programme: Programme, catalogue: Catalogue, site: Site, found: Sequence[Variants]
) -> tuple[Assumption, ...]:
    """Give the assumptions behind the choices that have more values than one."""
    free = {axis.name for each in found for axis in each.axes if len(axis.values) > 1}
    return tuple(dict.fromkeys(_assumptions(programme, catalogue, site, found, free)))


def _assumptions(
    programme: Programme, catalogue: Catalogue, site: Site, found: Sequence[Variants], free: set[str]
) -> Iterator[Assumption]:
    if "hbm" in free:
        for each in found:
            stated = each.case.marginals.get("hbm")
            if stated is None or stated.cost is None:
                yield hbm_cost(programme, catalogue, each.case.own["hbm_bandwidth"])[1]
        yield Assumption("more memory at the same bandwidth draws no more power", "none public")
        yield Assumption("memory interrupts training in proportion to its size", "gigaloop.design.goodput")
    if "hbm_bandwidth" in free:
        yield Assumption(
            "memory bandwidth draws 3.9 pJ/bit, as HBM3E; HBM4 may take half, the interface included twice",
            "https://en.chinaflashmarket.com/price/ews/100178; https://eureka.patsnap.com/report-hbm4-energy-metrics-bandwidth-per-watt-and-pj-bit-benchmarks",
        )
    if "domain" in free:
        yield Assumption(
            "a larger domain than it has takes two tiers of switches, three times as many; a smaller one as many",
            "folded Clos at full bandwidth, doi:10.1145/1402958.1402967",
        )
    if "scale_up" in free:
        yield Assumption(
            "scale-up switches and cables in proportion to the bandwidth; NVLink 6 has twice for 1.6 of the power",
            "parts of the programme",
        )
    if "scale_out" in free:
        yield Assumption("adapters and optics of the nodes in proportion to the bandwidth", "parts of the programme")
    if free & {"oversubscription", "scale_out"}:
        yield Assumption(
            "all traffic between scale-up domains meets the oversubscription of leafs and spines", "the worst placement"
        )
    if site.facility.power.redundancy == "distributed":
        yield Assumption("distributed redundancy of the site counts as N+1", "gigaloop.design.trade")
    if free & {"coolant", "redundancy"}:
        yield Assumption(
            f"PUE and equipment of {site.id} for the racks as they are stated; chips leak no less in colder coolant",
            "gigaloop.design.trade; no public curve",
        )
    yield Assumption(
        "facilities are paid back over 14 years, racks and network over the policy's rack life",
        "https://epoch.ai/data-insights/ai-datacenter-cost-breakdown, 2026-05",
    )
    yield Assumption(
        "dates hold for parts as they are: how long a new package or switch takes is not in any supplier's lead time",
        "state it with --marginal, e.g. hbm='26 weeks'",
    )
