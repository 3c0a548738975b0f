"""A programme as CSV tables that frePPLe imports, for a second opinion by that engine.

Tables and fields are those of its data model (https://frepple.com/docs/current/model-reference/index.php; the CSV
import takes the field names of the database, UTF-8, commas, and times as ``YYYY-MM-DD HH:MM:SS``). How a programme
maps onto them is said in docs/exports.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.core.units import DAY, WEEK
from gigaloop.exchange.tables import Table, Value, table
from gigaloop.plan import Plan
from gigaloop.plan.inputs.schedule import FloatArray, rate_by_week
from gigaloop.plan.inputs.sourcing import lead_days
from gigaloop.plan.pegging import Pegging, Reach, peg_plan
from gigaloop.plan.pegging.trace import pull
from gigaloop.programme import Programme
from gigaloop.programme.schema import Demand, Generation, Site

POOL = "bought parts"
"""The location to which suppliers deliver: parts are pooled nationally and reach every factory without delay."""
_UTILITY = "utility"
_UNDER_WAY = "under way at the start"
_YEARS_OPEN = 10
"""Years after the horizon until which records without an end hold; frePPLe's own default is the end of 2030."""

_BUILD_AHEAD_DAYS = 3650
"""Days before a need within which frePPLe may look for capacity: 100 by default, while plans build ahead freely."""

Rows = list[tuple[Value, ...]]


def frepple_tables(programme: Programme, plan: Plan) -> tuple[Table, ...]:
    """Give the tables of a programme for frePPLe, demands in racks as the plan mixes their generations.

    Parameters
    ----------
    programme, plan
        A programme and its plan.
    """
    calendars = _Calendars(plan)
    pegging = peg_plan(programme, plan)
    resources: Rows = []
    operations, materials, loads = _work(programme, plan, calendars, resources)
    suppliers = _item_suppliers(programme, plan, calendars, resources)
    distributions = _distributions(programme, plan, calendars, resources)
    _sites(programme, plan, calendars, resources, operations, materials, loads)
    named = {
        "parameter": (("name", "value"), _parameters(plan)),
        "location": (("name", "description"), _locations(programme)),
        "customer": (("name", "description"), _customers(programme)),
        "item": (("name", "description", "category", "cost"), _items(programme, plan)),
        "supplier": (("name", "description"), _suppliers(programme)),
        "calendar": (("name", "defaultvalue"), calendars.names),
        "calendarbucket": (("calendar", "startdate", "enddate", "value", "priority"), calendars.buckets),
        "resource": (
            ("name", "description", "type", "location", "maximum_calendar", "maxearly"),
            [(*row, _span(_BUILD_AHEAD_DAYS * DAY)) for row in resources],
        ),
        "operation": (
            ("name", "type", "item", "location", "duration", "cost", "sizeminimum", "effective_start", "effective_end"),
            operations,
        ),
        "operationmaterial": (
            ("operation", "item", "quantity", "type", "effective_start", "effective_end"),
            materials,
        ),
        "operationresource": (("operation", "resource", "quantity", "effective_start", "effective_end"), loads),
        "itemsupplier": (
            (
                "item", "location", "supplier", "leadtime", "sizeminimum", "cost", "priority", "effective_start",
                "effective_end", "resource", "resource_qty",
            ),
            suppliers,
        ),
        "itemdistribution": (
            (
                "item", "location", "origin", "leadtime", "sizeminimum", "cost", "effective_start", "effective_end",
                "resource", "resource_qty",
            ),
            distributions,
        ),
        "buffer": (("item", "location", "onhand"), _buffers(programme, plan)),
        "purchaseorder": (
            ("reference", "item", "location", "supplier", "quantity", "ordering_date", "receipt_date", "status"),
            _receipts(programme, plan, pegging),
        ),
        "demand": (
            ("name", "description", "item", "location", "customer", "due", "quantity", "priority", "status"),
            _demands(programme, plan, pegging),
        ),
    }  # fmt: skip
    return tuple(table(name, [(each, "") for each in columns], rows) for name, (columns, rows) in named.items())


def _parameters(plan: Plan) -> Rows:
    """Give the settings of the plan: its first day, and that what comes anyway takes nothing of what can be ordered."""
    return [("currentdate", moment(plan.calendar.start)), ("WIP.consume_capacity", "false")]


def moment(day: dt.date) -> str:
    """Write a day as frePPLe reads a moment.

    >>> moment(dt.date(2027, 1, 4))
    '2027-01-04 00:00:00'
    """
    return f"{day.isoformat()} 00:00:00"


def _span(seconds: float) -> str:
    """Write a duration as frePPLe reads it: days and a time of day.

    >>> _span(1.5 * 86400)
    '1 12:00:00'
    """
    days, rest = divmod(round(seconds), 86400)
    hours, rest = divmod(rest, 3600)
    return f"{days} {hours:02d}:{rest // 60:02d}:{rest % 60:02d}"


def _always(plan: Plan, start: dt.date | None = None, until: dt.date | None = None) -> tuple[str, str]:
    last = plan.calendar.end + dt.timedelta(days=round(365.25 * _YEARS_OPEN))
    return moment(start or dt.date(1971, 1, 1)), moment(until or last)


def _built(plan: Plan, generation: Generation) -> tuple[str, str]:
    """Give from when to when racks of a generation can be built."""
    dates = generation.effectivity
    begins = dates.evaluation if generation.evaluation else dates.ramp
    return _always(plan, begins, dates.end_of_life + dt.timedelta(days=1))


class _Calendars:
    """Calendars of weekly quantities; weeks of one quantity still make one bucket each, as resources need them."""

    def __init__(self, plan: Plan) -> None:
        self.names: Rows = []
        self.buckets: Rows = []
        self._calendar = plan.calendar

    def add(self, name: str, by_week: FloatArray) -> str:
        """Add a calendar of quantities by week (weeks,)."""
        self.names.append((name, 0.0))
        for week, value in enumerate(by_week.tolist()):
            dates = (moment(self._calendar.date(week)), moment(self._calendar.date(week + 1)))
            self.buckets.append((name, *dates, round(value, 8), 0))
        return name


def _online(generation: str) -> str:
    return f"{generation} online"


def _power_item(site: str) -> str:
    return f"power at {site}"


def _locations(programme: Programme) -> Rows:
    places = [(each.id, each.name) for section in (programme.factories, programme.sites) for each in section]
    return [(POOL, "where suppliers deliver"), *places]


def _customers(programme: Programme) -> Rows:
    return [(name, "") for name in sorted({_customer(site) for site in programme.sites})]


def _customer(site: Site) -> str:
    return site.tenant or site.developer


def _suppliers(programme: Programme) -> Rows:
    ours = ((_UTILITY, "energises the sites"), (_UNDER_WAY, "what is in stock, under way or in transit at the start"))
    return [*((each.id, each.name) for each in programme.suppliers), *ours]


def _used_parts(programme: Programme, plan: Plan) -> list[str]:
    made = {*plan.production.parts, *(generation.rack for generation in programme.generations)}
    used = {line.part for part in made for line in programme.part_of[part].components}
    return [part.id for part in programme.parts if part.id in made | used]


def _items(programme: Programme, plan: Plan) -> Rows:
    bought = dict(zip(plan.purchases.parts[::-1], plan.purchases.price.tolist()[::-1], strict=True))
    rows: Rows = []
    for id_ in _used_parts(programme, plan):
        part = programme.part_of[id_]
        cost = bought.get(id_, 0.0 if part.cost is None else programme.usd(part.cost))
        rows.append((id_, part.name, part.family, round(cost, 4)))
    rows += [(_online(each.id), f"{each.name}, compute online", "online", 0.0) for each in programme.generations]
    rows += [(_power_item(each.id), f"MW at {each.name}", "power", 0.0) for each in programme.sites]
    return rows


def _work(programme: Programme, plan: Plan, calendars: _Calendars, resources: Rows) -> tuple[Rows, Rows, Rows]:
    """Give the operations of lines, their materials, and how they load lines and burn-in cells."""
    operations: Rows = []
    materials: Rows = []
    loads: Rows = []
    limits = {(load.kind, path): load.limit[row] for load in plan.loads for row, path in enumerate(load.paths)}
    used = set(_used_parts(programme, plan))
    generation_of = {each.rack: g for g, each in enumerate(programme.generations)}
    for factory in programme.factories:
        cells = limits.get(("test power", f"factories.{factory.id}.test_cells"))
        if cells is not None:
            name = f"{factory.id} burn-in"
            resources.append((name, "MW-weeks", "buckets", factory.id, calendars.add(name, cells * 1e-6)))
        for line in factory.lines:
            products = [product for product in line.products if product.part in used]
            if not products:
                continue
            name = f"{factory.id} {line.id}"
            share = limits.get(("line", f"factories.{factory.id}.lines.{line.id}"), np.ones(plan.calendar.weeks))
            resources.append((name, "share of full rate", "buckets", factory.id, calendars.add(name, share)))
            for product in products:
                work = f"{name} {product.part}"
                part, good = programme.part_of[product.part], float(line.test_yield)
                cost = round(programme.usd(product.conversion_cost) / good, 4)
                cycle = _span(weeks_up(float(line.cycle_time)) * WEEK)
                g = generation_of.get(product.part)
                span = _always(plan) if g is None else _built(plan, programme.generations[g])
                operations.append((work, "fixed_time", part.id, factory.id, cycle, cost, 0.0, *span))
                materials.append((work, part.id, 1.0, "end", *_always(plan)))
                for each in part.components:
                    holds = _always(plan, each.effective_from, each.effective_until)
                    materials.append((work, each.part, -float(each.quantity), "start", *holds))
                loads.append((work, name, round(1.0 / (float(product.rate) * WEEK * good), 8), *_always(plan)))
                if g is not None and cells is not None:
                    test = programme.generations[g].test
                    weeks = float(test.l11 + test.l12) / WEEK / good
                    mw = weeks * float(test.power_share) * float(plan.rack_power[g]) * 1e-6
                    loads.append((work, f"{factory.id} burn-in", round(mw, 8), *_always(plan)))
    return operations, materials, loads


def _item_suppliers(programme: Programme, plan: Plan, calendars: _Calendars, resources: Rows) -> Rows:
    rows: Rows = []
    used = set(_used_parts(programme, plan))
    price = dict(zip(plan.purchases.paths, plan.purchases.price.tolist(), strict=True))
    for supplier in programme.suppliers:
        for supply in supplier.supplies:
            if supply.part not in used:
                continue
            path = f"suppliers.{supplier.id}.supplies.{supply.part}"
            name = f"{supplier.id} {supply.part}"
            # frePPLe takes capacity where an order starts, so the allocation stands one lead time earlier.
            lead = weeks_up(lead_days(supply) * DAY)
            offered = rate_by_week(supply.allocation, plan.calendar)
            ordered = np.concatenate([offered[lead:], np.full(min(lead, len(offered)), offered[-1])])
            resources.append((name, "pieces to order", "buckets", POOL, calendars.add(name, ordered)))
            cheaper = sum(
                price.get(f"suppliers.{other.id}.supplies.{supply.part}", np.inf) < price.get(path, np.inf)
                for other in programme.suppliers
            )
            start = None if supply.qualified is None else supply.qualified
            rows.append(
                (
                    supply.part, POOL, supplier.id, _span(lead * WEEK), float(supply.minimum_order),
                    round(price.get(path, 0.0), 4), 1 + cheaper, *_always(plan, start), name, 1.0,
                )
            )  # fmt: skip
    return rows


def _distributions(programme: Programme, plan: Plan, calendars: _Calendars, resources: Rows) -> Rows:
    """Give lanes for what is made, and the way of bought parts to the factories that use them."""
    rows: Rows = []
    made = set(plan.production.parts)
    for lane in programme.lanes:
        limited = ""
        if lane.capacity is not None:
            limited = f"lane {lane.id}"
            by_week = np.full(plan.calendar.weeks, float(lane.capacity) * WEEK)
            resources.append((limited, "pieces", "buckets", lane.origin, calendars.add(limited, by_week)))
        transit = _span(weeks_up(float(lane.transit)) * WEEK)
        carried = dict.fromkeys(
            part
            for transport in (plan.moves, plan.shipments)
            for name, part in zip(transport.lanes, transport.parts, strict=True)
            if name == lane.id
        )
        rows += [
            (
                part, lane.destination, lane.origin, transit, 0.0, round(programme.usd(lane.cost), 4), *_always(plan),
                limited, 1.0 if limited else None,
            )
            for part in carried
        ]  # fmt: skip
    for factory in programme.factories:
        used = dict.fromkeys(
            each.part
            for line in factory.lines
            for product in line.products
            for each in programme.part_of[product.part].components
            if each.part not in made or each.part in plan.purchases.parts
        )
        rows += [(part, factory.id, POOL, _span(0.0), 0.0, 0.0, *_always(plan), "", None) for part in used]
    return rows


def _sites(
    programme: Programme,
    plan: Plan,
    calendars: _Calendars,
    resources: Rows,
    operations: Rows,
    materials: Rows,
    loads: Rows,
) -> None:
    """Add installation and commissioning at sites, which use crews, and power as if it were a material."""
    shipped = set(zip(plan.shipments.destinations, plan.shipments.parts, strict=True))
    for s, site in enumerate(programme.sites):
        name = f"{site.id} crews"
        by_week = rate_by_week(site.install_crews, plan.calendar)
        resources.append((name, "racks to install", "buckets", site.id, calendars.add(name, by_week)))
        for g, generation in enumerate(programme.generations):
            if (site.id, generation.rack) not in shipped:
                continue
            work = f"{site.id} {generation.id} commissioning"
            duration = _span(weeks_up(float(site.commissioning)) * WEEK)
            operations.append((work, "fixed_time", _online(generation.id), site.id, duration, 0.0, 0.0, *_always(plan)))
            factor = float(plan.pue[s]) if plan.basis[s] == "facility" else 1.0
            materials.append((work, _online(generation.id), 1.0, "end", *_always(plan)))
            materials.append((work, generation.rack, -1.0, "start", *_always(plan)))
            mw = round(float(plan.rack_power[g]) * factor * 1e-6, 8)
            materials.append((work, _power_item(site.id), -mw, "start", *_always(plan)))
            loads.append((work, name, 1.0, *_always(plan)))


def _buffers(programme: Programme, plan: Plan) -> Rows:
    on_hand: dict[str, float] = {}
    for supplier in programme.suppliers:
        for supply in supplier.supplies:
            on_hand[supply.part] = on_hand.get(supply.part, 0.0) + float(supply.on_hand)
    rows: Rows = [(part, POOL, on_hand.get(part, 0.0)) for part in dict.fromkeys(plan.parts)]
    places = zip(plan.stock.factories, plan.stock.parts, strict=True)
    return rows + [(part, factory, 0.0) for factory, part in dict.fromkeys(places)]


def _receipts(programme: Programme, plan: Plan, pegging: Pegging) -> Rows:
    """Give what is on order or under way, and the steps of energisation as receipts of power."""
    rows: Rows = []
    orders, bought = plan.orders, plan.purchases
    given = np.flatnonzero(orders.kinds != "order")
    for k in given.tolist():
        row, week = int(orders.rows[k]), int(orders.arrives[k])
        reference = f"{bought.suppliers[row]} {bought.parts[row]} {plan.calendar.label(week)} {k}"
        arrives = moment(plan.calendar.date(week))
        pieces = round(float(orders.quantity[k]), 6)
        ordered = moment(programme.horizon.start)
        rows.append((reference, bought.parts[row], POOL, bought.suppliers[row], pieces, ordered, arrives, "confirmed"))
    for lot in pegging.of_kind("opening").tolist():
        stream, week = pegging.streams[int(pegging.lots.stream[lot])], int(pegging.lots.week[lot])
        if stream.name == "ready":  # commissioned already; here every rack is commissioned on its way online
            week = max(week - weeks_up(float(programme.site_of[stream.place].commissioning)), 0)
        reference, date = f"{stream.place} {stream.part} under way {lot}", moment(plan.calendar.date(week))
        begin, pieces = moment(programme.horizon.start), round(float(pegging.lots.size[lot]), 6)
        rows.append((reference, stream.part, stream.place, _UNDER_WAY, pieces, begin, date, "confirmed"))
    for s, site in enumerate(programme.sites):
        free = np.maximum(plan.energised[s] - plan.online_at_start[s], 0.0)
        more = np.diff(np.maximum.accumulate(free), prepend=0.0)
        for week in np.flatnonzero(more > 0.0).tolist():
            # Racks draw power when they are commissioned, not when the work on them starts.
            begins = max(week - weeks_up(float(site.commissioning)), 0)
            date = moment(plan.calendar.date(begins))
            reference = f"{site.id} energisation {plan.calendar.label(week)}"
            item, mw = _power_item(site.id), round(float(more[week]) * 1e-6, 6)
            rows.append((reference, item, site.id, _UTILITY, mw, moment(programme.horizon.start), date, "confirmed"))
    return rows


def _demands(programme: Programme, plan: Plan, pegging: Pegging) -> Rows:
    rows: Rows = []
    for demand in programme.demands:
        for generation, racks in _mix(plan, pegging, demand):
            site = programme.site_of[demand.site]
            due = demand.by
            rows.append(
                (
                    f"{demand.id} {generation}", demand.name, _online(generation), demand.site, _customer(site),
                    moment(due), round(racks, 6), demand.priority, "open",
                )
            )  # fmt: skip
    return rows


def _mix(plan: Plan, pegging: Pegging, demand: Demand) -> Iterator[tuple[str, float]]:
    """Give the racks of each generation that serve a demand in the plan; what is not served, of the last of them."""
    streams = [s for s, each in enumerate(pegging.streams) if each.kind == "demand" and each.name == demand.id]
    found: dict[str, float] = {}
    for s in streams:
        online = pull(pegging.of_demands, Reach.whole(pegging.of_stream(s)))
        for lot, racks in zip(online.lot.tolist(), online.quantity(pegging).tolist(), strict=True):
            generation = pegging.streams[int(pegging.lots.stream[lot])].name
            found[generation] = found.get(generation, 0.0) + racks
    missing = float(plan.late_power[plan.demands.index(demand.id), -1])
    allowed = list(demand.generations) or list(plan.generations)
    if missing > 0.0 or not found:
        g = plan.generations.index(list(found)[-1] if found else allowed[-1])
        s = plan.sites.index(demand.site)
        factor = float(plan.pue[s]) if plan.basis[s] == "facility" else 1.0
        racks = missing / (float(plan.rack_power[g]) * factor)
        found[plan.generations[g]] = found.get(plan.generations[g], 0.0) + racks
    return ((generation, racks) for generation, racks in found.items() if racks > 1e-6)
