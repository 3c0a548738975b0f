"""The fitted constants, spreads and software of serving as the catalogue has them, and as they are written to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gigaloop.catalogue import Catalogue
from gigaloop.catalogue.kinds import ServingConstant, ServingStack
from gigaloop.design.calibration.served import Served
from gigaloop.design.calibration.served_fit import EFFECTS, ServingFit, ServingSpreads, effects_of
from gigaloop.design.calibration.stored import BAND_NAME, NOISE_NAME, UNSEEN, StackTerm, taken_over
from gigaloop.design.calibration.writing import constant_entry, slug, stack_entry
from gigaloop.design.performance.machine import PRECISIONS
from gigaloop.design.serving import ServingConstants
from gigaloop.design.serving.constants import LOG_SPREAD

EQUATIONS, SPREADS = "equations", "effects"
"""Uses of entries."""

FAMILY = "serving"
"""First word of the ids of entries."""

_RECENT = 0.5
"""Years before the newest release of a group that still speak for it. Source: a choice of this project."""

_UNITS = dict.fromkeys(("kernel", "routing", "host", "sequence", "reduce", "exchange", "network"), "s")


def serving_constants(catalogue: Catalogue, without: str = "") -> ServingConstants:
    """Give the constants of serving as fitted on all rows, or without some, such as ``fold 0``.

    Examples
    --------
    >>> from gigaloop.catalogue import load_catalogue
    >>> 0.5 < serving_constants(load_catalogue()).bandwidth < 1.3
    True
    """
    return ServingConstants(**{each.constant: _value(each, without) for each in _entries(catalogue, EQUATIONS)})


def serving_spreads(catalogue: Catalogue, without: str = "") -> ServingSpreads:
    """Give the spreads of the effects of serving as fitted on all rows, or without some."""
    found = {each.constant: _value(each, without) for each in _entries(catalogue, SPREADS)}
    effects = np.array([found.get(effect.name, effect.prior) for effect in EFFECTS])
    return ServingSpreads(effects, found[NOISE_NAME], found[BAND_NAME])


def serving_stack(catalogue: Catalogue, architecture: str, precision: str, kind: str, library: str = "") -> StackTerm:
    """Give how much longer a token takes under the newest release of a library than by the equations.

    Where it was measured on other accelerators alone, its newest factor of the same precision and kind stands in, with
    the spread of software that nobody measured; where not even that is there, that of such software.

    Parameters
    ----------
    kind
        ``dense`` or ``mixture``.
    library
        A library; where empty, the newest that was measured.
    """
    entries = [each for each in catalogue.of_kind(ServingStack.kind) if isinstance(each, ServingStack)]
    alike = [
        each for each in entries if (each.precision, each.model) == (precision, kind) and library in ("", each.family)
    ]
    measured = [each for each in alike if each.architecture == architecture]
    if measured:
        best = max(measured, key=lambda each: (each.release, each.rows))
        low, high = best.factor.bounds
        return StackTerm(best.name, float(best.factor), low, high)
    unseen = next(each for each in entries if each.family == UNSEEN)
    return taken_over(max(alike, key=lambda each: (each.release, each.rows), default=unseen), unseen, architecture)


def serving_constants_file(whole: ServingFit, held_out: Mapping[str, ServingFit], date: str) -> str:
    """Write constants and spreads of serving as fitted on all rows and without some, as a file of the catalogue."""
    prior = "priors of gigaloop.design.serving.constants, each with its source there"
    lines = [
        "# Constants of serving and spreads of what they leave out. Made by `make calibrate`; do not edit.",
        "kind: serving_constant",
        "sources:",
        _source(len(whole.measured), date),
        f'  prior: {{source: "{prior}", date: {date[:4]}, kind: estimate}}',
        "",
        "entries:",
    ]
    spread = dict(zip(LOG_SPREAD, np.sqrt(np.diag(whole.posterior)).tolist(), strict=True))
    for name in LOG_SPREAD:
        others = {each: float(getattr(fit.constants, name)) for each, fit in held_out.items()}
        lines += constant_entry(
            f"serving-{slug(name)}", name, EQUATIONS, float(getattr(whole.constants, name)), spread[name],
            float(getattr(ServingConstants(), name)), others, "[calibrated, prior]", _UNITS.get(name, ""),
        )  # fmt: skip
    for number, effect in enumerate(EFFECTS):
        others = {each: float(fit.spreads.effects[number]) for each, fit in held_out.items()}
        value = float(whole.spreads.effects[number])
        lines += constant_entry(
            f"serving-effect-{slug(effect.name)}", effect.name, SPREADS, value, 0.0, effect.prior, others,
            "calibrated", "",
        )  # fmt: skip
    for name in (NOISE_NAME, BAND_NAME):
        others = {each: float(getattr(fit.spreads, name)) for each, fit in held_out.items()}
        value = float(getattr(whole.spreads, name))
        lines += constant_entry(f"serving-effect-{name}", name, SPREADS, value, 0.0, value, others, "calibrated", "")
    return "\n".join(lines) + "\n"


def serving_stacks_file(fit: ServingFit, date: str) -> str:
    """Write how software departs from the equations of serving, by library, as a file of the catalogue."""
    lines = [
        "# How software that serves departs from the equations. Made by `make calibrate`; do not edit.",
        "kind: serving_stack",
        "sources:",
        _source(len(fit.measured), date),
        "",
        "entries:",
    ]
    effects = effects_of(fit)
    groups: dict[tuple[str, str, str, str], list[int]] = {}
    for number, row in enumerate(fit.measured):
        if row.interpolated or row.stack.library == "unknown":
            continue
        groups.setdefault(_group(row), []).append(number)
    for (library, architecture, precision, kind), rows in sorted(groups.items()):
        newest = max(fit.measured[number].stack.date for number in rows)
        of = [number for number in rows if fit.measured[number].stack.date > newest - _RECENT]
        centre = -float(np.mean(effects[of]))
        between = float(np.var(effects[of])) if len(of) > 1 else float(np.sum(fit.spreads.effects**2)) / 2.0
        spread = float(np.sqrt(between + fit.spreads.noise**2)) * fit.spreads.band
        year, month = divmod(round(newest * 12.0), 12)
        lines += stack_entry(
            slug(f"{FAMILY}-{library}-{architecture}-{precision}-{kind}"),
            f"{library} {year}-{month + 1:02d} on {architecture}, {precision}, {kind}", library,
            f"{year}-{month + 1:02d}", architecture, precision, kind, float(np.exp(centre)), spread, len(of),
            "calibrated",
        )  # fmt: skip
    centres = [-float(np.mean(effects[rows])) for rows in groups.values()]
    spread = float(np.sqrt(np.var(centres) + fit.spreads.noise**2))
    lines += stack_entry(
        f"{FAMILY}-{UNSEEN}", f"software that nobody measured, as {len(groups)} groups differ", UNSEEN,
        date[:7], "", "", "", float(np.exp(np.mean(centres))), spread, len(fit.measured), "calibrated",
    )  # fmt: skip
    return "\n".join(lines) + "\n"


def _source(rows: int, date: str) -> str:
    said = f"fitted by make calibrate on {rows} measured throughputs, gigaloop.validation data/inference.csv"
    return f'  calibrated: {{source: "{said}", date: {date}, kind: estimate}}'


def _group(row: Served) -> tuple[str, str, str, str]:
    kind = "mixture" if int(np.asarray(row.model.experts)) > 0 else "dense"
    return row.stack.library, str(row.machine.architecture), PRECISIONS[int(np.asarray(row.load.precision))], kind


def _entries(catalogue: Catalogue, use: str) -> Sequence[ServingConstant]:
    found = [each for each in catalogue.of_kind(ServingConstant.kind) if isinstance(each, ServingConstant)]
    return [each for each in found if each.use == use]


def _value(entry: ServingConstant, without: str) -> float:
    return entry.held_out.get(without, float(entry.value)) if without else float(entry.value)
