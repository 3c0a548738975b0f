"""Reading what nccl-tests and rccl-tests print: the table of sizes and times, with its header and ranks.

Source of the format: https://github.com/NVIDIA/nccl-tests src/common.cu and doc/PERFORMANCE.md; rccl-tests prints the
same. Columns are found by their names, so that tables with and without a root or a reduction are read alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gigaloop.core.errors import Place, Problem, ProgrammeError
from gigaloop.design.collectives.evaluate import bus_factor
from gigaloop.design.collectives.measurements import Measurements
from gigaloop.design.collectives.regimes import LIBRARY
from gigaloop.design.records.service import COLLECTIVES

_NAMES = {
    "all_reduce": "all_reduce",
    "reduce_scatter": "reduce_scatter",
    "all_gather": "all_gather",
    "alltoall": "all_to_all",
    "all_to_all": "all_to_all",
    "broadcast": "broadcast",
    "sendrecv": "send_recv",
    "send_recv": "send_recv",
}
_PROGRAM = re.compile(r"\b([a-z_]+?)_perf(?:_mpi)?\b")
_LAUNCHER = re.compile(r"^(?:\([^)]*\)\s*)?(?:\[\d+,\d+\]<std\w+>:|\d+:)\s?")
"""What launchers put before a line: ``0:`` of Slurm, ``[1,0]<stdout>:`` of Open MPI."""
_RANK = re.compile(r"#\s*Rank\s+(\d+)\s+(?:Group\s+\d+\s+)?Pid\s+\d+\s+on\s+(\S+)\s+device\s+\d+\s+\[[^]]*\]\s*(.*)")
_COUNTS = re.compile(r"\bnThread\s+(\d+)\s+nGpus\s+(\d+)")
_UNITS = {"(us)": 1e-6, "(ms)": 1e-3, "(s)": 1.0}
_ROUNDED = 0.05
"""By which the printed bandwidth may differ from size over time, beyond the rounding of its two decimals.
Source: a choice of this project; times are printed to four digits."""


_RATIO = 0.01
"""By which the ratio of the two printed bandwidths may differ from that of the collective, beyond rounding.
Source: a choice of this project; nccl-tests computes one from the other."""
_DECIMAL = 0.1
"""Rounding of both bandwidths together, where they are printed to one decimal [GB/s]."""


@dataclass
class _Reader:
    file: str
    collective: str
    group: int
    problems: list[Problem] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    unit: float = 1e-6
    ranks: dict[int, tuple[str, str]] = field(default_factory=dict)
    counted: int = 0
    rows: dict[int, tuple[int, float, float, float]] = field(default_factory=dict)
    """Line, time, algorithm and bus bandwidth by size."""
    ended: bool = False

    def complain(self, line: int, why: str, hint: str) -> None:
        self.problems.append(Problem(why, Place(self.file, line), hint=hint))

    def comment(self, number: int, line: str) -> None:
        words = line.lstrip("# ").split()
        if match := _RANK.match(line):
            self.ranks[int(match[1])] = (match[2], match[3].strip())
        elif match := _COUNTS.search(line):
            self.counted = int(match[1]) * int(match[2])
        elif words and words[0] == "size" and "time" in words:
            self.columns = words
            self.header(number)
        elif words and words[0] == "(B)":
            self.unit = next((_UNITS[word] for word in words if word in _UNITS), self.unit)
        elif line.lstrip("# ").startswith("Avg bus bandwidth"):
            self.ended = True
        self.program(line)

    def program(self, line: str) -> None:
        """Take the collective from the name of the program, where the caller has not named it."""
        for found in _PROGRAM.findall(line):
            if found in _NAMES and not self.collective:
                self.collective = _NAMES[found]

    def header(self, number: int) -> None:
        for name in ("time", "algbw", "busbw"):
            if name not in self.columns:
                self.complain(number, f"the table has no column '{name}'", "give the output of nccl-tests unchanged")

    def row(self, number: int, line: str, *, in_place: bool) -> None:
        cells = line.split()
        if not self.columns:
            self.complain(number, "numbers stand before the header of the table", "give the output from its beginning")
            return
        if len(cells) != len(self.columns):
            self.complain(
                number,
                f"the row has {len(cells)} columns, the header {len(self.columns)}: {' '.join(self.columns)}",
                "the line was cut or another process printed into it; run again with the output of one rank alone",
            )
            return
        which = [i for i, name in enumerate(self.columns) if name == "time"]
        first = which[-1] if in_place else which[0]
        names = self.columns[first:]
        try:
            size = int(cells[0])
            time, alg, bus = (float(cells[first + names.index(name)]) for name in ("time", "algbw", "busbw"))
        except ValueError as error:
            self.complain(number, f"{str(error).rpartition(': ')[2]} is no number", "give the output unchanged")
            return
        if not np.isfinite((alg, bus)).all():
            self.complain(number, f"bandwidths of {alg:g} and {bus:g} GB/s cannot be", "give the output unchanged")
            return
        self.check(number, size, time * self.unit, alg, cells[first:], names)
        self.rows[size] = (number, time * self.unit, alg, bus)

    def check(self, number: int, size: int, time: float, alg: float, cells: list[str], names: list[str]) -> None:
        if size in self.rows:
            self.complain(number, f"size {size} stands twice", "give one run; without MPI every process prints its own")
        if size > 0 and not 0.0 < time < np.inf:
            self.complain(number, f"a time of {time:g} s for {size} bytes cannot be", "run again with more iterations")
        elif size > 0 and abs(alg - size / time / 1e9) > _ROUNDED * alg + 0.01:
            why = f"algbw {alg:g} GB/s is not size over time, {size / time / 1e9:.4g} GB/s"
            self.complain(number, why, "the header does not belong to the row, or a number was changed")
        wrong = next((cells[i] for i, name in enumerate(names) if name == "#wrong"), "0")
        if wrong not in ("0", "N/A"):
            self.complain(number, f"{wrong} results were wrong", "times of a run with wrong results mean nothing")


def read_nccl_tests(
    text: str, *, file: str = "nccl-tests", collective: str = "", group: int = 0, in_place: bool = False
) -> Measurements:
    """Read the output of nccl-tests or rccl-tests.

    Parameters
    ----------
    text
        As printed, comments and all.
    file
        What to call it in messages.
    collective
        Which of ``COLLECTIVES``; by default as the output names its program (``all_reduce_perf``).
    group
        Accelerators; by default as many as the ranks listed, else threads times GPUs.
    in_place
        Take the times of the run in place instead of those out of place.

    Raises
    ------
    ProgrammeError
        With everything that is wrong in the text, each with its line.
    """
    reader = _Reader(file, collective, group)
    last = 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = _LAUNCHER.sub("", line).strip()
        last = number if stripped else last
        if stripped.startswith("#"):
            reader.comment(number, stripped)
        elif re.match(r"\d+\s", stripped) or stripped.isdigit():
            reader.row(number, stripped, in_place=in_place)
        else:
            reader.program(stripped)
    ranks = group or len(reader.ranks) or reader.counted
    _finish(reader, last, ranks)
    if reader.problems:
        raise ProgrammeError(reader.problems, title=f"{file} is no output of nccl-tests that can be used")
    rows = {size: row for size, row in sorted(reader.rows.items()) if size > 0}
    count = len(rows)
    return Measurements(
        collective=(reader.collective,) * count,
        bytes=np.array(list(rows), dtype=np.float64),
        group=np.full(count, float(ranks)),
        time=np.array([row[1] for row in rows.values()]),
        algorithms=(LIBRARY,) * count,
        source=file,
        device=next((name for _, name in reader.ranks.values()), ""),
        hosts=len({host for host, _ in reader.ranks.values()}),
    )


def read_nccl_file(path: Path, *, collective: str = "", group: int = 0) -> Measurements:
    """Read a file with the output of nccl-tests.

    Raises
    ------
    ProgrammeError
        If it cannot be read or is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        why = f"the file cannot be read: {error.strerror}"
        problem = Problem(why, Place(path.name), hint="name a file with the output of nccl-tests")
        raise ProgrammeError([problem], title=f"{path.name} is no output of nccl-tests that can be used") from error
    return read_nccl_tests(text, file=path.name, collective=collective, group=group)


def _finish(reader: _Reader, last: int, ranks: int) -> None:
    """Complain of what a whole output has and this one has not."""
    if not reader.columns and not reader.rows:
        reader.complain(last, "there is no table of sizes and times", "give what all_reduce_perf or its like prints")
        return
    if not any(size > 0 for size in reader.rows):
        reader.complain(last, "the table has no row with a size above zero", "run with -b 1K -e 8G -f 2")
    if not reader.ended:
        why = "the output ends before its last line, '# Avg bus bandwidth'"
        reader.complain(last, why, "the run was stopped or the file cut; give the whole output of a run that ended")
    if not reader.collective:
        hint = f"name it with --collective: {', '.join(COLLECTIVES)}"
        reader.complain(last, "the output does not say which collective was run", hint)
    if reader.ranks and sorted(reader.ranks) != list(range(len(reader.ranks))):
        missing = sorted(set(range(max(reader.ranks) + 1)) - set(reader.ranks))
        reader.complain(last, f"the ranks {', '.join(map(str, missing[:9]))} are not listed", "give the whole output")
    if ranks < 2:
        reader.complain(last, "the output does not say how many ranks took part, or one alone did", "state --group")
    elif reader.collective:
        _check_group(reader, ranks)


def _check_group(reader: _Reader, ranks: int) -> None:
    """Hold the ratio of the two bandwidths of the largest message against the number of ranks."""
    size = max(reader.rows, default=0)
    if not size:
        return
    line, _, alg, bus = reader.rows[size]
    factor = float(bus_factor(reader.collective, np.array(float(ranks))))
    if alg > 1.0 and abs(bus / alg - factor) > _RATIO * factor + _DECIMAL / alg:
        why = f"busbw is {bus / alg:.3g} of algbw, but {factor:.3g} for {reader.collective} among {ranks}"
        reader.complain(line, why, "the number of ranks or the collective is another one; state both")
