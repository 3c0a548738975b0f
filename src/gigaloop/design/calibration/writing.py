"""Writing fits as files of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from gigaloop.design.calibration.effects import EFFECTS
from gigaloop.design.calibration.fit import EIGHT_IN_TEN, Fitted
from gigaloop.design.calibration.measurements import Measurement
from gigaloop.design.calibration.stacks import shown_date
from gigaloop.design.calibration.stored import BAND_NAME, NOISE_NAME
from gigaloop.design.performance import PRIORS, Constants
from gigaloop.design.performance.machine import PRECISIONS

_UNITS = {
    "prologue": "s", "kernel": "s", "host": "s", "routing": "s", "call": "s", "hop": "s", "network_hop": "s",
    "step_overhead": "s", "quantise": "B", "routed": "B", "ragged": "rows", "exponential": "values", "wave": "waves",
}  # fmt: skip


_ALONE = 0.1
"""Spread between models of a kind of which one was measured, log of the step. Source: a choice of this project."""


def slug(text: str) -> str:
    """Make an id of a name.

    Examples
    --------
    >>> slug("matrix hopper fp8")
    'matrix-hopper-fp8'
    """
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")


def calibrated_source(rows: int, date: str) -> str:
    """Write the source of what is fitted."""
    said = f"fitted by make calibrate on {rows} measured training steps, gigaloop.validation data/training.csv"
    return f'  calibrated: {{source: "{said}", date: {date}, kind: estimate}}'


def constants_file(whole: Fitted, held_out: Mapping[str, Fitted], date: str) -> str:
    """Write constants and spreads as fitted on all rows and without some, as a file of the catalogue.

    Parameters
    ----------
    whole
        Fitted on all rows.
    held_out
        Fits without some rows, by name.
    date
        ISO, for the source.
    """
    lines = [
        "# Constants of training steps and spreads of what they leave out. Made by `make calibrate`; do not edit.",
        "kind: performance_constant",
        "sources:",
        calibrated_source(len(whole.residuals), date),
    ]
    priors = sorted({prior.source for prior in PRIORS.values()})
    names = {source: f"prior-{number}" for number, source in enumerate(priors, start=1)}
    lines += [f'  {names[each]}: {{source: "{each}", date: {date[:4]}, kind: estimate}}' for each in priors]
    lines += ["", "entries:"]
    values, start = whole.constants.flat(), Constants().flat()
    spread = dict(zip(whole.names, np.sqrt(np.diag(whole.posterior)).tolist(), strict=True))
    folds = {name: fitted.constants.flat() for name, fitted in held_out.items()}
    for name in whole.names:
        word = name.split(" ")[0]
        lines += constant_entry(
            f"performance-{slug(name)}", name, "equations", values[name], spread[name], start[name],
            {each: found[name] for each, found in folds.items()}, f"[calibrated, {names[PRIORS[word].source]}]",
            _UNITS.get(word, ""),
        )  # fmt: skip
    for number, effect in enumerate(EFFECTS):
        others = {each: float(fitted.spreads.effects[number]) for each, fitted in held_out.items()}
        lines += constant_entry(
            f"effect-{slug(effect.name)}", effect.name, "effects", float(whole.spreads.effects[number]), 0.0,
            effect.prior, others, "calibrated", "",
        )  # fmt: skip
    for name in (NOISE_NAME, BAND_NAME):
        others = {each: float(getattr(fitted.spreads, name)) for each, fitted in held_out.items()}
        value = float(getattr(whole.spreads, name))
        lines += constant_entry(f"effect-{name}", name, "effects", value, 0.0, value, others, "calibrated", "")
    return "\n".join(lines) + "\n"


def constant_entry(
    id_: str, name: str, use: str, value: float, spread: float, prior: float, others: Mapping[str, float],
    source: str, unit: str,
) -> list[str]:  # fmt: skip
    """Write a fitted constant as an entry of the catalogue."""
    reach = float(np.exp(EIGHT_IN_TEN * spread))
    kept = {each: other for each, other in others.items() if f"{other:.5g}" != f"{value:.5g}"}
    held = "; ".join(f"{each}: {other:.5g}" for each, other in kept.items())
    span = f", low: {value / reach:.4g}, high: {value * reach:.4g}" if spread else ""
    return [
        f"  {id_}:",
        f'    {{name: "{name}", source: {source}, use: {use}, constant: "{name}", unit: "{unit}",',
        f"     value: {{value: {value:.5g}{span}}}, prior: {prior:.4g},",
        f'     without: "{held}"}}',
    ]


def stack_entry(
    id_: str, said: str, family: str, release: str, architecture: str, precision: str, kind: str,
    factor: float, spread: float, rows: int, source: str,
) -> list[str]:  # fmt: skip
    """Write the term of a software stack as an entry of the catalogue."""
    reach = float(np.exp(EIGHT_IN_TEN * spread))
    return [
        f"  {id_}:",
        f'    {{name: "{said}", source: {source}, family: {family}, release: "{release}",',
        f'     architecture: "{architecture}", precision: "{precision}", model: "{kind}", rows: {rows},',
        f"     factor: {{value: {factor:.4g}, low: {factor / reach:.4g}, high: {factor * reach:.4g}}}}}",
    ]


def stack_terms(rows: Sequence[Measurement], fitted: Fitted, source: str, family: str = "") -> list[str]:
    """Write the terms of stacks on each architecture, recipe and kind of model, at their newest release.

    Parameters
    ----------
    rows, fitted
        Measurements that the fit has learned from.
    source
        Key of the source in the file.
    family
        Family to call them, where it is not their own.
    """
    mean, covariance = fitted.joint(rows)
    groups: dict[tuple[str, str, str, str], list[int]] = {}
    for number, row in enumerate(rows):
        kind = "adapters" if row.job.adapters else "mixture" if row.moe else "dense"
        key = (row.stack.family, str(row.machine.architecture), PRECISIONS[int(row.job.precision)], kind)
        groups.setdefault(key, []).append(number)
    lines: list[str] = []
    for (name, architecture, precision, kind), all_of in sorted(groups.items()):
        newest = max(rows[number].stack.date for number in all_of)
        of = [number for number in all_of if rows[number].stack.date > newest - 0.5]
        centre = float(np.mean(mean[of]))
        # A model of the kind that was not measured differs as those that were do, and by the noise.
        between = float(np.var(mean[of])) if len(of) > 1 else _ALONE**2
        spread = fitted.spreads.band * float(
            np.sqrt(between + np.mean(np.diag(covariance)[of]) + fitted.spreads.noise**2)
        )
        called = family or name
        release = shown_date(newest)[:7]
        lines += stack_entry(
            slug(f"stack-{called}-{architecture}-{precision}-{kind}"),
            f"{called} {release} on {architecture}, {precision}, {kind}",
            called, release, architecture, precision, kind, float(np.exp(centre)), spread, len(of), source,
        )  # fmt: skip
    return lines
