"""Supply and manufacture: suppliers, factories with their lines and test cells, and lanes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from gigaloop.core.quantity import (
    Area,
    Count,
    Dim,
    Duration,
    Fraction,
    Jobs,
    Money,
    MoneyPerTime,
    PieceRate,
    PositiveCount,
    Power,
    Quantity,
    VolumeFlow,
)
from gigaloop.programme.schema.base import Country, Named, PartRef, PlaceRef, Record, State
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


class Supply(Record):
    """What a supplier offers of one part.

    ``allocation`` is the most that arrives per period, by date of arrival; orders placed from the start of the
    horizon arrive after ``lead_time`` at the earliest, before that only ``on_hand`` and ``receipts`` count.
    """

    part: PartRef
    lead_time: Duration
    price: Money | None = None
    price_breaks: tuple[PriceBreak, ...] = ()
    allocation: tuple[RateStep, ...]
    minimum_order: Count = Quantity.count(0)
    on_hand: Count = Quantity.count(0)
    receipts: tuple[Receipt, ...] = ()
    open_orders: tuple[RateStep, ...] = ()
    """Orders already placed, as rates of arrival by date; they stop where ``lead_time`` lets new orders begin."""
    qualified: dt.date | None = None
    """From when the part may be used; none for at once."""
    domestic_content: Fraction | None = None


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


class Line(Named):
    """A line of one stage. Products share its time; output ramps linearly from ``opens`` over ``ramp``."""

    stage: Stage
    products: tuple[LineProduct, ...]
    opens: dt.date
    ramp: Duration
    initial_share: Fraction = Quantity.of(0.0, "%")
    """Share of the full rate on the opening day."""
    test_yield: Annotated[Quantity, Dim("fraction", above=0.0, high=1.0)]
    """Share of starts that leave the stage good; the rest is reworked in the next week at the same cost."""
    cycle_time: Duration
    """From the start of work, parts in hand, to completion."""
    shifts: PositiveCount = Quantity.count(1)
    staff: Jobs
    capex: Money | None = None


class TestCells(Record):
    """Burn-in cells of a factory, limited by electric power and coolant flow."""

    power: tuple[PowerStep, ...]
    coolant_flow: VolumeFlow | None = None
    positions: Count | None = None


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
    headcount_target: Jobs | None = None
    wage: MoneyPerTime | None = None
    capex: Money | None = None
    test_cells: TestCells | None = None
    lines: tuple[Line, ...]


class Lane(Named):
    """A way to move made parts and racks from one place to another."""

    origin: PlaceRef
    destination: PlaceRef
    transit: Duration
    cost: Money
    """Per piece."""
    capacity: PieceRate | None = None
