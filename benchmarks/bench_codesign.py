"""How long until 1,000 variants of a generation are held against each other on four workloads?

The alternative searches every variant alone, as ``design workload`` does: all strategies of a training job, all layouts
and batches of a stream of requests. It is timed on some variants and scaled; both give the same rates, or this stops.
"""

import time
from pathlib import Path

from gigaloop.catalogue import load_catalogue
from gigaloop.design.codesign import SearchOptions, programme_works, search_codesign
from gigaloop.design.codesign.marginals import HBM_ENERGY
from gigaloop.design.codesign.training import TrainingWork
from gigaloop.design.codesign.work import changed
from gigaloop.design.performance import machine_of
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.strategies import Job
from gigaloop.design.records.codesign import CodesignSearch
from gigaloop.design.transformer import preset
from gigaloop.programme import load_programme

PROGRAMME = Path(__file__).parent.parent / "programmes" / "us-buildout"
GENERATION = "vr200-nvl72"
CHOICES = {
    "scale_up": ["0.5x to 2x in 4"],
    "scale_out": ["0.5x", "0.75x", "1.5x"],
    "hbm": ["0.75x", "1.25x", "1.5x"],
    "hbm_bandwidth": ["0.75x", "1.25x", "1.5x"],
    "power_cap": ["0.7x", "0.8x", "0.9x"],
}
STEP = 400
"""Of the variants that the alternative is timed on."""


def main() -> None:
    """Print the table."""
    catalogue = load_catalogue()
    programme = load_programme(PROGRAMME, catalogue)
    generation = programme.generation_of[GENERATION]
    dense = TrainingWork(
        "dense", 0.1, preset(catalogue, "llama-3-1-405b"), Job(sequence=8192, batch=2304, precision=2), 9216
    )
    works = (*programme_works(programme, generation, catalogue), dense)
    options = SearchOptions(choices=CHOICES, workers=2)
    wall, cpu = time.perf_counter(), time.process_time()
    found = search_codesign(programme, [generation], catalogue, lambda *_: works, programme.sites[0], options)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    base = machine_of(catalogue.accelerator(generation.accelerator))
    rows = range(0, len(found), STEP)
    start, worst = time.process_time(), 0.0
    for row in rows:
        machine = changed(base, _numbers(found, row, base))
        for column, work in enumerate(works):
            alone = work.everywhere(machine)
            worst = max(worst, alone / found.rates[row, column] - 1.0 if alone else 0.0)
    alternative = (time.process_time() - start) / len(rows) * len(found)
    if worst > 0.01:
        raise SystemExit(f"the answers differ: one by one finds {100.0 * worst:.2g} % more")
    case = f"{len(found):,} variants, {len(works)} workloads"
    print(
        f"{case:32} gigaloop {wall:6.1f} s, {cpu:6.1f} s of a core    one by one {alternative:8.0f} s of a core    "
        f"{alternative / cpu:5.0f}x, regret {100.0 * worst:.2g} %"
    )


def _numbers(found: CodesignSearch, row: int, base: Machine) -> dict[str, float]:
    """Give the numbers of a variant's machine."""
    axes = found.axes[GENERATION]
    value = {axis.name: axis.values[index] for axis, index in zip(axes, found.choice[row].tolist(), strict=True)}
    tdp = base.tdp + (value["hbm_bandwidth"] - base.hbm_bandwidth) * HBM_ENERGY
    return {
        "domain": value["domain"],
        "scale_up": value["scale_up"],
        "scale_out": value["scale_out"] / value["oversubscription"] / 8.0,
        "hbm": value["hbm"],
        "hbm_bandwidth": value["hbm_bandwidth"],
        "power": min(value["power_cap"], tdp),
        "tdp": tdp,
    }


if __name__ == "__main__":
    main()
