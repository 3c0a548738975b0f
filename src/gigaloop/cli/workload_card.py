"""The card of a workload on a generation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from gigaloop.cli import output, sourced
from gigaloop.cli.fabric_tables import duration
from gigaloop.cli.numbers import money, percent, power, rounded, tokens
from gigaloop.cli.workload import Shown
from gigaloop.cli.workload_tables import (
    show_front,
    show_goodput,
    show_memory,
    show_out,
    show_parts,
    show_runners_up,
    show_sensitivity,
)
from gigaloop.core.evidence import Evidence
from gigaloop.core.units import DAY
from gigaloop.programme import evidence_of

_LEFT, _RIGHT = "left", "right"
_GWH = 3.6e12


def show_workload(shown: Shown, top: int) -> None:
    """Print what a generation does on a workload."""
    found = shown.found.performance
    output.line()
    output.line(
        f"{shown.workload.name or found.workload} on {shown.generation.name}  ({found.workload}, {found.kind})",
        style="bold",
    )
    output.table("", [(found.kind, _LEFT), ("", _RIGHT), ("", _LEFT)], _card(shown))
    if not found.fits:
        output.line(f"does not fit: {found.note}")
    elif found.note:
        output.line(f"note: {found.note}")
    if found.fits:
        show_parts(shown)
        show_memory(shown)
        show_goodput(shown)
        show_runners_up(shown, top)
        show_front(shown, top)
        show_out(shown)
        show_sensitivity(shown)


def _card(shown: Shown) -> Iterator[tuple[str, str, str]]:
    found = shown.found.performance
    yield (
        "model",
        f"{_giga(found.parameters)} parameters",
        f"{_giga(found.active_parameters)} of them meet a token; {_model(shown)}",
    )
    machine = shown.found.machine
    yield (
        "accelerator",
        f"{machine.power:,.0f} W",
        f"{machine.name}; domain of {machine.domain:,.0f}; {found.precision} products",
    )
    if not found.fits:
        return
    yield "layout", f"{found.accelerators:,.0f}", f"accelerators: {found.layout}"
    yield "tokens/s", tokens(found.tokens_per_s_per_accelerator), "an accelerator"
    yield (
        "",
        tokens(found.tokens_per_s),
        f"a rack; 80 %: {tokens(found.tokens_per_s_low)} to {tokens(found.tokens_per_s_high)}",
    )
    yield "", tokens(found.tokens_per_s * shown.racks_per_megawatt), "a MW into racks at design power"
    stack = shown.found.stack
    yield "software", f"x {stack.factor:.3g}", f"time of a step against the equations: {stack.said}"
    yield from _training(shown) if found.kind == "training" else _serving(shown)
    needed, usable, stated = (each / 1e9 for each in (found.memory_needed, found.memory_available, float(machine.hbm)))
    yield (
        "memory",
        percent(needed / usable),
        f"{needed:,.0f} of {usable:,.0f} GB that programs can use of the fullest accelerator, {stated:,.0f} GB stated",
    )
    if shown.cost is not None:
        each = shown.cost
        cost = "not known" if math.isinf(each.usd_per_million) else money(each.usd_per_million)
        yield "cost", cost, f"a million tokens, at {each.usd_per_hour:.3g} USD an accelerator-hour of the plan"


def _training(shown: Shown) -> Iterator[tuple[str, str, str]]:
    found, detail, search = shown.found.performance, shown.detail, shown.found.search
    yield "step", duration(found.step), f"{rounded(found.batch)} sequences; the largest part: {found.bound}"
    hfu = "" if detail is None else f"HFU {percent(detail.hfu)}, with what is computed twice"
    yield "MFU", percent(found.mfu), hfu
    yield "goodput", percent(found.goodput), "of the time trains; tokens/s above have it taken off"
    if shown.found.time_to_train is not None and detail is not None and detail.run is not None:
        run = detail.run
        days = shown.found.time_to_train / DAY
        yield "time to train", rounded(days, "days", 3), f"{_giga(float(run.tokens))} tokens, interruptions counted"
        spent = float(run.rack_energy)
        mean = float(run.accelerator_power)
        yield (
            "energy to train",
            rounded(spent / _GWH, "GWh", 3),
            f"into the racks; accelerators draw {power(mean)} on average",
        )
    if detail is not None:
        high, low, share = detail.power.levels
        yield (
            "power",
            power(detail.power.mean),
            f"an accelerator over a step: {power(high)} for {percent(share)} of it, else {power(low)}",
        )
    if search is not None:
        yield "searched", f"{search.considered:,}", f"strategies, {search.fitting:,} fit"


def _serving(shown: Shown) -> Iterator[tuple[str, str, str]]:
    found, front, row = shown.found.performance, shown.found.front, shown.found.row
    serving = shown.workload.serving
    asked = float(serving.speed) if serving is not None else 0.0
    yield (
        "user",
        rounded(1.0 / found.step, "tokens/s", 3),
        "sees" + (f"; asked for: {asked:g} tokens/s" if asked else ""),
    )
    yield "time per token", duration(found.step), f"the largest part: {found.bound}"
    if found.first_token is not None:
        limit = serving.first_token if serving is not None else None
        asked_for = "" if limit is None else f"; asked for within {float(limit):g} s"
        yield "first token", duration(found.first_token), f"without a queue{asked_for}"
    yield "in flight", f"{found.batch:,.0f}", "sequences on an instance"
    yield "MFU", percent(found.mfu), "of the decoding with its share of prefill"
    if front is not None and row is not None:
        drawn = float(front.points.power[row])
        joules = float(front.points.energy_per_token[row]) * shown.found.stack.factor
        yield "power", power(drawn), f"an accelerator on average, {joules:.3g} J an output token"
        yield (
            "searched",
            f"{front.considered:,}",
            f"points, {int(front.points.fits.sum()):,} fit, {len(front.front)} on the front",
        )


def _model(shown: Shown) -> str:
    """Say where the model's shape comes from."""
    model = shown.workload.model
    if model.preset is not None:
        entry = shown.catalogue[model.preset]
        source = next((each.source for each in entry.evidence), "")
        return f"{entry.name}: {source}" if source else entry.name
    if model.config:
        return f"{shown.found.model.name}, {model.config}"
    place = shown.programme.place(f"workloads.{shown.workload.id}.model.shape")
    return "shape stated in the programme" + (f", {place}" if place is not None else "")


def _giga(count: float) -> str:
    """Write a large count.

    >>> _giga(4.06e11), _giga(3.0e13)
    ('406 G', '30 T')
    """
    for factor, sign in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if count >= factor:
            return f"{float(f'{count / factor:.3g}'):,.10g} {sign}"
    return f"{count:,.0f}"


def show_sources(shown: Sequence[Shown]) -> None:
    """Print what workloads rest on that nobody outside the programme has stated, and the accelerator's numbers."""
    first = shown[0]
    facts = f"catalogue.{first.generation.accelerator}."
    rows: list[tuple[str, str, Evidence | None]] = []
    shapes: list[str] = []
    for entry in first.design.inputs:
        _, _, rest = entry.path.partition("workloads.")
        if rest.partition(".")[2].startswith("model.shape."):
            shapes.append(rest.partition(".")[0])
        elif entry.path.startswith(facts) or (rest and entry.is_assumption):
            evidence = evidence_of(first.programme, entry.quantity, entry.path)
            rows.append((rest or entry.path, str(entry.quantity), evidence))
    output.line()
    sourced.show("What this rests on beside the constants of the equations", "path", rows)
    if shapes:
        output.line(f"the shapes of models are assumptions, too: {', '.join(dict.fromkeys(shapes))}")
    if first.cost is None:
        output.line("what tokens cost, by the programme's plan: --cost", style="dim")
