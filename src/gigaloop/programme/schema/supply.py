"""Supply and manufacture: suppliers, factories with their lines and test cells, and lanes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from gigaloop.core.quantity import (
    Area,
    Count,
    Dim,
    Duration,
    Fraction,
    JobRate,
    Jobs,
    Money,
    MoneyPerTime,
    PieceRate,
    PositiveCount,
    Power,
    Quantity,
    VolumeFlow,
)
from gigaloop.programme.schema.base import Country, Id, Named, PartRef, PlaceRef, Record, State
from gigaloop.programme.schema.product import Stage

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class RateStep(Record):
    """A rate that holds from a day until the next step."""

    start: dt.date
    rate: PieceRate


class PowerStep(Record):
    """A power that is available from a day until the next step."""

    start: dt.date
    power: Power


class Receipt(Record):
    """A quantity that arrives on a day: a firm purchase order."""

    date: dt.date
    quantity: Count


class PriceBreak(Record):
    """The price from an order quantity upward."""

    quantity: PositiveCount
    price: Money


class DutyStep(Record):
    """A customs duty as a share of the price, which holds from a day until the next step."""

    start: dt.date
    rate: Annotated[Quantity, Dim("fraction", high=10.0)]


class LeadTimeDistribution(Record):
    """How a lead time scatters, for studies: around ``lead_time``, which plans use.

    Triangular: ``lead_time`` is the mode, ``low`` and ``high`` are the ends. Lognormal: ``lead_time`` is the median,
    one in twenty is above ``high``, and none is below ``low``.
    """

    kind: Literal["triangular", "lognormal"]
    low: Duration = Quantity.of(0.0, "weeks")
    high: Duration


class Supply(Record):
    """What a supplier offers of one part.

    ``allocation`` is the most that arrives per period, by date of arrival; orders placed from the start of the
    horizon arrive after ``lead_time`` and ``customs_time`` at the earliest, before that only ``on_hand``, ``receipts``
    and ``open_orders`` count.
    """

    part: PartRef
    lead_time: Duration
    lead_time_distribution: LeadTimeDistribution | None = None
    """How the lead time scatters; where not given, ``low`` and ``high`` of the lead time are the ends of a triangle."""
    customs_time: Duration = Quantity.of(0.0, "weeks")
    """Added to the lead time."""
    price: Money | None = None
    """Price of a piece, without duty, in orders below the first price break."""
    price_breaks: tuple[PriceBreak, ...] = ()
    """Prices that fall with the quantity of an order."""
    duty: tuple[DutyStep, ...] = ()
    """Customs duty on the price, by the date of use."""
    allocation: tuple[RateStep, ...]
    minimum_order: Count = Quantity.count(0)
    """Least pieces of an order, which arrives at once."""
    order_multiple: Annotated[Quantity, Dim("count", above=0.0, whole=True)] = Quantity.count(1)
    """Orders are whole multiples of so many pieces."""
    on_hand: Count = Quantity.count(0)
    receipts: tuple[Receipt, ...] = ()
    open_orders: tuple[RateStep, ...] = ()
    """Orders already placed, as rates of arrival by date; they stop where ``lead_time`` lets new orders begin."""
    qualified: dt.date | None = None
    """From when the part may be used; none for at once."""
    domestic_content: Fraction | None = None
    """Share of the cost that is of domestic origin; where not given all or nothing, by the country of the part, else of
    the supplier."""


class Supplier(Named):
    """A supplier of parts; several suppliers of one part are alternates."""

    country: Country
    state: State | None = None
    city: str = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    supplies: tuple[Supply, ...]


class LineProduct(Record):
    """A part that a line makes, at the line's full rate for it."""

    part: PartRef
    rate: Annotated[Quantity, Dim("piece rate", above=0.0)]
    conversion_cost: Money
    made_before: Count = Quantity.count(0)
    """Pieces that the line has made of it before the horizon starts, from which its learning goes on."""


class ShiftStep(Record):
    """Shifts that a line works from a day until the next step."""

    start: dt.date
    shifts: Count


class Learning(Record):
    """Wright's learning curve: the time per piece falls to ``rate`` of itself with every doubling of the pieces made.

    A product's own ``rate`` is reached when ``at`` pieces of it are made, and stays.
    """

    rate: Annotated[Quantity, Dim("fraction", above=0.5, high=1.0)]
    at: PositiveCount


class LineOpening(Record):
    """Leaves it to the plan in which week from ``opens`` on a line opens, if at all."""

    cost: Money
    """Of opening the line, in the week in which it opens; nothing where it never does."""
    latest: dt.date | None = None
    """Last day on which it may open; none: the end of the horizon."""


class Changeover(Record):
    """What it takes to ready a line for a generation other than that of its first product."""

    time: Duration
    """How long the line stands still before the first product of the other generation; then it makes both."""
    cost: Money | None = None


class Line(Named):
    """A line of one stage. Products share its time; output ramps linearly from ``opens`` over ``ramp``."""

    stage: Stage
    products: tuple[LineProduct, ...]
    opens: dt.date
    ramp: Duration
    initial_share: Fraction = Quantity.of(0.0, "%")
    """Share of the full rate on the opening day."""
    test_yield: Annotated[Quantity, Dim("fraction", above=0.0, high=1.0)]
    """Share of the pieces that leave the stage good; the rest is reworked, at the same cost."""
    initial_yield: Annotated[Quantity, Dim("fraction", above=0.0, high=1.0)] | None = None
    """Test yield on the opening day, from which it rises linearly to ``test_yield`` over ``ramp``."""
    rework_time: Duration = Quantity.of(0.0, "weeks")
    """From a failed test to the next one; none: what fails is reworked within the week."""
    learning: Learning | None = None
    cycle_time: Duration
    """From the start of work, parts in hand, to completion."""
    shifts: PositiveCount = Quantity.count(1)
    """Shifts at which the products' rates hold and the line needs its ``staff``."""
    shift_plan: tuple[ShiftStep, ...] = ()
    """Other numbers of shifts by date, which scale the rates."""
    staff: Jobs
    """People on all shifts of the line at full rate."""
    wip_limit: Annotated[Quantity, Dim("count", above=0.0)] | None = None
    """Most pieces in process at the end of a week, from their start to completion, rework included."""
    opening: LineOpening | None = None
    """With it, the plan decides when the line opens, ``opens`` at the earliest."""
    changeover: Changeover | None = None
    """With it, the line stands still before it makes the first product of each further generation."""
    capex: Money | None = None


class TestCells(Record):
    """Burn-in cells of a factory, limited by electric power and coolant flow."""

    power: tuple[PowerStep, ...]
    coolant_flow: VolumeFlow | None = None
    positions: Count | None = None


class Closure(Record):
    """Days on which the lines of a factory stand still, both included; burn-in goes on."""

    start: dt.date
    end: dt.date
    name: str


class Hiring(Record):
    """How fast a factory hires, up to its ``headcount_target``."""

    rate: JobRate
    start: dt.date | None = None
    """From when; none for the start of the horizon."""
    training: Duration = Quantity.of(0.0, "weeks")
    """A person hired works at a share that rises linearly from none to all over this time."""
    cost: Money | None = None
    """Of hiring a person; with it, the plan decides how many are hired."""


class PartStock(Record):
    """Pieces of a made part in stock at the start of the horizon."""

    part: PartRef
    quantity: PositiveCount


class InProcess(Record):
    """Good pieces under way at the start of the horizon, and the day on which they are completed.

    They use line time and burn-in in that week, and no more parts; what they cost was spent before.
    """

    part: PartRef
    line: Id
    quantity: PositiveCount
    date: dt.date


class InTransit(Record):
    """Pieces on a lane at the start of the horizon, and the day on which they arrive."""

    part: PartRef
    quantity: PositiveCount
    arrives: dt.date


class Factory(Named):
    """A factory."""

    operator: str
    owner: str = ""
    city: str
    county: str = ""
    state: State
    latitude: Latitude
    longitude: Longitude
    utility: str = ""
    iso: str = ""
    status: str = ""
    floor: Area | None = None
    site_power: Power | None = None
    headcount: Jobs | None = None
    """People at the start of the horizon, who limit the work of all lines together; none: no limit."""
    headcount_target: Jobs | None = None
    hiring: Hiring | None = None
    wage: MoneyPerTime | None = None
    capex: Money | None = None
    test_cells: TestCells | None = None
    closed: tuple[Closure, ...] = ()
    rack_storage: Count | None = None
    """Most finished racks in stock at the end of a week."""
    stock: tuple[PartStock, ...] = ()
    in_process: tuple[InProcess, ...] = ()
    lines: tuple[Line, ...]


class Lane(Named):
    """A way to move made parts and racks from one place to another."""

    origin: PlaceRef
    destination: PlaceRef
    transit: Duration
    cost: Money
    """Per piece."""
    capacity: PieceRate | None = None
    in_transit: tuple[InTransit, ...] = ()
    """Made parts on their way between factories, or racks on their way to a site, at the start of the horizon."""
