"""Methods of strategies: how a measured sweep of layouts is ranked, and what the layout chosen first costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gigaloop.catalogue import load_catalogue
from gigaloop.core.document import read_csv
from gigaloop.core.errors import ProgrammeError, UsageError
from gigaloop.core.suggest import did_you_mean
from gigaloop.design.calibration.stored import constants_of
from gigaloop.design.performance import Constants, machine_of, training_steps
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.transformer import Transformer
from gigaloop.validation.inputs import file, given
from gigaloop.validation.records import Case, Found, Method
from gigaloop.validation.training import bundled_measurements

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SOFTWARE = "vtrain"
"""Name of the software whose rows the fit leaves out."""
FEW = 5
"""Strategies that make a sweep worth ranking. Source: a choice of this project."""
HOSTS = np.geomspace(5e-6, 1e-4, 27)
"""Launch times of a host that are tried [s]. Source: a choice of this project."""
VOCABULARY = 51_200
"""Tokens of the models of the sweeps. Source: https://github.com/VIA-Research/vTrain."""


def sweep(case: Case) -> Found:
    """Rank the measured layouts of a job.

    Inputs: ``rows`` (start of the ids of measured training steps) and ``of``: ``correlation`` (Spearman's, of predicted
    and measured steps) or ``regret`` (how much slower than the fastest the layout is that is predicted fastest).
    """
    start = given(case, "rows")
    rows = [row for row in bundled_measurements() if row.id.startswith(start)]
    if len(rows) < FEW:
        raise UsageError(f"{len(rows)} measured layouts start with '{start}'")
    constants = constants_of(load_catalogue(), rows[0].stack.family)
    steps = [
        training_steps(row.model, row.machine, row.job, row.strategy, constants).step[0]
        for row in rows
        if row.strategy is not None
    ]
    measured = np.array([row.step for row in rows])
    found = {"correlation": correlation, "regret": regret}[_one_of(case, ("correlation", "regret"))]
    return Found(found(np.array(steps), measured), f"{len(rows)} layouts")


def node(case: Case) -> Found:
    """Rank measured layouts of small models on one node, many sweeps at once.

    Half of the sweeps at a time are predicted with the launch time of the host that fits the other half best. Inputs:
    ``file`` and ``of``: ``correlation`` (median of sweeps), ``regret`` (mean of sweeps) or ``error`` (mean of rows).
    """
    measured, sweeps, predicted = _node(file(case, "file"))
    of = _one_of(case, ("correlation", "regret", "error"))
    if of == "error":
        return Found(float(np.mean(np.abs(predicted / measured - 1.0))), f"{len(measured)} rows")
    groups = [np.flatnonzero(sweeps == each) for each in np.unique(sweeps)]
    large = [rows for rows in groups if len(rows) >= FEW]
    if of == "regret":
        return Found(
            float(np.mean([regret(predicted[rows], measured[rows]) for rows in large])), f"{len(large)} sweeps"
        )
    values = [correlation(predicted[rows], measured[rows]) for rows in large]
    return Found(float(np.median(values)), f"{len(large)} sweeps")


METHODS: Mapping[str, Method] = {"sweep": sweep, "node": node}


def correlation(predicted: FloatArray, measured: FloatArray) -> float:
    """Give Spearman's rank correlation.

    Examples
    --------
    >>> correlation(np.array([1.0, 2.0, 3.0]), np.array([1.0, 9.0, 4.0]))
    0.5
    """
    ranks = [np.argsort(np.argsort(each)) for each in (predicted, measured)]
    return round(float(np.corrcoef(ranks[0], ranks[1])[0, 1]), 9)


def regret(predicted: FloatArray, measured: FloatArray) -> float:
    """Give how much slower than the fastest the one is that is predicted to be fastest."""
    return float(measured[np.argmin(predicted)] / measured.min() - 1.0)


@lru_cache(maxsize=4)
def _node(path: Path) -> tuple[FloatArray, IntArray, FloatArray]:
    """Give measured steps, the sweep of each, and predicted steps."""
    document = read_csv(path, path.name)
    rows = document.data if isinstance(document.data, list) else []
    if document.problems or not rows:
        raise ProgrammeError(document.problems, title=f"{path.name} is no table of measured layouts")
    columns = {key: np.array([float(str(row[key])) for row in rows]) for key in rows[0]}
    count = {key: column.astype(np.int64) for key, column in columns.items()}
    keys = np.stack([count[key] for key in ("accelerators", "layers", "hidden", "heads", "sequence", "batch")], axis=1)
    _, sweeps = np.unique(keys, axis=0, return_inverse=True)
    measured = columns["step_s"]
    catalogue = load_catalogue()
    start = constants_of(catalogue, SOFTWARE)
    tried = np.stack([_steps(count, replace(start, host=float(host))) for host in HOSTS])
    predicted = np.zeros_like(measured)
    for half in (0, 1):
        other = sweeps % 2 != half
        error = np.mean(np.abs(np.log(tried[:, other] / measured[other])), axis=1)
        predicted[~other] = tried[int(np.argmin(error))][~other]
    return measured, sweeps, predicted


def _steps(count: Mapping[str, IntArray], constants: Constants) -> FloatArray:
    hidden, heads, sequence = count["hidden"], count["heads"], count["sequence"]
    model = Transformer(
        name="GPT",
        layers=count["layers"],
        hidden=hidden,
        heads=heads,
        kv_heads=heads,
        head_dim=hidden // heads,
        ffn=4 * hidden,
        vocab=np.full_like(hidden, VOCABULARY),
        gated=False,
        tied=True,
    )
    strategies = Strategies(
        tp=count["tp"],
        cp=1,
        pp=count["pp"],
        vp=1,
        dp=count["dp"],
        ep=1,
        micro_batch=count["micro_batch"],
        recompute=2,
        zero=0,
        sequence_parallel=False,
        fused_attention=False,
        narrow_gradients=True,
        overlap_tp=False,
        overlap_dp=False,
        overlap_pp=False,
    )
    machine = machine_of(load_catalogue().accelerator("a100-80"))
    return training_steps(model, machine, Job(sequence, count["batch"], 0), strategies, constants).step


def _one_of(case: Case, known: tuple[str, ...]) -> str:
    value = given(case, "of")
    if value not in known:
        raise UsageError(f"'{value}' is nothing of a ranking", hint=did_you_mean(value, known, ", ".join(known)))
    return value
