"""The tables of a fabric's card."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

from gigaloop.cli import output
from gigaloop.cli.fabric_facts import JOB, MONTH, SIZES, laid
from gigaloop.cli.numbers import counted, money, percent, power, rounded
from gigaloop.core.units import UNITS
from gigaloop.design.fabric.interruptions import Interruptions
from gigaloop.design.records import CollectiveTimes, FabricItemLine, Network, Resilience
from gigaloop.exchange.fabric.cabling import cabling_of
from gigaloop.exchange.fabric.names import device_name

_LEFT, _RIGHT = "left", "right"
_KM = 1000.0
_LISTED = 10
"""Cables beyond reach that are listed; all of them are in the cut sheet."""
_LENGTH = re.compile(r", ([\d.]+) m$")


def gigabits(rate: float) -> str:
    """Write a rate of a link.

    >>> gigabits(8e11), gigabits(2.5e8)
    ('800 Gb/s', '250 Mb/s')
    """
    return rounded(rate / 1e9, "Gb/s") if rate >= 1e9 else rounded(rate / 1e6, "Mb/s")


def plain_name(name: str) -> str:
    """Give the name of a line of a bill without its length.

    >>> plain_name("Fibre cord, 30 m")
    'Fibre cord'
    """
    return _LENGTH.sub("", name)


def metres(length: float) -> str:
    """Write a length, a long one in km.

    >>> metres(31.25), metres(2.28e7)
    ('31.2 m', '22,800 km')
    """
    return rounded(length / _KM, "km", 3) if length >= 10 * _KM else rounded(length, "m", 3)


def show_tiers(network: Network) -> None:
    """Print the switches of each network by tier, and its links by layer."""
    switches, links = [], []
    for design in network.fabric.networks:
        plane, height = design.plane, rounded(design.switch_units, "U", 2)
        for kind, count in plane.switches.items():
            per = "not known" if design.switch_power is None else power(design.switch_power)
            switches.append((design.name, kind, f"{count * design.planes:,}", f"{count:,}", per, height))
        for layer, count in plane.link_counts.items():
            links.append((design.name, layer, gigabits(plane.rates[layer]), f"{count * design.planes:,}", f"{count:,}"))
    output.line()
    output.table(
        "Switches",
        [
            ("network", _LEFT), ("tier", _LEFT), ("switches", _RIGHT), ("per plane", _RIGHT),
            ("power each, no modules", _RIGHT), ("height", _RIGHT),
        ],
        switches,
        optional=("height",),
    )  # fmt: skip
    output.line()
    columns = [("network", _LEFT), ("layer", _LEFT), ("rate", _RIGHT), ("links", _RIGHT), ("per plane", _RIGHT)]
    output.table("Links at speed", columns, links)


def show_cables(network: Network) -> None:
    """Print cables by layer and medium, with lengths and the reach that they are held against."""
    rows: list[tuple[str, ...]] = []
    for each in laid(network):
        medium = each.medium
        name = "NONE REACHES" if medium is None else medium.name
        cords = "" if medium is None else f"{each.cables * medium.cords:,}"
        rows.append(
            (
                each.network if len(network.fabric.networks) > 1 else "",
                each.layer,
                name,
                f"{each.links:,}",
                cords,
                metres(each.mean),
                metres(each.longest),
                "" if medium is None else metres(medium.reach),
                "" if medium is None else metres(each.ordered),
            )
        )
    columns = [
        ("network", _LEFT), ("layer", _LEFT), ("cable, or module at the switch", _LEFT), ("links", _RIGHT),
        ("cords", _RIGHT), ("mean", _RIGHT), ("longest", _RIGHT), ("reach", _RIGHT), ("ordered", _RIGHT),
    ]  # fmt: skip
    if len(network.fabric.networks) == 1:
        columns, rows = columns[1:], [row[1:] for row in rows]
    output.line()
    output.table("Cables", columns, rows, optional=("cords", "mean", "ordered"))
    output.line("mean, longest: of the run along trays with drops and slack; reach: as its maker supports it")
    output.line("cords: cables, or fibre cords of which a link may take several; ordered: stock lengths of all of them")


def show_beyond(network: Network) -> None:
    """Print the pairs of devices that nothing reaches between, those farthest apart first."""
    beyond = network.schedule.unreached
    if not len(beyond):
        return
    cabling = cabling_of(network)
    ends = np.stack([each[beyond] for each in (cabling.layer, cabling.a, cabling.b)], axis=1)
    order = np.argsort(-cabling.run[beyond], kind="stable")
    pairs, first, links = np.unique(ends[order], axis=0, return_index=True, return_counts=True)
    rows = []
    for pair in np.argsort(first)[:_LISTED].tolist():
        code, a, b = pairs[pair].tolist()
        row = int(beyond[order[first[pair]]])
        layer = cabling.layers[code]
        lower = device_name(layer.network, layer.plane, layer.lower, a)
        upper = device_name(layer.network, layer.plane, layer.upper, b)
        racks = cabling.racks[cabling.a_rack[row]], cabling.racks[cabling.b_rack[row]]
        rows.append((lower, racks[0], upper, racks[1], f"{links[pair]:,}", f"{cabling.run[row]:.1f} m"))
    output.line()
    output.table(
        f"{counted(len(beyond), 'link')} beyond every supported reach, of {counted(len(pairs), 'pair')} of devices",
        [("from", _LEFT), ("rack", _LEFT), ("to", _LEFT), ("rack ", _LEFT), ("links", _RIGHT), ("run", _RIGHT)],
        rows,
        f"the {_LISTED} farthest apart; all of them are in the cut sheet: --cables FILE.csv"
        if len(pairs) > _LISTED
        else "",
        optional=("rack ", "rack"),
    )


def show_bill(network: Network) -> None:
    """Print the bill of materials; lengths of one cord are gathered."""
    rows: list[tuple[str, ...]] = []
    several, parts = len(network.fabric.networks) > 1, any(line.part for line in network.bill.lines)
    for lines, lengths in _gathered(network.bill.lines):
        first = lines[0]
        length = [line.length for line in lines if line.length is not None]
        watts = [line.power for line in lines if line.power is not None]
        named = (first.network, first.where) if several else (first.where,)
        where = ", ".join(text for text in named if text)
        name = plain_name(first.name) + (f", {_span(lengths)} m" if lengths else "")
        rows.append(
            (
                name,
                where,
                f"{sum(line.quantity for line in lines):,.0f} {first.unit}",
                metres(sum(length)) if length else "",
                power(sum(watts)) if any(watts) else "",
                _range([line.cost for line in lines]),
                first.part,
            )
        )
    columns = [
        ("item", _LEFT), ("where", _LEFT), ("quantity", _RIGHT), ("length", _RIGHT), ("power", _RIGHT),
        ("cost", _RIGHT), ("part", _LEFT),
    ]  # fmt: skip
    if not parts:
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    output.line()
    output.table("Bill of materials", columns, rows, optional=("length", "power", "part"))
    output.line("where a price is not stated nothing is counted: state it in the part, or in facts of your own")


def _gathered(lines: Iterable[FabricItemLine]) -> list[tuple[list[FabricItemLine], list[float]]]:
    """Gather lines that differ in their length alone."""
    found: dict[tuple[str, ...], tuple[list[FabricItemLine], list[float]]] = {}
    for line in lines:
        match = _LENGTH.search(line.name)
        key = (line.item, plain_name(line.name), line.catalogue, line.part, line.network, line.where)
        group, lengths = found.setdefault(key, ([], []))
        group.append(line)
        lengths += [float(match[1])] if match else []
    return list(found.values())


def _span(lengths: list[float]) -> str:
    low, high = min(lengths), max(lengths)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _range(costs: list[tuple[float, float, float] | None]) -> str:
    known = [cost for cost in costs if cost is not None]
    if not known:
        return "not known"
    low, high = sum(cost[0] for cost in known), sum(cost[2] for cost in known)
    text = money(low) if low == high else f"{money(low)} to {money(high)}"
    return text if len(known) == len(costs) else f"{text}, in part"


def show_failures(found: Iterable[Resilience], often: Interruptions) -> None:
    """Print what one failure leaves, and how often the network interrupts a job on all accelerators."""
    one = {"links": "a link", "optics": "a module", "switches": "a switch", "planes": "a plane"}
    output.line()
    output.table(
        "When one fails",
        [
            ("what", _LEFT), ("left to the worst-hit job", _RIGHT), ("least drawn", _RIGHT), ("of the fabric", _RIGHT),
            ("jobs slowed", _RIGHT), ("jobs stopped", _RIGHT),
        ],
        [
            (
                one[each.failed],
                percent(float(each.bandwidth.mean())),
                percent(float(each.bandwidth.min())),
                f"{100 * float(each.mean_bandwidth.mean()):.3f} %",
                rounded(float(each.jobs_hit.mean()), "", 3),
                rounded(float(each.jobs_stopped.mean()), "", 3),
            )
            for each in found
        ],
        optional=("least drawn",),
    )  # fmt: skip
    job = min(JOB, round(often.accelerators))
    output.line(
        f"jobs of {job:,} accelerators fill the fabric; means over draws of what fails, of bandwidth between nodes"
    )
    low, high = (duration(each) for each in often.interval_range)
    mean, every = duration(often.interval), f"{often.accelerators:,.0f}"
    few, many = often.count_range(MONTH)
    output.line(
        f"A job on all {every} accelerators is interrupted by the network every {mean} ({low} to {high}), {few:,} to "
        f"{many:,} times in 30 days, by:"
    )
    for cause in sorted(often.causes, key=lambda each: -each.interruptions):
        each = duration(1.0 / cause.interruptions) if cause.interruptions else "never"
        output.line(f"  {cause.parts:,.0f} {cause.name}: every {each}")
    if often.unknown:
        output.line(f"  not counted, as no failure rate is known: {', '.join(often.unknown)}", style="dim")


def show_collectives(found: Mapping[str, tuple[CollectiveTimes, ...]]) -> None:
    """Print the times of collectives by group."""
    columns = [("collective", _LEFT), ("over", _LEFT), ("accelerators", _RIGHT)]
    columns += [(f"{size / UNITS['MiB'].factor:,.0f} MiB", _RIGHT) for size in SIZES]
    rows = []
    for name, times in found.items():
        for each in times:
            cells = [_banded(*at) for at in zip(each.time.tolist(), each.high.tolist(), strict=True)]
            rows.append((each.collective.replace("_", "-"), name, f"{each.group.flat[0]:,.0f}", *cells))
    output.line()
    output.table("Time of collectives", columns, rows, optional=("accelerators",))
    output.line("in brackets: factor either way within which the time lies; messages as nccl-tests counts them")


def _banded(time: float, high: float) -> str:
    """Write a time with the factor of its band.

    >>> _banded(2.54e-3, 2.96e-3)
    '2.54 ms (x1.2)'
    """
    return f"{duration(time)} (x{rounded(high / time, '', 2)})"


def duration(seconds: float) -> str:
    """Write a time.

    >>> duration(4.98e-5), duration(133_000.0)
    ('49.8 us', '36.9 h')
    """
    for factor, unit in ((UNITS["h"].factor, "h"), (1.0, "s"), (1e-3, "ms")):
        if seconds >= factor:
            return rounded(seconds / factor, unit, 3)
    return rounded(seconds / 1e-6, "us", 3)
