"""What a fabric does for jobs: the speed of collectives, what failures leave of it, how often it interrupts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.design.collectives import collective_times, network_contention, system_of
from gigaloop.design.fabric.failures import fail
from gigaloop.design.fabric.interruptions import interruptions
from gigaloop.design.records import Fabric, Resilience
from gigaloop.report.content.basis import Basis
from gigaloop.report.document import Block, Columns
from gigaloop.report.figures import LineFigure, Series
from gigaloop.report.numbers import Number, decimals_for
from gigaloop.report.tables import Column, Row, Table, Text

_SIZES = 4.0 ** np.arange(5, 18)
"""Messages from 1 KiB to 16 GiB [B]."""
_PREFIXES = ("B", "KiB", "MiB", "GiB")
_FAILED = (1, 3, 10, 30)
_DRAWS = 60
_JOB = 1024
"""Accelerators of the jobs that failures are counted for."""
_MONTH = 365.25 / 12 * 86400.0


def speed_blocks(basis: Basis, fabric: Fabric) -> Iterator[Block]:
    """Show bus bandwidth of an all-reduce and time of an all-to-all against the size of the message."""
    groups = _groups(fabric)
    yield Columns([_curve(basis, fabric, groups, "all_reduce"), _curve(basis, fabric, groups, "all_to_all")])


def _groups(fabric: Fabric) -> dict[str, int]:
    """Name the groups that are shown: a scale-up domain, a scalable unit, the whole fabric."""
    unit = round(fabric.racks_per_su * fabric.nodes_per_rack * fabric.accelerators_per_node)
    named: dict[str, int] = {}
    for name, size in {
        "scale-up domain": fabric.scale_up.accelerators,
        "one SU": min(unit, fabric.accelerators),
        "whole fabric": fabric.accelerators,
    }.items():
        if size not in named.values():
            named[f"{name}, {size:,}"] = size
    return named


def _curve(basis: Basis, fabric: Fabric, groups: dict[str, int], collective: str) -> LineFigure:
    reduces = collective == "all_reduce"
    system = system_of(fabric)
    slow = [network_contention(fabric, collective, group) for group in groups.values()]
    found = collective_times(system, collective, _SIZES[:, None], np.array(list(groups.values())), contention=slow)
    evidence = [
        basis.computed(
            f"{collective} over {system.links()}; flows share links by {fabric.load_balancing}, which "
            f"makes the whole fabric {slow[-1]:.2f} times slower"
        ),
        *(Evidence(words, basis.result.programme.as_of.isoformat(), EvidenceKind.REPORTED) for words in found.basis),
    ]
    value = found.bus_bandwidth / 1e9 if reduces else found.time * 1e3
    scale = found.bus_bandwidth * found.time / 1e9
    low = scale / found.high if reduces else found.low * 1e3
    high = scale / found.low if reduces else found.high * 1e3
    series = [
        Series(
            name,
            [
                Number(v, decimals=decimals_for(v), low=a, high=b)
                for v, a, b in zip(value[:, i], low[:, i], high[:, i], strict=True)
            ],
            estimated=[not known for known in found.measured[:, i]],
        )
        for i, name in enumerate(groups)
    ]
    measured = found.measured.any()
    return LineFigure(
        id=f"network-{collective.replace('_', '-')}",
        title=(
            f"All-reduce: up to {value[-1, -1]:,.0f} GB/s of bus bandwidth over {found.group[-1, -1]:,.0f} accelerators"
            if reduces
            else f"All-to-all: {value[-4, -1]:,.3g} ms for {_size(float(_SIZES[-4]))} over the whole fabric"
        ),
        alt=f"Lines of {'bus bandwidth' if reduces else 'time'} of {collective} by size of message, with bands.",
        measure="bus bandwidth" if reduces else "time",
        unit="GB/s" if reduces else "ms",
        periods=[_size(float(size)) for size in _SIZES],
        period_name="message",
        series=series,
        log=True,
        bands=True,
        evidence=evidence,
        notes=[
            "Both axes are logarithmic. Filled points: measured on this machine."
            if measured
            else (
                "Both axes are logarithmic. Hollow points: nothing was measured on this machine; bands hold nine of "
                "ten cases of other machines, and widen where those have none."
            ),
            "Bus bandwidth as nccl-tests counts it." if reduces else "Message: what an accelerator holds in all.",
        ],
    )


def _size(value: float) -> str:
    """Name a number of bytes.

    >>> _size(1024.0), _size(4.0 * 1024**2)
    ('1 KiB', '4 MiB')
    """
    power = 0
    while value >= 1024 and power < len(_PREFIXES) - 1:
        value, power = value / 1024, power + 1
    return f"{value:g} {_PREFIXES[power]}"


def failure_blocks(basis: Basis, fabric: Fabric) -> Iterator[Block]:
    """Show the bandwidth that failures leave, and how often the network interrupts a job over the whole fabric."""
    job = min(_JOB, fabric.accelerators)
    how = basis.computed(
        f"{_DRAWS} draws of each number of failures, seed 0; jobs of {job:,} accelerators side by side"
    )
    left = {
        what: [fail(fabric, what, count, _DRAWS, job_accelerators=job) for count in _possible(fabric, what)]
        for what in ("links", "switches")
    }
    worst = left["switches"][-1]
    yield LineFigure(
        id="network-failures",
        title=f"{worst.count} failed switches leave the worst-hit job of {job:,} accelerators "
        f"{100 * worst.bandwidth.mean():.0f} % of its bandwidth",
        alt="Lines of the share of bandwidth left by the number of failed links and switches.",
        measure="bandwidth left",
        unit="%",
        periods=[f"{count}" for count in _FAILED],
        period_name="failed at once",
        series=[
            Series(f"{what} failed, {name}", _shares(drawn, column))
            for what, drawn in left.items()
            for name, column in (("worst-hit job", "bandwidth"), ("mean of all", "mean_bandwidth"))
        ],
        evidence=how,
        height=300,
        notes="Lower axis: links, or switches, that are down at once. The table has the range of nine of ten draws.",
    )
    if fabric.scale_out.planes > 1:
        left["planes"] = [fail(fabric, "planes", 1, 1, job_accelerators=job)]
    yield _jobs(fabric, left, job, how)
    yield _interruptions(fabric)


def _shares(drawn: Sequence[Resilience], column: str) -> list[Number]:
    """Give the mean and the range of nine of ten draws, for each number of failures [%]."""
    values = [100 * getattr(each, column) for each in drawn]
    ranges = [np.quantile(each, (0.05, 0.95)) for each in values]
    known = [Number(each.mean(), low=low, high=high) for each, (low, high) in zip(values, ranges, strict=True)]
    return known + [Number(None)] * (len(_FAILED) - len(known))


def _jobs(fabric: Fabric, left: dict[str, list[Resilience]], job: int, how: Evidence) -> Table:
    rows: list[Row] = [
        [
            f"{each.count} {what if each.count > 1 else what.removesuffix('es' if what == 'switches' else 's')}",
            Number(100 * each.bandwidth.mean(), evidence=how, decimals=0),
            Number(100 * each.mean_bandwidth.mean(), decimals=2),
            Number(each.jobs_hit.mean(), decimals=1),
            Number(each.jobs_stopped.mean(), decimals=1),
            Number(each.nodes_cut.mean(), decimals=1),
        ]
        for what, drawn in left.items()
        for each in drawn
    ]
    jobs = fabric.accelerators // job
    return Table(
        f"What failures do to {jobs:,} jobs of {job:,} accelerators",
        [
            "failed at once",
            Column("left to the worst-hit job", "%"),
            Column("left on average", "%"),
            Column("jobs that lose bandwidth", "jobs"),
            Column("jobs that stop", "jobs"),
            Column("nodes cut off", "nodes"),
        ],
        rows,
        id="network-jobs",
        note=f"Means of {_DRAWS} draws. A job stops where a node of it has no way left.",
    )


def _interruptions(fabric: Fabric) -> Table:
    found = interruptions(fabric)
    early, late = found.interval_range
    rows: list[Row] = [
        [
            Text(cause.name, cause.evidence),
            Number(cause.parts, decimals=0),
            Number(cause.failures * _MONTH, decimals=1),
            Number(cause.interruptions * _MONTH, decimals=1),
        ]
        for cause in found.causes
    ]
    total = found.rate * _MONTH
    return Table(
        f"A job over all {found.accelerators:,.0f} accelerators is interrupted by its network every "
        f"{found.interval / 3600:,.3g} h ({early / 3600:,.3g} to {late / 3600:,.3g} h)",
        [
            "part",
            Column("parts"),
            Column("failures", "a month"),
            Column("interruptions", "a month"),
        ],
        rows,
        [
            "in all",
            Number(None),
            Number(sum(cause.failures for cause in found.causes) * _MONTH, decimals=1),
            Number(total, decimals=1, low=_MONTH / late, high=_MONTH / early),
        ],
        id="network-interruptions",
        note=f"Not counted, for want of a sourced rate: {', '.join(found.unknown)}." if found.unknown else "",
    )


def _possible(fabric: Fabric, what: str) -> list[int]:
    """Give the numbers of failures that the fabric has parts for."""
    most = fabric.scale_out.links if what == "links" else fabric.scale_out.switches
    return [count for count in _FAILED if count <= most]
