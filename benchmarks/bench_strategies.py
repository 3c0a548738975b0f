"""How long until all ways to lay a training job out over accelerators are ranked?

Cases are the search for the best layouts, which bounds cut short, the thorough search, which counts what fits and
ranks every layout, and the equations alone, step and memory, with nothing filtered: on all
strategies in order, on strategies drawn at random (neighbours share nothing), and with every collective both overlapped
and not. The last are 32 times as many, which the search need not ask because overlap never takes longer; that space is
larger than the 7.1 M points in which Calculon (https://github.com/calculon-ai/calculon) lays the first job out.

The alternative computes the same equations one strategy at a time, as a model without columns has to; it is timed on
strategies of the same space, its answers compared, and scaled. Times are CPU time of one process. Calculon itself was
measured at 143 to 193 strategies/s on such spaces, SimuMax (https://github.com/MooreThreads/SimuMax) at 7.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from gigaloop.catalogue import load_catalogue
from gigaloop.design.performance import Machine, machine_of, training_steps
from gigaloop.design.performance.memory import training_memory
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.strategy import Space, search_strategies, strategies_of
from gigaloop.design.strategy.branch import CHUNK
from gigaloop.design.transformer import Transformer, preset

CASES = (
    ("GPT-3 175B on 4,096 A100", "gpt-3-175b", "a100-80", 4096, Job(2048, 4096, 0)),
    ("Llama 3.1 405B on 16,384 H100", "llama-3-1-405b", "h100", 16_384, Job(8192, 2048, 1)),
    ("DeepSeek-V3 on 2,304 GB200", "deepseek-v3", "gb200", 2304, Job(4096, 18_432, 2)),
)
OVERLAPS = ("overlap_tp", "overlap_cp", "overlap_ep", "overlap_dp", "overlap_pp")
ALONE = 200
"""Strategies that the alternative is timed on."""
Answer = tuple[np.ndarray, np.ndarray]


def steps_and_memory(model: Transformer, machine: Machine, job: Job, strategies: Strategies) -> Answer:
    """Give steps [s] and memory [B] of strategies."""
    return training_steps(model, machine, job, strategies).step, training_memory(model, machine, job, strategies).total


def chunks(space: Space, *, drawn: bool = False) -> Iterator[Strategies]:
    """Give all strategies of a space, some thousands at a time, in order or as many drawn at random."""
    index = np.arange(space.size)
    if drawn:
        index = np.random.default_rng(0).integers(0, space.size, space.size)
    for start in range(0, space.size, CHUNK):
        yield space.strategies(index[start : start + CHUNK])


def overlapped(space: Space) -> Iterator[Strategies]:
    """Give all strategies of a space with every collective overlapped and not."""
    for flags in product((True, False), repeat=len(OVERLAPS)):
        chosen = dict(zip(OVERLAPS, flags, strict=True))
        for strategies in chunks(space):
            yield replace(strategies, **chosen)


def one_by_one(model: Transformer, machine: Machine, job: Job, space: Space) -> float:
    """Time strategies one at a time, compare their answers with those of columns, and give the time of one [s]."""
    index = np.sort(np.random.default_rng(0).choice(space.size, ALONE, replace=False))
    together = steps_and_memory(model, machine, job, space.strategies(index))
    alone = [space.strategies(index[i : i + 1]) for i in range(ALONE)]
    start = time.process_time()
    answers = [steps_and_memory(model, machine, job, each) for each in alone]
    taken = (time.process_time() - start) / ALONE
    for column, part in zip(together, zip(*answers, strict=True), strict=True):
        if not np.allclose(column, np.concatenate(part)):
            raise SystemExit("the answers differ")
    return taken


def show(case: str, count: int, run: Callable[[], object], one: float) -> None:
    """Time a case and print it."""
    start = time.process_time()
    run()
    ours = time.process_time() - start
    speed = f"gigaloop {ours:6.2f} s    {count / ours:9,.0f}/s"
    alternative = f"one by one {one * count:8,.0f} s    {one * count / ours:6,.0f}x"
    print(f"{case:50} {count:12,} strategies    {speed}    {alternative}")


def main() -> None:
    """Print the table."""
    catalogue = load_catalogue()
    for title, model_id, accelerator, accelerators, job in CASES:
        model, machine = preset(catalogue, model_id), machine_of(catalogue.accelerator(accelerator))
        space = strategies_of(model, machine, job, accelerators)
        one = one_by_one(model, machine, job, space)

        def equations(
            which: Iterator[Strategies], model: Transformer = model, machine: Machine = machine, job: Job = job
        ) -> None:
            for strategies in which:
                steps_and_memory(model, machine, job, strategies)

        def search(
            thorough: bool,
            model: Transformer = model,
            machine: Machine = machine,
            job: Job = job,
            accelerators: int = accelerators,
        ) -> None:
            search_strategies(model, machine, job, accelerators, thorough=thorough)

        show(f"{title}, best layouts", space.size, lambda: search(False), one)
        show(f"{title}, thorough", space.size, lambda: search(True), one)
        show(f"{title}, equations", space.size, lambda: equations(chunks(space)), one)  # noqa: B023
        show(f"{title}, drawn", space.size, lambda: equations(chunks(space, drawn=True)), one)  # noqa: B023
        if title == CASES[0][0]:
            everything = space.size * 2 ** len(OVERLAPS)
            show(f"{title}, every overlap", everything, lambda: equations(overlapped(space)), one)  # noqa: B023


if __name__ == "__main__":
    main()
