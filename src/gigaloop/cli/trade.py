"""What ``gigaloop design trade`` does: many facilities side by side, ranked, with the front of what is worth having."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gigaloop.cli import output
from gigaloop.cli.design import load, stated
from gigaloop.cli.numbers import celsius, counted, equipment, megawatts, rounded
from gigaloop.core.suggest import find
from gigaloop.core.units import UNITS

if TYPE_CHECKING:
    from gigaloop.design.records import TradeSpace

T = TypeVar("T", bound=str)

_LITRES_PER_KWH = 1.0 / UNITS["L/kWh"].factor

_HEADS = (
    ("generation", "left"),
    ("cooling", "left"),
    ("redundancy", "left"),
    ("water at", "right"),
    ("racks", "right"),
    ("IT", "right"),
    ("PUE", "right"),
    ("design day", "right"),
    ("L/kWh", "right"),
    ("chilled", "right"),
    ("IT lost", "right"),
    ("priced plant", "right"),
    ("", "left"),
)
_OPTIONAL = ("water at", "chilled", "racks", "IT lost", "design day")


def trade(
    folder: Path,
    scenario: str,
    facts: Path | None,
    *,
    sites: Sequence[str],
    generations: Sequence[str],
    coolings: Sequence[str],
    redundancies: Sequence[str],
    supplies: Sequence[str],
    power_caps: Sequence[str],
    top: int,
    json: bool,
) -> None:
    """Show the trade space of a programme."""
    from gigaloop.design.trade import COOLINGS, REDUNDANCIES, trade_space

    chosen = tuple(_one_of("cooling", name, COOLINGS) for name in coolings) or COOLINGS
    backed = tuple(_one_of("redundancy", name, REDUNDANCIES) for name in redundancies) or REDUNDANCIES
    programme, catalogue = load(folder, scenario, facts)
    space = trade_space(
        programme,
        catalogue,
        sites=sites,
        generations=generations,
        coolings=chosen,
        redundancies=backed,
        supplies=[float(stated("--supply", each, "temperature", "30 degC")) for each in supplies] or (None,),
        power_caps=[float(stated("--power-cap", each, "power", "960 W")) for each in power_caps] or (None,),
    )
    if json:
        output.print_json(trade_object(space))
        return
    show_trade(space, top)


def _one_of(option: str, name: str, known: Sequence[T]) -> T:
    return find(option, name, ((each if each.casefold() != name.casefold() else name, each) for each in known))


def show_trade(space: TradeSpace, top: int) -> None:
    """Print the best designs of each site, those of the front first."""
    for site, note in space.weather.items():
        rows = [row for row in space.ranking() if space.site[row] == site]
        can = [row for row in rows if not space.obstacles[row]]
        warming = f", warmed by {note.warming:+g} K" if note.warming else ""
        built = f"{len(can)} can be built, {int(space.front[rows].sum())} on the front"
        title = f"{site}: {counted(len(rows), 'design')}, {built}"
        shown = sorted(can, key=lambda row: not space.front[row])[:top]
        weather = f"{note.name} ({note.station}), {note.period}{warming}"
        more = f"; {len(can) - len(shown)} more with --top {len(can)}" if len(can) > len(shown) else ""
        cells = [tuple(_cells(space, row)) for row in shown]
        output.line()
        if cells:
            output.table(title, _HEADS, cells, weather + more, optional=_OPTIONAL)
        else:
            output.line(title, style="bold")
        why = dict.fromkeys(space.obstacles[row] for row in rows if space.obstacles[row])
        for obstacle in why:
            count = sum(space.obstacles[row] == obstacle for row in rows)
            output.line(f"  {count} cannot: {obstacle}", style="dim")
    output.line()
    output.line(
        "*: on the front: no other of its site feeds as much IT with as low PUE, water, IT lost and priced plant"
    )
    output.line(
        "PUE, L/kWh, chilled (heat to chillers): of the typical year at the racks' mean power, not an extreme one"
    )
    output.line(
        "design day: PUE at full power in the extremes and 1.5 K; IT lost: to unavailable power and cooling, mean"
    )
    if space.unpriced:
        output.line(f"no price is known for: {', '.join(map(equipment, space.unpriced))}")
    if space.left_out:
        output.line(f"left out, for their weather is not known: {', '.join(space.left_out)}")


def _cells(space: TradeSpace, row: int) -> Iterator[str]:
    cap = space.power_cap[row]
    yield space.generation[row] + ("" if math.isnan(cap) else f" at {cap:g} W")
    yield space.cooling[row]
    yield space.redundancy[row]
    yield celsius(space.supply[row])
    yield f"{space.racks[row]:,.0f}"
    yield megawatts(space.it_power[row])
    yield f"{space.pue[row]:.3f}"
    yield f"{space.peak_pue[row]:.3f}"
    yield f"{space.wue[row] * _LITRES_PER_KWH:.2f}"
    yield f"{100 * space.chilled_share[row]:.1f} %"
    yield rounded(space.expected_lost[row] / 1e3, "kW", 3)
    yield f"{space.cost[row] / 1e6:,.0f} MUSD"
    yield "*" if space.front[row] else ""


def trade_object(space: TradeSpace) -> dict[str, object]:
    """Give a trade space as plain data, the designs in their ranking."""
    return {
        "programme": space.programme,
        "weather": {
            site: {
                "station": note.station,
                "name": note.name,
                "period": note.period,
                "source": note.source,
                "grain": note.grain,
                "warming_k": note.warming,
            }
            for site, note in space.weather.items()
        },
        "left_out": list(space.left_out),
        "unpriced": list(space.unpriced),
        "designs": [_design_object(space, row) for row in space.ranking()],
    }


def _design_object(space: TradeSpace, row: int) -> dict[str, object]:
    return {
        "site": space.site[row],
        "generation": space.generation[row],
        "cooling": space.cooling[row],
        "redundancy": space.redundancy[row],
        "supply_k": space.supply[row],
        "power_cap_w": space.power_cap[row],
        "can_be_built": not space.obstacles[row],
        "obstacle": space.obstacles[row],
        "front": space.front[row],
        "racks": space.racks[row],
        "accelerators": space.accelerators[row],
        "it_power_w": space.it_power[row],
        "pue": space.pue[row],
        "wue_m3_j": space.wue[row],
        "peak_pue": space.peak_pue[row],
        "peak_power_w": space.peak_power[row],
        "water_m3": space.water[row],
        "chilled_share": space.chilled_share[row],
        "chiller_hours": space.chiller_hours[row],
        "short_hours": space.short_hours[row],
        "expected_lost_w": space.expected_lost[row],
        "equipment_cost_usd": space.cost[row],
        "equipment": {role: count[row] for role, count in space.equipment.items() if count[row]},
    }
