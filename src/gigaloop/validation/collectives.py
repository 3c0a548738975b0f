"""Published bandwidths of collectives against the model: fitted on other machines, and calibrated by their own rows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from gigaloop.catalogue import Catalogue, load_catalogue
from gigaloop.core.errors import GigaloopError
from gigaloop.core.suggest import did_you_mean
from gigaloop.design.collectives import System, calibrate, collective_times
from gigaloop.design.collectives.calibration import shown_size
from gigaloop.design.collectives.evaluate import bus_factor
from gigaloop.design.collectives.fitted import FEW_DOMAINS, SIZES, Pool
from gigaloop.design.collectives.measurements import Measurements, Observed, algorithms_named
from gigaloop.design.collectives.pooling import MachineFit, fit_machine, pool
from gigaloop.design.records.service import COLLECTIVES
from gigaloop.validation.records import Checked, Validation
from gigaloop.validation.rows import TextRow, read_rows

NEEDED = (
    "system", "gpus", "domains", "gpus_per_nvlink_domain", "nic_GBps_per_gpu", "collective", "bytes", "busbw_GBps",
)  # fmt: skip
COLUMNS = (*NEEDED, "library", "algorithm", "source", "licence", "date")

OTHERS, OWN = "busbw, constants of other machines", "busbw, own other rows"
"""What a row is computed by: a model fitted without its machine, and its machine's own rows without it."""

_STEP = 0.01
"""Step to which nccl-tests rounds a bandwidth [GB/s]. Source: https://github.com/NVIDIA/nccl-tests src/common.cu."""

_MOST = 2.0**33
"""Largest message of the class of all sizes, 8 GiB [B]. Source: a choice of this project."""

_REPOSITORY = re.compile(r"github\.com/[^/\s]+/[^/\s]+")


@dataclass(frozen=True)
class Row:
    """A published bandwidth."""

    system: str
    group: int
    domains: int
    per_domain: int
    port: float
    """[B/s]"""
    collective: str
    size: float
    bus: float
    """[GB/s]"""
    algorithm: str
    source: str

    @property
    def key(self) -> tuple[object, ...]:
        """What it is a measurement of."""
        return (self.system, self.collective, self.group, self.algorithm, self.size)

    @property
    def id(self) -> str:
        """For people."""
        how = f" {self.algorithm}" if self.algorithm else ""
        return f"{self.system}, {self.collective} of {self.group}{how}, {shown_size(self.size)}"

    @property
    def digits(self) -> bool:
        """Whether it is published to a tenth of itself or better, so that something can be fitted on it."""
        return self.bus >= 5.0 * _STEP

    @property
    def time(self) -> float:
        """Time of the message [s]."""
        return float(bus_factor(self.collective, np.array(float(self.group)))) * self.size / (self.bus * 1e9)


def validate_collectives(rows: Path) -> Validation:
    """Compute published bandwidths of collectives and hold the results against them.

    Each row is computed twice. By constants that were fitted on the bundled rows of other machines: all rows of its
    accelerator from its source are left out, whatever the system is called. And by a calibration on the other rows of
    its own system, bundled or in the table, without the row itself. Nothing is fitted on rows that are published to
    less than a tenth of themselves; they are computed like the others.

    Parameters
    ----------
    rows
        The table: see docs/validation.md.

    Raises
    ------
    ProgrammeError
        If the table is wrong.
    """
    catalogue = load_catalogue()
    asked = _read(rows)
    pools = Pools(catalogue, [row for row in bundled() if row.digits])
    known = {row.key: row for row in (*bundled(), *asked)}
    checked = [each for row in asked for each in _checked(row, tuple(known.values()), pools)]
    return Validation("collectives", tuple(checked), tuple(_remarks(asked, checked, pools)))


@lru_cache(maxsize=1)
def bundled() -> tuple[Row, ...]:
    """Give the rows that come with the package."""
    with as_file(files("gigaloop.validation") / "data" / "collectives.csv") as path:
        return _read(path)


def _read(path: Path) -> tuple[Row, ...]:
    return read_rows(path, COLUMNS, NEEDED, _row, row="row", table="measured collectives")


def _row(row: TextRow) -> Row:
    def number(key: str, least: float, *, whole: bool = False) -> float:
        text = row.text(key)
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if text and not (math.isfinite(value) and value >= least and (not whole or value.is_integer())):
            kind = "a whole number" if whole else "a number"
            row.complain(key, f"'{text}' is not {kind} of at least {least:g}", "write a plain number such as 8")
            return max(least, 1.0)
        return value if text else max(least, 1.0)

    collective = row.text("collective")
    if collective and collective not in COLLECTIVES:
        hint = did_you_mean(collective, COLLECTIVES, f"the collectives are {', '.join(COLLECTIVES)}")
        row.complain("collective", f"there is no collective '{collective}'", hint)
        collective = COLLECTIVES[0]
    group, domains = number("gpus", 2.0, whole=True), number("domains", 1.0, whole=True)
    per_domain = number("gpus_per_nvlink_domain", 1.0, whole=True)
    if group != domains * per_domain and not row.problems:
        why = f"{group:g} accelerators are not {domains:g} domains of {per_domain:g}"
        row.complain("gpus", why, f"write {domains * per_domain:g}, or correct the domains")
    return Row(
        system=row.text("system"),
        group=int(group),
        domains=int(domains),
        per_domain=int(per_domain),
        port=number("nic_GBps_per_gpu", 0.0) * 1e9,
        collective=collective or COLLECTIVES[0],
        size=number("bytes", 1.0, whole=True),
        bus=number("busbw_GBps", 1e-9),
        algorithm=row.text("algorithm"),
        source=row.text("source"),
    )


def accelerator_of(name: str, catalogue: Catalogue) -> str:
    """Give the entry of the accelerator that the name of a system holds: the longest that it does.

    Raises
    ------
    LookupError
        If it holds none.
    """
    text = name.casefold()
    found = [each.id for each in catalogue.of_kind("accelerator") if each.id.split("-")[0] in text]
    if not found:
        raise LookupError(f"'{name}' names no accelerator of the catalogue; write, for example, '8xH200 node'")
    return max(found, key=lambda key: len(key.split("-")[0]))


def system_of_row(row: Row, catalogue: Catalogue) -> System:
    """Take the machine of a row: its links by the data sheet of its accelerator, its ports as the row states.

    Raises
    ------
    LookupError
        If the accelerator or its links are not known.
    """
    entry = catalogue.accelerator(accelerator_of(row.system, catalogue))
    if entry.scale_up_bandwidth is None or entry.vendor not in ("NVIDIA", "AMD"):
        raise LookupError(f"how accelerators of {entry.name} are joined is not modelled, or no bandwidth is known")
    whole = float(entry.scale_up_domain or row.per_domain)
    # Reduction in the switches came with NVLink 4, in 2022. Source: https://docs.nvidia.com/deeplearning/nccl, NVLS.
    reduces = entry.vendor == "NVIDIA" and int(str(entry.introduced)[:4]) >= 2022
    return System(
        name=row.system,
        domain=float(row.per_domain) if row.domains > 1 else max(whole, float(row.per_domain)),
        scale_up=float(entry.scale_up_bandwidth),
        scale_out=row.port,
        in_switch_reduction=reduces,
        in_network_reduction="sharp" in row.system.casefold(),
        # Eight of them are joined one to one. Source: https://rocm.docs.amd.com, MI300X platform.
        mesh=entry.vendor == "AMD",
    )


def machine_of(row: Row, catalogue: Catalogue) -> str:
    """Name the machine that rows are left out with: one accelerator as one source measured it."""
    found = _REPOSITORY.search(row.source)
    return f"{accelerator_of(row.system, catalogue)} of {found[0] if found else row.source or row.system}"


def observed(rows: Sequence[Row], catalogue: Catalogue) -> list[Observed]:
    """Put rows together by system."""
    out = []
    for name in dict.fromkeys((row.system, row.port, row.domains > 1) for row in rows):
        own = [row for row in rows if (row.system, row.port, row.domains > 1) == name]
        out.append(Observed(system_of_row(own[0], catalogue), measurements(own)))
    return out


def measurements(rows: Sequence[Row]) -> Measurements:
    """Give rows as measurements."""
    found = _REPOSITORY.search(rows[0].source)
    return Measurements(
        collective=tuple(row.collective for row in rows),
        bytes=np.array([row.size for row in rows]),
        group=np.array([float(row.group) for row in rows]),
        time=np.array([row.time for row in rows]),
        algorithms=tuple(algorithms_named(row.algorithm) for row in rows),
        source=f"https://{found[0]}" if found else rows[0].source,
    )


class Pools:
    """Models fitted on the bundled machines, all of them or without one."""

    def __init__(self, catalogue: Catalogue, rows: Sequence[Row]) -> None:
        self.catalogue = catalogue
        by_machine: dict[str, list[Row]] = {}
        for row in rows:
            by_machine.setdefault(machine_of(row, catalogue), []).append(row)
        self.machines = {name: observed(own, catalogue) for name, own in by_machine.items()}
        self._fits: dict[str, MachineFit] = {name: fit_machine(own) for name, own in self.machines.items()}
        self._pools: dict[str, Pool] = {}

    def without(self, machine: str) -> Pool:
        """Give the model of all machines but one; of all where it is not among them."""
        name = machine if machine in self.machines else ""
        if name not in self._pools:
            self._pools[name] = pool({m: own for m, own in self.machines.items() if m != name}, self._fits)
        return self._pools[name]


def _checked(row: Row, known: Sequence[Row], pools: Pools) -> Iterator[Checked]:
    """Compute a row both ways; what cannot be computed says why and does not disappear."""
    for what, compute in ((OTHERS, _by_others), (OWN, _by_own)):
        try:
            bus, low, high, note = compute(row, known, pools)
        except (LookupError, GigaloopError) as error:
            why = str(error.why) if isinstance(error, GigaloopError) else str(error.args[0])
            yield Checked(row.id, what, "GB/s", row.bus, None, None, within=False, note=why)
            continue
        within = low - _STEP / 2.0 <= row.bus <= high + _STEP / 2.0
        yield Checked(row.id, what, "GB/s", row.bus, bus, bus / row.bus - 1.0, within, note)


def _by_others(row: Row, known: Sequence[Row], pools: Pools) -> tuple[float, float, float, str]:  # noqa: ARG001
    return _computed(row, system_of_row(row, pools.catalogue), (), pools.without(machine_of(row, pools.catalogue)))


def _by_own(row: Row, known: Sequence[Row], pools: Pools) -> tuple[float, float, float, str]:
    own = [each for each in known if (each.system, each.port) == (row.system, row.port) and each.key != row.key]
    how = (row.collective, algorithms_named(row.algorithm))
    own = [each for each in own if each.digits and (each.collective, algorithms_named(each.algorithm)) == how]
    if not own:
        raise LookupError("its system has no other row of this collective and algorithm to calibrate by")
    return _computed(row, system_of_row(row, pools.catalogue), own, pools.without(machine_of(row, pools.catalogue)))


def _computed(row: Row, system: System, own: Sequence[Row], model: Pool) -> tuple[float, float, float, str]:
    calibration = calibrate(measurements(own), system, pool=model) if own else None
    found = collective_times(
        system,
        row.collective,
        row.size,
        row.group,
        calibration=calibration,
        algorithms=algorithms_named(row.algorithm),
        pool=model,
    )
    bus = float(found.bus_bandwidth) / 1e9
    time, low, high = float(found.time), float(found.low), float(found.high)
    said = f"P10-P90 {bus * time / high:.4g} to {bus * time / low:.4g}"
    if calibration is None:
        said += f", {found.algorithms[int(found.algorithm)]}"
    elif not bool(found.measured):
        said += ", outside of what was measured"
    return bus, bus * time / high, bus * time / low, said


def _remarks(rows: Sequence[Row], checked: Sequence[Checked], pools: Pools) -> Iterator[str]:
    """Say what the rows amount to, by class and by system."""
    for what in (OTHERS, OWN):
        mine = [each for each in checked if each.quantity == what]
        pairs = [(row, abs(each.error)) for row, each in zip(rows, mine, strict=True) if each.error is not None]
        for title, keep in _CLASSES.items():
            yield from _mean(f"{what}; {title}", [error for row, error in pairs if keep(row)])
        for system in dict.fromkeys(row.system for row in rows):
            text = [
                f"{len(errors)} rows {name} {100.0 * float(np.mean(errors)):.1f} %"
                for name, keep in (("of 256 MiB and more", _is_large), ("below", lambda row: not _is_large(row)))
                if (errors := [error for row, error in pairs if row.system == system and keep(row)])
            ]
            if text:
                yield f"    {system}: {', '.join(text)}"
    constants = pools.without("").constants
    yield "constants fitted on all bundled machines: " + ", ".join(
        f"{name} {value:.4g}" for name, value in vars(constants).items()
    )


def _mean(title: str, errors: Sequence[float]) -> Iterator[str]:
    if errors:
        mean, median, greatest = 100.0 * np.array([np.mean(errors), np.median(errors), np.max(errors)])
        yield (
            f"{title}: {len(errors)} rows, mean absolute error {mean:.1f} %, median {median:.1f} %, "
            f"greatest {greatest:.0f} %"
        )


def _is_large(row: Row) -> bool:
    return row.size >= SIZES[1]


_CLASSES: dict[str, Callable[[Row], bool]] = {
    "256 MiB and more": _is_large,
    "1 KiB to 8 GiB, published to a tenth or better": lambda row: row.size <= _MOST and row.digits,
    "within a domain, 256 MiB and more": lambda row: row.domains == 1 and _is_large(row),
    "on 2 to 8 domains, 256 MiB and more": lambda row: 1 < row.domains <= FEW_DOMAINS and _is_large(row),
    "on more than 8 domains, 256 MiB and more": lambda row: row.domains > FEW_DOMAINS and _is_large(row),
    "within a domain, all sizes": lambda row: row.domains == 1,
    "on 2 to 8 domains, all sizes": lambda row: 1 < row.domains <= FEW_DOMAINS,
    "on 2 to 8 domains, all sizes, published to a tenth or better": lambda row: (
        1 < row.domains <= FEW_DOMAINS and row.digits
    ),
}
