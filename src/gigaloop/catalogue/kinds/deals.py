"""Agreements between parties, and pledges with what became of them."""

from __future__ import annotations

from typing import ClassVar, Literal

from gigaloop.catalogue.entry import CoarseDate, Entry
from gigaloop.core.quantity import Area, Duration, Fraction, Jobs, Money, MoneyPerTime, PieceRate, Power, RateOfChange


class Agreement(Entry):
    """An agreement on compute, power or capacity: headline, what binds, what is optional, and where it stands."""

    kind: ClassVar[str] = "agreement"

    buyer: str
    counterparty: str
    announced: CoarseDate
    binding: Literal[
        "option only",
        "letter of intent",
        "target",
        "plan",
        "framework",
        "contract announced",
        "contract reported",
        "contract",
        "firm first tranche",
        "firm and option",
        "lease",
        "lease reported",
        "take or pay",
        "debt",
        "joint venture",
        "performance contract",
        "commitment and up to",
    ]
    status: str = ""
    status_date: CoarseDate | None = None
    conditions: str = ""
    timeline: str = ""
    term: Duration | None = None
    money: Money | None = None
    """Headline amount."""
    power: Power | None = None
    """Headline power."""
    firm_power: Power | None = None
    optional_power: Power | None = None
    """A right, or dependent on a condition."""
    jobs: Jobs | None = None
    minimum_take: Fraction | None = None
    payment: MoneyPerTime | None = None
    interest: RateOfChange | None = None


class Pledge(Entry):
    """Something somebody said or did about money, jobs or output, with its date and how firm it is."""

    kind: ClassVar[str] = "pledge"

    who: str
    counterparty: str
    date: CoarseDate
    firmness: Literal["announced", "option", "firm", "built"]
    """As in a programme: a contract is firm, a verified fact is built."""
    status: str = ""
    money: Money | None = None
    money_per_time: MoneyPerTime | None = None
    jobs: Jobs | None = None
    rate: PieceRate | None = None
    area: Area | None = None
