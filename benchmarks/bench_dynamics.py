"""How long does a day of a site's power at 1 s take, with all that is asked of it?

The alternative goes through the day second by second with one NumPy vector over all racks, each with its own place in
its job's iteration: what a simulator by rack does at the least. It runs for a part of the day and is scaled. Both must
give the same power for jobs that neither fail nor vary. Peak memory is that of the process.
"""

import math
import resource
import time
from dataclasses import replace

import numpy as np

from gigaloop.catalogue import load_catalogue
from gigaloop.design.dynamics.jobs import Job, Share, load_of, schedule
from gigaloop.design.dynamics.limits import band_swing, ramp_statistics
from gigaloop.design.dynamics.storage import least_energy, sized
from gigaloop.design.dynamics.trace import power_trace

RACKS = 10_000
RACK_POWER = 132e3
ACCELERATORS = 72
DAY = 86400.0
LIMIT = 50e6 / 60.0
PART = 1800


def memory() -> float:
    """Peak memory of the process so far [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def rack_by_rack(jobs: tuple[Job, ...], seconds: int) -> np.ndarray:
    """Go second by second through vectors over racks: high time of each rack's iteration within each second."""
    of = np.repeat(np.arange(len(jobs)), [round(job.racks) for job in jobs])
    loads = [job.load for job in jobs]
    start, period, duty, compute, communicate, idle = (
        np.array(values)[of]
        for values in zip(
            *(
                (job.start, load.period, load.duty, load.compute, load.communicate, load.idle)
                for job, load in zip(jobs, loads, strict=True)
            ),
            strict=True,
        )
    )
    power = np.empty(seconds)
    for second in range(seconds):
        worked = np.maximum(np.array([[second], [second + 1.0]]) - start, 0.0)
        turns, inside = np.divmod(worked, period)
        high = np.diff(turns * duty * period + np.minimum(inside, duty * period), axis=0)[0]
        ran = np.diff(worked, axis=0)[0]
        drawn = idle * (1.0 - ran) + communicate * (ran - high) + compute * high
        power[second] = RACK_POWER * drawn.sum()
    return power


def main() -> None:
    catalogue = load_catalogue()
    training, serving = (load_of(catalogue.load_profile(name)) for name in ("pre-training", "serving"))
    shares = [Share(training, 0.7 * RACKS, 24576.0), Share(serving, 0.3 * RACKS, math.inf, steady=True)]
    before = memory()
    begin = time.process_time()
    jobs = schedule(shares, RACK_POWER, ACCELERATORS, DAY, seed=1)
    trace = power_trace(jobs, DAY, seed=1)
    traced = time.process_time() - begin
    ramp_statistics(trace.power, 1.0)
    fine = power_trace(jobs, DAY, seed=1, step=0.02, begin=43200.0, end=43320.0, keep_jobs=False)
    band_swing(fine.power, 0.02, 0.1, 20.0)
    measured = time.process_time() - begin
    need, _ = sized(trace.power, 1.0, LIMIT, 0.9)
    _, bound = least_energy(trace.power, 1.0, LIMIT)
    asked = time.process_time() - begin
    after = memory()
    print(
        f"{RACKS} racks, {len(jobs)} jobs, 24 h at 1 s: trace {traced:.2f} s CPU, with ramps and band {measured:.2f} s"
    )
    print(f"with storage ({need.energy / 3.6e9:.2f} MWh, none below {bound / 3.6e9:.2f} MWh): {asked:.2f} s CPU")
    print(f"peak memory {after:.0f} MB, of which {after - before:.0f} MB by this")

    even = replace(
        training, jitter=0.0, noise=0.0, failure_interval=math.inf, checkpoint_interval=math.inf, warm_up=0.0
    )
    regular = tuple(
        Job(f"{index}", even, 500.0, RACK_POWER, 36000.0, 0.37 * index, math.inf) for index in range(RACKS // 500)
    )
    begin = time.process_time()
    theirs = rack_by_rack(regular, PART)
    other = (time.process_time() - begin) * DAY / PART
    begin = time.process_time()
    ours = power_trace(regular, DAY, seed=1, keep_jobs=False)
    took = time.process_time() - begin
    # Phases differ by the draw of the first iteration, so energy is compared, over whole periods.
    if abs(ours.power[60:PART].mean() / theirs[60:].mean() - 1.0) > 1e-4:
        raise SystemExit("the two differ in energy")
    case = f"24 h at 1 s of {RACKS} racks, regular jobs"
    theirs_named = f"rack by rack in NumPy ({PART} s, scaled) {other:.1f} s"
    print(f"{case}    gigaloop {took:.2f} s    {theirs_named}    {other / took:.0f}x")


if __name__ == "__main__":
    main()
