"""Safety stock: of a network in two tables, or of a programme's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gigaloop.cli import output
from gigaloop.core.errors import UsageError

if TYPE_CHECKING:
    from gigaloop.plan.safety import Placement

_EXACT = 1e-6
"""Relative gap below which a placement is called optimal."""


def of_tables(stages: Path, arcs: Path, holding_rate: float, time_limit: float, *, json: bool) -> None:
    """Place safety stock in a network that two tables describe."""
    from gigaloop.plan.safety import place_safety_stock, read_network

    placed = place_safety_stock(read_network(stages, arcs), holding_rate=holding_rate, time_limit=time_limit)
    if json:
        output.print_json(placed.as_dict())
        return
    _show(placed, "periods", "")


def of_programme(
    folder: Path,
    scenario: str,
    facts: Path | None,
    year: str,
    spread: float | None,
    service: float | None,
    holding_rate: float | None,
    time_limit: float,
    *,
    json: bool,
) -> None:
    """Place safety stock in the network that feeds a programme's sites, in one year of its plan."""
    from gigaloop.cli.commands import planned
    from gigaloop.core.units import YEAR
    from gigaloop.plan.safety import place_safety_stock
    from gigaloop.plan.safety.programme import SERVICE, SPREAD, programme_network

    result = planned(folder, scenario, facts, quiet=json)
    built = programme_network(
        result.programme,
        result.plan,
        year=year,
        spread=SPREAD if spread is None else spread,
        service=SERVICE if service is None else service,
    )
    rate = float(result.programme.policy.discount_rate) * YEAR if holding_rate is None else holding_rate
    placed = place_safety_stock(built.network, holding_rate=rate, time_limit=time_limit, gap=1e-3)
    if json:
        output.print_json(
            placed.as_dict() | {"year": built.year, "holding_rate": rate, "assumptions": list(built.assumptions)}
        )
        return
    _show(placed, "weeks", " USD")
    for sentence in (*built.assumptions, f"holding costs {100 * rate:.3g} % of the value a year"):
        output.line(f"- {sentence}")


def needs_tables(stages: Path | None, arcs: Path | None) -> tuple[Path, Path]:
    """Give both tables.

    Raises
    ------
    UsageError
        If one of them is missing.
    """
    if stages is None or arcs is None:
        raise UsageError(
            "a network is a programme, or a table of stages and one of arcs",
            hint="gigaloop plan safety-stock PROGRAMME, or --stages FILE --arcs FILE",
        )
    return stages, arcs


def _show(placed: Placement, unit: str, money: str) -> None:
    columns = [("stage", "left"), *((name, "right") for name in ("in", "out", "net time", "safety stock", "cost"))]
    held = [each for each in placed.stages if each.cost > 0]
    rows = [
        (e.stage, f"{e.incoming:g}", f"{e.outgoing:g}", f"{e.net_time:g}", f"{e.safety_stock:,.1f}", f"{e.cost:,.2f}")
        for e in held
    ]
    output.table(f"{len(held)} of {len(placed.stages)} stages hold safety stock; times in {unit}", columns, rows)
    proof = "proven optimal" if placed.gap <= _EXACT else f"at most {100 * placed.gap:.2g} % above the best possible"
    output.line(f"cost a year {placed.cost:,.2f}{money}, {proof} (bound {placed.bound:,.2f}), {placed.seconds:.2f} s")
