"""How long does the whole space of strategies of GPT-3 175B on 4,096 A100 take?

Every way to lay the job out that divides evenly gets its step and its memory. The alternative computes one strategy
at a time, as a model without columns has to; it is timed on some strategies and scaled.
"""

import time

import numpy as np

from gigaloop.catalogue import load_catalogue
from gigaloop.design.performance import machine_of, training_steps
from gigaloop.design.performance.memory import training_memory
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.strategy import search_strategies
from gigaloop.design.transformer import Transformer

ACCELERATORS = 4096
COLUMN = 1 << 19
"""Strategies of the rate."""
ALONE = 200
"""Strategies that the alternative is timed on."""
REPEATS = 3


def main() -> None:
    """Print the table."""
    model = Transformer("GPT-3 175B", 96, 12288, 96, 96, 128, 49152, 51200, gated=False)
    machine = machine_of(load_catalogue().accelerator("a100-80"))
    job = Job(sequence=2048, batch=4096, precision=0)
    rng = np.random.default_rng(0)
    choices = {
        "tp": (1, 2, 4, 8), "cp": (1, 2), "pp": (1, 2, 4, 8, 16), "vp": (1, 2, 3), "dp": (4, 8, 16, 32),
        "ep": (1,), "micro_batch": (1, 2, 4, 8), "recompute": (0, 1, 2), "zero": (0, 1, 2, 3), "schedule": (0, 1, 2),
    }  # fmt: skip
    columns = {name: rng.choice(values, COLUMN) for name, values in choices.items()}
    strategies = Strategies(**columns)

    def seconds(what: str) -> float:
        times = []
        for _ in range(REPEATS + 1):
            start = time.process_time()
            if what != "memory":
                training_steps(model, machine, job, strategies)
            if what != "step":
                training_memory(model, machine, job, strategies)
            times.append(time.process_time() - start)
        return float(np.median(times[1:]))

    together = training_steps(model, machine, job, strategies).step[:ALONE]
    start = time.process_time()
    for row in range(ALONE):
        alone = Strategies(**{name: int(column[row]) for name, column in columns.items()})
        step = training_steps(model, machine, job, alone).step[0]
        training_memory(model, machine, job, alone)
        if not np.isclose(step, together[row], rtol=1e-9):
            raise SystemExit(f"the answers differ: {step} s and {together[row]} s")
    one = (time.process_time() - start) / ALONE
    for what in ("step", "memory", "both"):
        rate = COLUMN / seconds(what)
        print(
            f"{what:8} gigaloop {rate / 1e6:5.2f} M strategies/s    one by one {1.0 / one:6.0f}/s    {rate * one:6.0f}x"
        )
    start = time.process_time()
    found = search_strategies(model, machine, job, ACCELERATORS)
    took = time.process_time() - start
    case = f"{found.considered:,} strategies on {ACCELERATORS:,}"
    print(f"{case:40} gigaloop {took:5.1f} s    one by one {one * found.considered:9.0f} s")


if __name__ == "__main__":
    main()
