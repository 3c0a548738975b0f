"""``gigaloop design collectives``: times of collectives on a fabric, and measured runs against them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from gigaloop.cli import output
from gigaloop.cli.design import find_generation, load, stated
from gigaloop.cli.fabric_facts import groups_of
from gigaloop.cli.numbers import counted, rounded
from gigaloop.core.errors import UsageError
from gigaloop.design.collectives import (
    Calibration,
    calibrate,
    collective_times,
    network_contention,
    read_nccl_file,
    system_of,
)
from gigaloop.design.collectives.calibration import shown_size
from gigaloop.design.collectives.compare import Comparison, compare
from gigaloop.design.collectives.measurements import joined
from gigaloop.design.collectives.regimes import LIBRARY
from gigaloop.design.collectives.system import System
from gigaloop.design.fabric import design_fabric
from gigaloop.design.records import CollectiveTimes, Fabric

_LEFT, _RIGHT = "left", "right"

_SIZES = tuple(2.0**power for power in range(10, 34, 3))
"""Messages that are shown where none is named: 1 KiB to 2 GiB [B]."""


def collectives(
    folder: Path,
    generation: str,
    scenario: str,
    facts: Path | None,
    *,
    su: int | None,
    names: Sequence[str],
    sizes: Sequence[str],
    groups: Sequence[int],
    algorithms: Sequence[str],
    measured: Sequence[Path],
    calibrated: Sequence[Path],
    json: bool,
) -> None:
    """Show the times of collectives, or measured runs against them."""
    if measured and calibrated:
        hint = "--measured holds runs against what the fabric should do, --calibrate estimates by them"
        raise UsageError("--measured and --calibrate do not go together", hint=hint)
    programme, catalogue = load(folder, scenario, facts)
    chosen = find_generation(programme, generation)
    fabric = design_fabric(programme, chosen, catalogue, sus=su)
    system = system_of(fabric)
    if measured:
        _measured(fabric, system, measured, names, groups, json=json)
        return
    own = calibrate(joined([read_nccl_file(path) for path in calibrated]), system) if calibrated else None
    many = {f"{count:,} accelerators": count for count in groups} or groups_of(fabric)
    for count in many.values():
        if not 1 < count <= fabric.accelerators:
            hint = f"state 2 to {fabric.accelerators:,}, or join more scalable units with --su"
            raise UsageError(f"a group of {count:,} does not fit a fabric of {fabric.accelerators:,}", hint=hint)
    messages = [float(stated("--bytes", text, "data", "1 GiB")) for text in sizes] or list(_SIZES)
    found = {
        (each, name): _times(fabric, system, each, messages, count, tuple(algorithms) or LIBRARY, own)
        for each in names or ("all_reduce",)
        for name, count in many.items()
    }
    if json:
        objects = [{"over": name} | times_object(times) for (_, name), times in found.items()]
        output.print_json({"generation": chosen.id, "system": system_object(system), "collectives": objects})
        return
    output.line()
    output.line(f"Collectives on {chosen.name}: {system.links()}", style="bold")
    for (each, name), times in found.items():
        output.line()
        output.table(f"{each.replace('_', '-')} over {name}", _COLUMNS[: 6 if own else 5], list(_rows(times)))
    output.line()
    for each in next(iter(found.values())).basis:
        output.line(each)
    output.line("band: P10 to P90; message and bus bandwidth as nccl-tests counts them; one job, healthy links")


_COLUMNS = [
    ("message", _RIGHT),
    ("time", _RIGHT),
    ("band", _RIGHT),
    ("bus bandwidth", _RIGHT),
    ("by", _LEFT),
    ("measured", _LEFT),
]


def _times(
    fabric: Fabric,
    system: System,
    collective: str,
    sizes: Sequence[float],
    group: int,
    algorithms: tuple[str, ...],
    own: Calibration | None,
) -> CollectiveTimes:
    # Runs of its own have in them what flows share of the network.
    known = own is not None and own.covers(collective, algorithms, group)
    slow = 1.0 if known else network_contention(fabric, collective, group)
    return collective_times(system, collective, sizes, group, calibration=own, contention=slow, algorithms=algorithms)


def _rows(times: CollectiveTimes) -> Iterator[tuple[str, ...]]:
    for i, size in enumerate(times.bytes):
        band = f"{_seconds(float(times.low[i]))} to {_seconds(float(times.high[i]))}"
        bus = rounded(float(times.bus_bandwidth[i]) / 1e9, "GB/s", 3)
        by = times.algorithms[int(times.algorithm[i])]
        measured = "yes" if times.measured[i] else "no"
        yield shown_size(float(size)), _seconds(float(times.time[i])), band, bus, by, measured


def _seconds(time: float) -> str:
    for factor, unit in ((1.0, "s"), (1e-3, "ms")):
        if time >= factor:
            return f"{time / factor:.3g} {unit}"
    return f"{time * 1e6:.3g} us"


def _measured(
    fabric: Fabric,
    system: System,
    files: Sequence[Path],
    names: Sequence[str],
    groups: Sequence[int],
    *,
    json: bool,
) -> None:
    """Show measured runs against what the fabric should do."""
    if len(names) > 1 or len(groups) > 1:
        raise UsageError("a measured run is of one collective and group", hint="name one of each, or leave them away")
    found: list[Comparison] = []
    for path in files:
        run = read_nccl_file(path, collective=names[0] if names else "", group=groups[0] if groups else 0)
        group, collective = float(run.group.max()), run.collective[0]
        found += compare(
            run,
            system,
            contention=network_contention(fabric, collective, group),
            hashed=network_contention(fabric, collective, group, balancing="ecmp"),
        )
    if json:
        objects = [comparison_object(each) for each in found]
        output.print_json({"generation": fabric.generation, "system": system_object(system), "measured": objects})
        return
    output.line()
    output.line(f"Measured against {fabric.generation}: {system.links()}", style="bold")
    for each in found:
        _show_comparison(each)


def _show_comparison(found: Comparison) -> None:
    times, run = found.expected, found.measured
    where = f" on {counted(run.hosts, 'host')}" if run.hosts else ""
    device = f", {run.device}" if run.device else ""
    columns = [
        ("message", _RIGHT),
        ("measured", _RIGHT),
        ("expected", _RIGHT),
        ("band", _RIGHT),
        ("off by", _RIGHT),
        ("", _LEFT),
        ("by", _LEFT),
    ]
    rows = []
    for i, verdict in enumerate(found.verdict):
        low, high = times.bus_bandwidth[i] * times.time[i] / np.array([times.high[i], times.low[i]]) / 1e9
        bus, should = found.bus_bandwidth[i] / 1e9, times.bus_bandwidth[i] / 1e9
        rows.append(
            (
                shown_size(float(times.bytes[i])), rounded(bus, "GB/s"), rounded(should, "GB/s"),
                f"{rounded(low, '', 3)} to {rounded(high, 'GB/s', 3)}",
                f"{100.0 * (bus / should - 1.0):+.1f} %", verdict, times.algorithms[int(times.algorithm[i])],
            )
        )  # fmt: skip
    output.line()
    title = f"{times.collective.replace('_', '-')} of {times.group.flat[0]:,.0f}{where}{device} ({run.source})"
    output.table(title, columns, rows, optional=("by", "band"))
    for reason in found.reasons:
        output.line(f"would explain it, off by {100.0 * reason.off:.0f} %: {reason.why}")
    output.line("as calibrated by this run:")
    for text in found.calibration.lines():
        output.line(f"    {text}")


def system_object(system: System) -> dict[str, object]:
    """Give a machine as plain data."""
    return {
        "domain": system.domain,
        "scale_up_b_s": system.scale_up,
        "scale_out_b_s": system.scale_out,
        "in_switch_reduction": system.in_switch_reduction,
    }


def times_object(times: CollectiveTimes) -> dict[str, object]:
    """Give times as plain data, a list for each column."""
    return {
        "collective": times.collective,
        "accelerators": times.group.tolist(),
        "bytes": times.bytes.tolist(),
        "time_s": times.time.tolist(),
        "low_s": times.low.tolist(),
        "high_s": times.high.tolist(),
        "bus_bandwidth_b_s": times.bus_bandwidth.tolist(),
        "algorithm": [times.algorithms[int(each)] for each in times.algorithm],
        "measured": times.measured.tolist(),
        "basis": list(times.basis),
    }


def comparison_object(found: Comparison) -> dict[str, object]:
    """Give a comparison as plain data."""
    regimes = [
        {
            "collective": run.collective,
            "accelerators": run.group,
            "low_bytes": each.low,
            "high_bytes": each.high,
            "latency_s": each.latency,
            "bandwidth_b_s": each.bandwidth if np.isfinite(each.bandwidth) else None,
            "measurements": each.measurements,
        }
        for run in found.calibration.runs
        for each in run.regimes
    ]
    return {
        "source": found.measured.source,
        "device": found.measured.device,
        "hosts": found.measured.hosts,
        "measured_s": found.measured.time.tolist(),
        "measured_bus_bandwidth_b_s": found.bus_bandwidth.tolist(),
        "verdict": list(found.verdict),
        "expected": times_object(found.expected),
        "reasons": [{"why": each.why, "off": each.off} for each in found.reasons],
        "regimes": regimes,
    }
