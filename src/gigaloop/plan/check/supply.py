"""The supply side of the check of a plan: what arrives, is used, held, ordered and left over of bought parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.core.units import DAY
from gigaloop.plan.check.common import broken, by_day, line_of
from gigaloop.plan.check.production import good_share
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import BomLine, Part, Programme, Supplier, Supply

Components = Iterable[tuple[str, str, FloatArray]]


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A supply by week: what is there or ordered anyway, what new orders may bring, and the duty (weeks,)."""

    supplier: Supplier
    supply: Supply
    fixed: FloatArray
    new: FloatArray
    duty: FloatArray

    @property
    def to_date(self) -> FloatArray:
        """The most that can have arrived by the end of each week (weeks,)."""
        return np.cumsum(self.fixed + self.new)


def offers(programme: Programme, plan: Plan) -> dict[str, Offer]:
    """Give every supply by its path, laid out by day and added up to weeks."""
    calendar, weeks = plan.calendar, plan.calendar.weeks
    found = {}
    for supplier in programme.suppliers:
        for supply in supplier.supplies:
            offset = (programme.horizon.start - calendar.start).days
            lead = offset + lead_days(supply)
            day = np.arange(7 * weeks)
            since = lead if supply.qualified is None else max(lead, (supply.qualified - calendar.start).days)
            opened = np.where((day >= offset) & (day < lead), by_day(supply.open_orders, calendar), 0.0)
            allocated = np.where(day >= since, by_day(supply.allocation, calendar), 0.0)
            fixed, new = (daily.reshape(weeks, 7).sum(axis=1) for daily in (opened, allocated))
            fixed[0] += float(supply.on_hand)
            for receipt in supply.receipts:
                week = max((receipt.date - calendar.start).days // 7, 0)
                if week < weeks:
                    fixed[week] += float(receipt.quantity)
            if supply.qualified is not None:
                first = calendar.clip(calendar.index_from(supply.qualified))
                fixed, new = (_not_before(each, first) for each in (fixed, new))
            duty = np.zeros(weeks)
            for step in sorted(supply.duty, key=lambda step: step.start):
                duty[calendar.clip(calendar.index_from(step.start)) :] = float(step.rate)
            found[f"suppliers.{supplier.id}.supplies.{supply.part}"] = Offer(supplier, supply, fixed, new, duty)
    return found


def lead_days(supply: Supply) -> int:
    """Give the days from order to arrival, customs included."""
    return int(np.ceil((float(supply.lead_time) + float(supply.customs_time)) / DAY - 1e-9))


def _not_before(arrivals: FloatArray, first: int) -> FloatArray:
    moved = np.where(np.arange(len(arrivals)) >= first, arrivals, 0.0)
    if first < len(arrivals):
        moved[first] += arrivals[:first].sum()
    return moved


def check_supply(programme: Programme, plan: Plan, components: Components, made: set[str]) -> Iterator[str]:
    """Check receipts, use, safety stock, duties, shares, old parts used up, content and orders.

    Parameters
    ----------
    components
        Factory, component and pieces used by week, by the bills of materials in force.
    made
        Parts that lines make.
    """
    known = offers(programme, plan)
    yield from _receipts(programme, plan, known)
    yield from _safety(programme, plan, known)
    yield from _use(programme, plan, components, made)
    yield from _used_up(programme, plan)
    yield from _shares(programme, plan, known)
    yield from _content(programme, plan, known)
    yield from _left(plan, known)
    yield from _orders(programme, plan, known)


def _part(programme: Programme, plan: Plan, row: int) -> Part:
    return programme.part_of[plan.purchases.parts[row]]


def _in_time(used: FloatArray, weeks: int) -> FloatArray:
    """Give the pieces to date that must be there (weeks,) if use (weeks,) draws on what came some weeks before."""
    to_date = np.cumsum(used)
    return np.array([to_date[min(t + weeks, len(used) - 1)] for t in range(len(used))])


def _receipts(programme: Programme, plan: Plan, known: dict[str, Offer]) -> Iterator[str]:
    bought, weeks = plan.purchases, plan.calendar.weeks
    for row, path in enumerate(bought.paths):
        offer = known.get(path)
        limit = np.zeros(weeks) if offer is None else offer.to_date
        tolerance = 1e-5 * (1.0 + float(limit[-1]))
        received, used = np.cumsum(bought.received[row]), np.cumsum(bought.used[row])
        yield from broken(f"{path}: received before it can arrive", received - limit, tolerance)
        yield from broken(f"{path}: used before it is received", used - received, tolerance)
        need = _in_time(bought.used[row], weeks_up(float(_part(programme, plan, row).safety_time)))
        need = need + np.cumsum(bought.held[row])
        yield from broken(f"{path}: used without its safety time or stock", need - received, tolerance)
        duty = np.zeros(weeks) if offer is None else offer.duty
        yield from broken(f"{path}: customs duty", np.abs(bought.duty[row] - duty), 1e-12)
        if offer is not None:
            lowest = min([price for _, price in prices(programme, offer.supply)])
            if abs(lowest - float(bought.price[row])) > 1e-9 * (1.0 + lowest):
                yield f"{path}: price {bought.price[row]:g} USD, the lowest is {lowest:g} USD"


def prices(programme: Programme, supply: Supply) -> list[tuple[float, float]]:
    """Give the prices of a supply by the quantity from which they hold [USD]."""
    breaks = [(float(step.quantity), programme.usd(step.price)) for step in supply.price_breaks]
    if supply.price is not None:
        return [(0.0, programme.usd(supply.price)), *breaks]
    if breaks:
        return [(0.0, breaks[0][1]), *breaks]
    cost = programme.part_of[supply.part].cost
    return [(0.0, 0.0 if cost is None else programme.usd(cost))]


def _safety(programme: Programme, plan: Plan, known: dict[str, Offer]) -> Iterator[str]:
    for part in programme.parts:
        stock, weeks = float(part.safety_stock), weeks_up(float(part.safety_time))
        rows = [row for row, each in enumerate(plan.purchases.parts) if each == part.id]
        if not rows or not (stock or weeks):
            continue
        none = np.zeros(plan.calendar.weeks)
        arrived = sum(
            (known[plan.purchases.paths[row]].to_date for row in rows if plan.purchases.paths[row] in known), none
        )
        free = np.maximum(arrived - stock, 0.0)
        need = _in_time(plan.purchases.used[rows].sum(axis=0), weeks)
        tolerance = 1e-5 * (1.0 + float(arrived[-1]))
        yield from broken(f"{part.id}: safety stock of {stock:g} pieces and {weeks} weeks", need - free, tolerance)
        held = float(plan.purchases.held[rows].sum())
        if abs(held - min(stock, float(arrived[-1]))) > tolerance:
            yield f"{part.id}: {held:g} pieces held of a safety stock of {stock:g}"


def _use(programme: Programme, plan: Plan, components: Components, made: set[str]) -> Iterator[str]:
    """Hold what is used of every bought part to be what the bills ask for, old parts in place of new ones counted."""
    weeks = plan.calendar.weeks
    need: dict[str, FloatArray] = {}
    for factory, part, pieces in components:
        if not factory or part not in made:
            need[part] = need.get(part, np.zeros(weeks)) + pieces
    rows = plan.buying.used_up
    for row, path in enumerate(rows.paths):
        old, new = _lines(programme, path)
        need[old.part] = need.get(old.part, np.zeros(weeks)) + rows.pieces[row] * float(old.quantity)
        need[new.part] = need.get(new.part, np.zeros(weeks)) - rows.pieces[row] * float(new.quantity)
    for part, pieces in need.items():
        bought = [row for row, each in enumerate(plan.purchases.parts) if each == part]
        used = plan.purchases.used[bought].sum(axis=0)
        yield from broken(f"{part}: used and not bought", np.abs(used - pieces), 1e-5 * (1.0 + np.abs(pieces).max()))


def _lines(programme: Programme, path: str) -> tuple[BomLine, BomLine]:
    """Give the old line at a path and the line that follows it at its position."""
    _, parent, _, part = path.split(".")
    lines = programme.part_of[parent].components
    old = next(line for line in lines if line.part == part and line.use_up_until is not None)
    later = [line for line in lines if (line.position or line.part) == (old.position or old.part) and line is not old]
    until = old.effective_until or dt.date.max
    return old, min(
        (x for x in later if (x.effective_from or dt.date.min) >= until), key=lambda x: x.effective_from or until
    )


def _used_up(programme: Programme, plan: Plan) -> Iterator[str]:
    rows, mondays = plan.buying.used_up, list(plan.calendar.dates())
    for row, path in enumerate(rows.paths):
        old, new = _lines(programme, path)
        since = max(old.effective_until or dt.date.min, new.effective_from or dt.date.min)
        until = min(old.use_up_until or dt.date.max, new.effective_until or dt.date.max)
        holds = np.array([since <= day < until for day in mondays])
        pieces = rows.pieces[row]
        yield from broken(f"{path}: used up outside its dates", np.where(holds, 0.0, pieces), 1e-6)
        started = np.zeros(len(mondays))
        for at, part in enumerate(plan.production.parts):
            name = plan.production.lines[at]
            if part == rows.parts[row] and name:
                cycle = weeks_up(float(line_of(programme, name).cycle_time))
                started[: len(mondays) - cycle] += plan.production.started[at][cycle:]
        yield from broken(f"{path}: more used up than made", pieces - started, 1e-5 * (1.0 + started.max()))


def _periods(plan: Plan, length: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for week, day in enumerate(plan.calendar.dates()):
        quarter = f"{day.year}-Q{(day.month + 2) // 3}"
        name = {"month": day.isoformat()[:7], "quarter": quarter, "year": str(day.year)}[length]
        found.setdefault(name, []).append(week)
    return found


def _usable(part: Part, offer: Offer, total: FloatArray) -> FloatArray:
    """Give what of an offer can be used by week (weeks,), its share of the safety stock and the safety time kept."""
    free = np.diff(np.maximum(total - float(part.safety_stock), 0.0), prepend=0.0)
    comes = np.diff(total, prepend=0.0)
    arrivals = np.where(comes > 0.0, (offer.fixed + offer.new) * free / np.where(comes > 0.0, comes, 1.0), 0.0)
    to_date, weeks = np.cumsum(arrivals), weeks_up(float(part.safety_time))
    return np.array([to_date[max(t - weeks, 0)] for t in range(len(to_date))])


def _shares(programme: Programme, plan: Plan, known: dict[str, Offer]) -> Iterator[str]:
    """Check that no source gives more than its share of what is used in a period in which enough can deliver."""
    reported = {(each.path, each.period): each for each in plan.buying.shares}
    for part in programme.parts:
        rule = part.sourcing or programme.policy.sourcing
        rows = [row for row, each in enumerate(plan.purchases.parts) if each == part.id]
        rows = [row for row in rows if plan.purchases.paths[row] in known]
        if rule is None or not rows:
            continue
        members = [known[plan.purchases.paths[row]] for row in rows]
        total = np.sum([offer.to_date for offer in members], axis=0)
        usable = [_usable(part, offer, total) for offer in members]
        able = sum(each[-1] > 0.0 for each in usable)
        if part.id not in plan.parts or able < int(rule.min_sources) or float(rule.max_share) >= 1.0:
            continue
        for name, weeks in _periods(plan, rule.period).items():
            if sum(each[weeks[0]] > 0.0 for each in usable) < int(rule.min_sources):
                continue
            pieces = plan.purchases.used[rows][:, weeks].sum(axis=1)
            for row, amount in zip(rows, pieces, strict=True):
                path = plan.purchases.paths[row]
                most = float(rule.max_share) * float(pieces.sum())
                if amount > most + 1e-5 * (1.0 + float(pieces.sum())):
                    yield f"{path}: {amount:g} of {pieces.sum():g} pieces in {name}, the most is {most:g}"
                told = reported.get((path, name))
                if told is None or abs(told.share * pieces.sum() - amount) > 1e-6 * (1.0 + pieces.sum()):
                    yield f"{path}: share in {name} is not the one reported"


def content(programme: Programme, plan: Plan, known: dict[str, Offer]) -> tuple[FloatArray, FloatArray]:
    """Give component cost and its domestic part by week (weeks,) [USD]: parts used, and making of parts of racks."""
    cost, domestic = np.zeros(plan.calendar.weeks), np.zeros(plan.calendar.weeks)
    for row, path in enumerate(plan.purchases.paths):
        paid = plan.purchases.used[row] * plan.purchases.price[row] * (1.0 + plan.purchases.duty[row])
        cost += paid
        offer = known.get(path)
        if offer is not None:
            stated = offer.supply.domestic_content
            country = _part(programme, plan, row).country or offer.supplier.country
            domestic += paid * (float(country == "US") if stated is None else float(stated))
    racks = {generation.rack for generation in programme.generations}
    for at, name in enumerate(plan.production.lines):
        part = plan.production.parts[at]
        if not name or part in racks:
            continue
        conversion = plan.production.pieces[at] * _conversion(programme, plan, at)
        own = programme.part_of[part].cost
        material = plan.production.pieces[at] * (0.0 if own is None else programme.usd(own))
        cost += conversion + material
        domestic += conversion + (material if programme.part_of[part].country == "US" else 0.0)
    return cost, domestic


def _conversion(programme: Programme, plan: Plan, at: int) -> FloatArray:
    """Give the cost of conversion of a good piece by week (weeks,) [USD]."""
    line = line_of(programme, plan.production.lines[at])
    product = next(each for each in line.products if each.part == plan.production.parts[at])
    return programme.usd(product.conversion_cost) / good_share(line, plan)


def floors(programme: Programme, plan: Plan) -> dict[str, tuple[list[int], float]]:
    """Give the weeks of every calendar year and its floor on domestic content."""
    steps = sorted(programme.policy.domestic_content, key=lambda step: step.start)
    found = {}
    for year, weeks in _periods(plan, "year").items():
        shares = [float(step.share) for step in steps if step.start.year <= int(year)]
        if shares and shares[-1] > 0.0:
            found[year] = weeks, shares[-1]
    return found


def _content(programme: Programme, plan: Plan, known: dict[str, Offer]) -> Iterator[str]:
    wanted = floors(programme, plan)
    if not wanted:
        return
    cost, domestic = content(programme, plan, known)
    reported = {each.year: each for each in plan.buying.content}
    for year, (weeks, floor) in wanted.items():
        told, each, inland = reported.get(year), float(cost[weeks].sum()), float(domestic[weeks].sum())
        if (
            told is None
            or abs(told.cost - each) + abs(told.domestic - inland) > 1e-6 * (1.0 + each)
            or told.floor != floor
        ):
            yield f"domestic content of {year}: {inland:g} of {each:g} USD is not what is reported"


def _left(plan: Plan, known: dict[str, Offer]) -> Iterator[str]:
    """Check that what is said to be left of obsolete parts is what comes anyway and is not used."""
    for each in plan.buying.obsolete:
        rows = [row for row, part in enumerate(plan.purchases.parts) if part == each.part]
        fixed = sum(float(known[plan.purchases.paths[row]].fixed.sum()) for row in rows)
        left = fixed - float(plan.purchases.used[rows].sum())
        if abs(left - each.pieces) > 1e-5 * (1.0 + fixed):
            yield f"{each.part}: {each.pieces:g} pieces left over in the plan, {left:g} by what is used"
        for row in rows:
            later = plan.purchases.used[row][plan.calendar.index(each.last_use) + 1 :]
            yield from broken(f"{each.part}: used after its last use", later, 1e-6) if len(later) else ()


def _orders(programme: Programme, plan: Plan, known: dict[str, Offer]) -> Iterator[str]:
    """Check that orders cover use, keep to lead times, allocations, least quantities, multiples and prices."""
    orders, weeks = plan.orders, plan.calendar.weeks
    noted = {(note.kind, note.path): note.pieces for note in plan.buying.notes}
    for row, path in enumerate(plan.purchases.paths):
        offer = known.get(path)
        mine = np.flatnonzero((orders.rows == row) & (orders.kinds == "order"))
        if offer is None:
            if len(mine):
                yield f"{path}: ordered from nobody"
            continue
        placed = np.zeros(weeks)
        np.add.at(placed, orders.arrives[mine], orders.quantity[mine])
        scale = 1e-5 * (1.0 + float(offer.to_date[-1]))
        need = _in_time(plan.purchases.used[row], weeks_up(float(_part(programme, plan, row).safety_time)))
        need = need + np.cumsum(plan.purchases.held[row])
        short = need - np.cumsum(offer.fixed) - np.cumsum(placed)
        yield from broken(
            f"{path}: used before it is ordered", short, scale + 1e-6 * float(offer.supply.order_multiple)
        )
        over = np.cumsum(placed) - np.cumsum(offer.new) - noted.get(("ahead of allocation", path), 0.0)
        yield from broken(
            f"{path}: ordered beyond the allocation", over, scale + 1e-6 * float(offer.supply.order_multiple)
        )
        yield from _each_order(programme, plan, offer, path, mine, ("below minimum", path) in noted)


def _each_order(
    programme: Programme, plan: Plan, offer: Offer, path: str, mine: np.ndarray, forgiven: bool
) -> Iterator[str]:
    orders, supply = plan.orders, offer.supply
    steps = prices(programme, supply)
    for n in mine:
        quantity = float(orders.quantity[n])
        arrival = plan.calendar.date(int(orders.arrives[n])) + dt.timedelta(days=6)
        if (arrival - orders.ordered[n].item()).days < lead_days(supply):
            yield f"{path}: the order of {orders.ordered[n]} arrives before its lead time"
        if not orders.whole[n]:
            continue
        if quantity < float(supply.minimum_order) * (1.0 - 1e-9) and not forgiven:
            yield f"{path}: an order of {quantity:g} pieces is below the minimum of {supply.minimum_order}"
        if abs(quantity / float(supply.order_multiple) % 1.0) > 1e-9:
            yield f"{path}: an order of {quantity:g} pieces is no multiple of {supply.order_multiple}"
        due = [price for least, price in steps if least <= quantity * (1.0 + 1e-12)][-1]
        if abs(due - float(orders.price[n])) > 1e-9 * (1.0 + due):
            yield f"{path}: an order of {quantity:g} pieces at {orders.price[n]:g} USD instead of {due:g} USD"


def buying_costs(programme: Programme, plan: Plan, discount: FloatArray) -> dict[str, float]:
    """Give what duties, safety stock, missing content, obsolete parts and whole lots cost, in present value [USD]."""
    known, bought = offers(programme, plan), plan.purchases
    paid = bought.price[:, None] * (1.0 + bought.duty)
    found = {
        "duties": float((bought.used * bought.price[:, None] * bought.duty).sum(axis=0) @ discount),
        "safety stock": float((bought.held * paid).sum(axis=0) @ discount),
        "domestic content missing": 0.0,
        "obsolete parts": 0.0,
        "price breaks": 0.0,
        "purchase surplus": 0.0,
        "parts paid ahead of use": 0.0,
    }
    cost, domestic = content(programme, plan, known)
    for weeks, floor in floors(programme, plan).values():
        missing = max(floor * float(cost[weeks].sum()) - float(domestic[weeks].sum()), 0.0)
        found["domestic content missing"] += missing * float(programme.policy.domestic_shortfall) * discount[weeks[-1]]
    if programme.policy.pay_obsolete:
        found["obsolete parts"] = sum(
            each.value * discount[plan.calendar.index(each.last_use)] for each in plan.buying.obsolete
        )
    for row, path in enumerate(bought.paths):
        lots = np.flatnonzero((plan.orders.rows == row) & plan.orders.whole)
        if len(lots):
            for name, amount in _lot_costs(programme, plan, known[path], row, lots, discount).items():
                found[name] += amount
    return found


def _lot_costs(
    programme: Programme, plan: Plan, offer: Offer, row: int, lots: np.ndarray, discount: FloatArray
) -> dict[str, float]:
    orders, bought = plan.orders, plan.purchases
    lowest = float(bought.price[row])
    ahead = weeks_up(float(_part(programme, plan, row).safety_time))
    need = _in_time(bought.used[row], ahead) + np.cumsum(bought.held[row])
    need = np.maximum(np.maximum.accumulate(need - np.cumsum(offer.fixed)), 0.0)
    left = float(need[-1])
    dearer = surplus = early = 0.0
    for n in sorted(lots, key=lambda n: int(orders.arrives[n])):
        week, quantity = int(orders.arrives[n]), float(orders.quantity[n])
        useful = min(quantity, left)
        left -= useful
        dearer += quantity * (float(orders.price[n]) - lowest) * discount[week]
        surplus += (quantity - useful) * lowest * discount[week]
        early += useful * lowest * discount[week]
    for week in range(len(need)):
        before = need[max(week - 1 - ahead, 0)] if week else 0.0
        early -= (need[max(week - ahead, 0)] - before) * lowest * discount[week]
    return {"price breaks": dearer, "purchase surplus": surplus, "parts paid ahead of use": early}
