"""Methods of memory: what a training job allocates, as published, against the closed form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from gigaloop.catalogue import Catalogue, load_catalogue
from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import did_you_mean
from gigaloop.design.performance.machine import PRECISIONS, machine_of
from gigaloop.design.performance.memory import CONTEXT_BYTES, least_recompute, training_memory
from gigaloop.design.performance.strategies import RECOMPUTE, SCHEDULES, Job, Strategies
from gigaloop.design.transformer import find_preset
from gigaloop.validation.inputs import given, number
from gigaloop.validation.records import Case, Checked, Found, Method
from gigaloop.validation.training import bundled_measurements

GIB = 2.0**30
"""[B]"""


def peak(case: Case) -> Found:
    """Give the memory of the fullest accelerator [GiB].

    Inputs: ``model`` (name of a language model), ``layers``, ``dense_layers``, ``further`` (layers that predict further
    tokens) where they differ from it, ``accelerator``, ``precision``, ``sequence``, ``batch``, sizes ``tp``, ``cp``,
    ``pp``, ``vp``, ``dp``, ``ep``, ``micro_batch``, ``zero``, ``recompute``, ``schedule``, ``loss`` (``fused`` or
    ``plain``), and ``of``: ``allocated`` by tensors, or ``reserved`` by the allocator, which includes fragmentation.
    """
    catalogue = _catalogue()
    model = find_preset(catalogue, given(case, "model"))
    if model is None:
        raise UsageError(f"there is no language model '{given(case, 'model')}'")
    layers = _whole(case, "layers", int(model.layers))
    model = replace(
        model,
        layers=layers,
        dense_layers=_whole(case, "dense_layers", min(int(model.dense_layers), layers)),
        mtp_layers=_whole(case, "further", int(model.mtp_layers)),
    )
    machine = machine_of(catalogue.accelerator(given(case, "accelerator")))
    job = Job(_whole(case, "sequence"), _whole(case, "batch"), PRECISIONS.index(_one_of(case, "precision", PRECISIONS)))
    sizes: dict[str, Any] = {
        name: _whole(case, name, 1) for name in ("tp", "cp", "pp", "vp", "dp", "ep", "micro_batch")
    }
    strategies = Strategies(
        **sizes,
        recompute=RECOMPUTE.index(_one_of(case, "recompute", RECOMPUTE)),
        zero=_whole(case, "zero", 1),
        schedule=SCHEDULES.index(_one_of(case, "schedule", SCHEDULES)),
        fused_loss=_one_of(case, "loss", ("fused", "plain")) == "fused",
    )
    memory = training_memory(model, machine, job, strategies)
    reserved = _one_of(case, "of", ("allocated", "reserved")) == "reserved"
    found = memory.total - CONTEXT_BYTES if reserved else memory.allocated
    return Found(float(found[0]) / GIB)


METHODS: dict[str, Method] = {"peak": peak}


def remarks(rows: Sequence[Checked]) -> Iterator[str]:
    """Say how far off each quantity is, and how many measured configurations the closed form would refuse."""
    for quantity in dict.fromkeys(row.quantity for row in rows):
        errors = [abs(row.error) for row in rows if row.quantity == quantity and row.error is not None]
        if errors:
            mean, most = 100.0 * sum(errors) / len(errors), 100.0 * max(errors)
            yield f"{quantity}: mean {mean:.1f} %, greatest {most:.1f} % ({len(errors)} cases)"
    fit = least = 0
    measured = bundled_measurements()
    for row in measured:
        stated = row.strategy
        if stated is None:
            continue
        as_stated = bool(training_memory(row.model, row.machine, row.job, stated).fits[0])
        open_ = any("recompute" in each for each in row.assumed)
        lean = replace(stated, recompute=int(least_recompute(row.model, row.machine, row.job, stated)[0]))
        fit += as_stated
        least += as_stated or (open_ and bool(training_memory(row.model, row.machine, row.job, lean).fits[0]))
    yield (
        f"of {len(measured)} configurations whose step was measured, {fit} fit as stated; {least} with the least "
        "recompute that fits, where the source states none"
    )


@lru_cache(maxsize=1)
def _catalogue() -> Catalogue:
    return load_catalogue()


def _whole(case: Case, name: str, standard: int | None = None) -> int:
    return int(number(case, name, None if standard is None else float(standard)))


def _one_of(case: Case, name: str, known: tuple[str, ...]) -> str:
    value = case.inputs.get(name, known[0])
    if value not in known:
        raise UsageError(
            f"{name} '{value}' is not known", hint=did_you_mean(value, known, f"known: {', '.join(known)}")
        )
    return value
