"""The rack by its bill of materials: power, mass and cost rolled up from the parts on a day."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping

from gigaloop.core.quantity import Quantity
from gigaloop.design.prices import PriceBook, price_book
from gigaloop.design.records import BomRow, BomTable, Input, RackCost
from gigaloop.programme.bom import explode, is_effective
from gigaloop.programme.schema import BomLine, Part, Programme


def effective_lines(part: Part, on: dt.date) -> tuple[BomLine, ...]:
    """Give the lines of a part's bill of materials that count on a day, in its order."""
    return tuple(line for line in part.components if is_effective(line, on))


def bom_table(
    programme: Programme,
    root: str,
    on: dt.date,
    book: PriceBook | None = None,
    parts: Mapping[str, Part] | None = None,
) -> BomTable:
    """Give the bill of materials of a part, effective on a day, with what each line adds to a piece of the root.

    Where a part states no mean power, the policy's utilisation of its design power stands in for it; where it
    states no peak, its design power does.

    Parameters
    ----------
    programme
        The programme that holds the parts.
    root
        Id of the part at the top, usually a rack.
    on
        Day of build.
    book
        Standard costs on that day, where they are known already.
    parts
        The parts as they are run, such as capped ones; the programme's where not given.

    Raises
    ------
    CycleError
        If a part goes into itself; a loaded programme is free of that.
    """
    book = book or price_book(programme, on)
    parts = programme.part_of if parts is None else parts
    per_rack = explode(parts, root, on).per_part
    bought = explode(_as_bought(parts, book), root, on).per_part
    rows: list[BomRow] = []
    for path, part, parent, level, per_parent in _walk(parts, root, on):
        count = per_parent if parent is None else per_rack[parent] * per_parent
        priced = count if parent is None else bought.get(parent, 0.0) * per_parent
        if parent is not None and book.bought_whole(parent):
            priced = 0.0
        tag = book.material.get(part.id)
        mean, peak = _mean_power(programme, part), part.power if part.peak_power is None else part.peak_power
        rows.append(
            BomRow(
                path=path,
                part=part.id,
                name=part.name,
                family=part.family,
                stage=part.stage.value if part.stage else None,
                parent=parent,
                level=level,
                per_parent=per_parent,
                per_rack=count,
                mass=_times(part.mass, count),
                height=_times(part.height, count),
                mean_power=_times(mean, count),
                design_power=_times(part.power, count),
                peak_power=_times(peak, count),
                cost=None if tag is None else tag.usd * priced,
            )
        )
    return BomTable(on, tuple(rows), per_rack)


def _times(value: float | None, count: float) -> float | None:
    return None if value is None else float(value) * count


def _mean_power(programme: Programme, part: Part) -> float | None:
    if part.mean_power is not None:
        return float(part.mean_power)
    return None if part.power is None else float(part.power) * float(programme.policy.utilisation)


def _walk(parts: Mapping[str, Part], root: str, on: dt.date) -> Iterator[tuple[str, Part, str | None, int, float]]:
    """Go through the lines depth first, those of a part once: path, part, parent, level, quantity per parent."""
    seen: set[str] = set()
    stack: list[tuple[str, Part, str | None, int, float]] = [(f"parts.{root}", parts[root], None, 0, 1.0)]
    while stack:
        entry = stack.pop()
        yield entry
        _, part, _, level, _ = entry
        if part.id not in seen:
            seen.add(part.id)
            stack.extend(
                (
                    f"parts.{part.id}.components.{line.part}",
                    parts[line.part],
                    part.id,
                    level + 1,
                    float(line.quantity),
                )
                for line in reversed(effective_lines(part, on))
            )


def _as_bought(parts: Mapping[str, Part], book: PriceBook) -> dict[str, Part]:
    """Give the parts with the components of those that are bought whole taken out."""
    return {
        key: part.model_copy(update={"components": ()}) if part.components and book.bought_whole(key) else part
        for key, part in parts.items()
    }


def rack_cost(programme: Programme, root: str, on: dt.date, book: PriceBook | None = None) -> RackCost:
    """Give the standard cost of a rack, and the parts without a price, which are missing from it.

    Purchased and consigned parts are those that are bought on the way down the bill of materials, conversion is the
    work on those that are made; each from the cheapest qualified source, where the plan pays what it really buys.
    """
    book = book or price_book(programme, on)
    material: dict[bool, list[float]] = {False: [], True: []}
    work: list[float] = []
    unpriced: list[str] = []
    unworked: list[str] = []
    for identity, quantity in explode(_as_bought(programme.part_of, book), root, on).per_part.items():
        part = programme.part_of[identity]
        tag, labour = book.material.get(identity), book.work.get(identity)
        if tag is not None:
            material[part.consigned].append(tag.usd * quantity)
        if labour is not None:
            work.append(labour.usd * quantity)
        elif part.stage is not None and not book.bought_whole(identity):
            unworked.append(identity)
        elif tag is None and not part.components:
            unpriced.append(identity)
    return RackCost(
        purchased=math.fsum(material[False]),
        consigned=math.fsum(material[True]),
        conversion=math.fsum(work),
        unpriced=tuple(unpriced),
        unworked=tuple(unworked),
    )


def massless_parts(programme: Programme, root: str, on: dt.date) -> tuple[str, ...]:
    """Give the parts without components that state no mass and stand in no assembly below the root that does."""
    parts = programme.part_of
    seen: set[str] = set()
    missing: list[str] = []
    stack = [root]
    while stack:
        part = parts[stack.pop()]
        if part.id in seen or (part.mass is not None and part.id != root):
            continue
        seen.add(part.id)
        lines = effective_lines(part, on)
        if not lines and part.mass is None:
            missing.append(part.id)
        stack.extend(line.part for line in reversed(lines))
    return tuple(missing)


def accelerators_of(table: BomTable) -> float:
    """Count the accelerators in a bill of materials: pieces of the parts of family ``accelerator``."""
    return math.fsum(row.per_rack for row in table.rows if row.family == "accelerator")


def bom_inputs(programme: Programme, table: BomTable, book: PriceBook) -> tuple[Input, ...]:
    """Give the values of parts, suppliers and lines that the roll-up rests on, each once."""
    found: dict[str, Quantity] = {}
    for row in table.rows:
        part = programme.part_of[row.part]
        for field in ("mass", "height", "mean_power", "power", "peak_power"):
            value = getattr(part, field)
            if value is not None:
                found[f"parts.{part.id}.{field}"] = value
        for tag in (book.material.get(part.id), book.work.get(part.id)):
            if tag is not None:
                found[tag.path] = tag.quantity
    return tuple(Input(path, quantity) for path, quantity in found.items())
