"""How long is the estimate of a collective, and how far are they off?

The alternative to one call for all sizes and groups is a call for each, and to the fit by closed form the general
optimiser of SciPy on the same regimes. Packet and event simulators are no alternative within a search: they take
seconds for one collective of a thousand ranks (see docs/fabric.md for figures that were measured elsewhere).
"""

import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.optimize import least_squares

from gigaloop.design.collectives import System, calibrate, collective_times
from gigaloop.design.collectives.measurements import Measurements
from gigaloop.design.collectives.priors import FloatArray
from gigaloop.design.collectives.regimes import LIBRARY
from gigaloop.design.collectives.segments import cut
from gigaloop.validation import validate

RACK = System("rack", domain=72.0, scale_up=900e9, scale_out=100e9, in_switch_reduction=True)
SIZES = 2.0 ** np.linspace(10.0, 33.0, 200)
GROUPS = 72.0 * np.arange(1, 51)
REPEATS = 7


def median(job: Callable[[], object]) -> float:
    """Seconds of processor time that a job takes, after once to warm up."""
    job()
    taken = []
    for _ in range(REPEATS):
        start = time.process_time()
        job()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def scalar_call() -> None:
    many = 1000
    size = np.tile(2.0 ** np.arange(10, 34), 3)
    group, time = np.repeat([72.0, 144.0, 720.0], 24), 30e-6 + size / 300e9
    runs = Measurements(("all_reduce",) * 72, size, group, time, (LIBRARY,) * 72, "made")
    for name, own in (("one estimate", None), ("one estimate, calibrated by three runs", calibrate(runs, RACK))):
        job = partial(collective_times, RACK, "all_reduce", 1e9, 720, calibration=own)
        taken = median(lambda job=job: [job() for _ in range(many)]) / many  # type: ignore[misc]
        print(f"{name:40}gigaloop {taken * 1e6:.0f} us    budget 100 us")


def at_once() -> None:
    def loop() -> np.ndarray:
        every = [[float(collective_times(RACK, "all_reduce", s, g).time) for s in SIZES[::10]] for g in GROUPS[::10]]
        return np.array(every)

    whole = collective_times(RACK, "all_reduce", SIZES, GROUPS[:, None]).time
    if not np.allclose(whole[::10, ::10], loop()):
        raise SystemExit("estimates at once and one by one differ")
    ours = median(lambda: collective_times(RACK, "all_reduce", SIZES, GROUPS[:, None]))
    other = median(loop) * whole.size / loop().size
    said = f"gigaloop {ours:.3f} s    a call each {other:.2f} s    {other / ours:.0f}x"
    print(f"{whole.size:,} estimates at once             {said}")


def calibration() -> None:
    size = np.asarray(2.0 ** np.arange(10, 34), dtype=np.float64)
    made = np.where(size <= 2**20, 20e-6 + size / 30e9, 45e-6 + size / 270e9)
    run = Measurements(("all_reduce",) * 24, size, np.full(24, 72.0), made, (LIBRARY,) * 24, "made")

    def general() -> np.ndarray:
        def off(x: np.ndarray) -> FloatArray:
            low, high = np.exp(x[0]) + size / np.exp(x[1]), np.exp(x[2]) + size / np.exp(x[3])
            return np.asarray(np.log(np.where(size <= 2**20, low, high) / made))

        return np.asarray(least_squares(off, np.log([1e-5, 1e10, 1e-4, 1e11])).x)

    found = cut(size, made)
    ours = [each.latency for each in found], [each.bandwidth for each in found]
    if not np.allclose(np.exp(general()), [ours[0][0], ours[1][0], ours[0][1], ours[1][1]], rtol=1e-3):
        raise SystemExit("the fits differ")
    fast, slow = median(lambda: calibrate(run, RACK)), median(general)
    said = f"gigaloop {fast * 1e3:.1f} ms    scipy, cut given {slow * 1e3:.1f} ms    {slow / fast:.1f}x"
    print(f"calibration, the cut found            {said}")


def accuracy() -> None:
    for each in validate("collectives").remarks:
        if "mean absolute error" in each:
            print(each)


if __name__ == "__main__":
    scalar_call()
    at_once()
    calibration()
    accuracy()
