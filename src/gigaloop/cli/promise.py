"""The command ``gigaloop promise``: when racks could be online that nobody has asked for yet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigaloop.cli import commands, output
from gigaloop.cli.numbers import megawatts, money, percent
from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import did_you_mean
from gigaloop.core.units import WEEK

if TYPE_CHECKING:
    from gigaloop.plan import Delivery, Promise
    from gigaloop.programme import Programme
    from gigaloop.programme.schema import Contract

_SHOWN = 8
_REASONS = 4


def promise(
    folder: Path,
    scenario: str,
    facts: Path | None,
    *,
    site: str,
    racks: float | None,
    generation: str,
    by: str,
    option: str,
    exercise: str,
    json: bool,
) -> None:
    """Ask the plan when racks could be online at a site, or what an option would deliver."""
    from gigaloop.plan import promise_racks

    if bool(exercise) and not option:
        raise UsageError("--exercise is the day of an option's exercise", hint="name the option with --option CONTRACT")
    result = commands.planned(folder, scenario, facts, quiet=json)
    programme = result.programme
    contract = _contract(programme, option) if option else None
    if contract is not None:
        site = site or _only("site", contract.sites, option)
        racks = racks if racks is not None else _racks_of(programme, contract, site, generation, result.plan.rack_power)
        generation = generation or (contract.generations[0] if len(contract.generations) == 1 else "")
    if not site or racks is None:
        raise UsageError("a promise needs a site and a number of racks", hint="give --site and --racks, or --option")
    found = promise_racks(
        programme,
        result.designs,
        result.catalogue,
        site=site,
        racks=racks,
        generation=generation,
        by=_day("--by", by) if by else None,
        exercised=_day("--exercise", exercise) if exercise else None,
        present=result.plan,
    )
    strike = programme.usd(contract.strike) if contract is not None and contract.strike is not None else None
    if json:
        output.print_json(
            {"programme": programme.id, "key": result.key, "option": option or None, "strike_usd": strike}
            | promise_object(found)
        )
        return
    _show(programme, found, contract, strike)


def _day(name: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{name} {text!r} is no day", hint="write it as 2028-06-30") from None


def _contract(programme: Programme, option: str) -> Contract:
    known = {contract.id: contract for contract in programme.contracts}
    if option not in known:
        hint = did_you_mean(option, known, otherwise=f"there are: {', '.join(known)}" if known else "it has none")
        raise UsageError(f"there is no contract '{option}'", hint=hint)
    return known[option]


def _only(what: str, known: tuple[str, ...], option: str) -> str:
    if len(known) != 1:
        said = f"names {len(known)} {what}s" if known else f"names no {what}"
        raise UsageError(f"the contract '{option}' {said}", hint=f"choose one with --{what}")
    return known[0]


def _racks_of(programme: Programme, contract: Contract, site: str, generation: str, power: Any) -> float:  # noqa: ANN401
    """Give the racks that an option is about: its stated racks, or its power at a site's racks."""
    if contract.optional.racks is not None:
        return float(contract.optional.racks)
    if contract.optional.power is None:
        raise UsageError(
            f"the contract '{contract.id}' states no optional racks or power", hint="say how many with --racks"
        )
    name = generation or _only("generation", contract.generations, contract.id)
    at = [each.id for each in programme.generations].index(name)
    place = next(each for each in programme.sites if each.id == site)
    factor = place.peak_pue if place.power_basis == "facility" else 1.0
    return float(contract.optional.power) / (float(power[at]) * factor)


def promise_object(found: Promise) -> dict[str, Any]:
    """Give a promise as plain data."""
    return {
        "site": found.site,
        "generation": found.generation,
        "racks": found.racks,
        "by": found.by,
        "not_before": found.not_before,
        "nothing_moved": _delivery_object(found.kept),
        "others_moved": _delivery_object(found.moving),
    }


def _delivery_object(found: Delivery) -> dict[str, Any]:
    return {
        "date": found.date,
        "racks_by": [{"date": date, "racks": racks} for date, racks in found.racks],
        "racks_by_day_asked": found.by_date,
        "cost_usd": found.cost,
        "value_usd": found.value,
        "margin_usd": found.margin,
        "reasons": [
            {"kind": r.kind, "path": r.path, "share": r.share, "clears": r.clears, "sentence": r.sentence}
            for r in found.reasons
        ],
        "moved": [
            {"demand": m.demand, "site": m.site, "before": m.before, "after": m.after, "later_w_s": m.later}
            for m in found.moved
        ],
    }


def _show(programme: Programme, found: Promise, contract: Contract | None, strike: float | None) -> None:
    name = programme.generation_of[found.generation].name
    output.line(f"{found.racks:,.0f} racks {name} at {found.site}", style="bold")
    if contract is not None:
        price = f", {money(strike * found.racks)} at its strike" if strike is not None else ""
        output.line(f"  option {contract.name}{price}")
    if found.not_before is not None:
        output.line(f"  making, moving and commissioning take until {found.not_before} at the least")
    _show_delivery("With nothing moved that is promised already", found, found.kept)
    if found.moving is found.kept:
        output.line()
        output.line("Moving others would not bring them sooner.")
    else:
        _show_delivery("With others moved", found, found.moving)


def _show_delivery(title: str, found: Promise, each: Delivery) -> None:
    output.line()
    output.line(title, style="bold")
    if each.date is not None:
        output.line(f"  all online on {each.date}; cost {money(each.cost)}, worth {money(each.value)}")
    else:
        there = each.racks[-1][1] if each.racks else 0.0
        output.line(f"  not all online within the horizon: {there:,.0f} of {found.racks:,.0f} racks")
    if found.by is not None and each.by_date is not None:
        output.line(f"  {each.by_date:,.0f} racks can be online on {found.by}")
    if len(each.racks) > 1:
        step = max(len(each.racks) // _SHOWN, 1)
        steps = [*each.racks[: len(each.racks) - 1 : step], each.racks[-1]]
        output.line("  as soon as can be: " + ", ".join(f"{racks:,.0f} on {date}" for date, racks in steps))
    for reason in each.reasons[:_REASONS]:
        output.line(f"  {percent(reason.share)}: {reason.sentence}")
    for moved in each.moved[:_SHOWN]:
        change = f"{megawatts(abs(moved.later) / WEEK)}-weeks {'later' if moved.later > 0 else 'sooner'}"
        before, after = (str(date) if date else "not within the horizon" for date in (moved.before, moved.after))
        met = f"met {after}" + (f" instead of {before}" if after != before else "")
        output.line(f"  moves {moved.demand} at {moved.site}: {change}, {met}")
