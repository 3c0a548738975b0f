"""Contracts and claims: what is firm, optional or merely announced."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal

from gigaloop.core.quantity import (
    Fraction,
    Jobs,
    Money,
    MoneyPerPowerTime,
    PieceRate,
    Pieces,
    Power,
)
from gigaloop.programme.schema.base import (
    ClaimRef,
    ContractRef,
    GenerationRef,
    Named,
    Record,
    SiteRef,
    SubjectRef,
    Window,
)


class Firmness(StrEnum):
    """How firm a claim is, from a wish to a thing that stands there."""

    ANNOUNCED = "announced"
    OPTION = "option"
    FIRM = "firm"
    BUILT = "built"


class Amount(Record):
    """What a contract is about; any of the measures may be stated, and none stands for 'not disclosed'."""

    racks: Pieces | None = None
    power: Power | None = None
    money: Money | None = None


class TerminationStep(Record):
    """The fee for ending a contract before a day."""

    before: dt.date
    fee: Money


class Contract(Named):
    """An agreement. Which terms apply depends on its kind; a term that is not public stays empty."""

    kind: Literal[
        "firm",
        "option",
        "reservation",
        "quantity flexibility",
        "take or pay",
        "prepayment",
        "loan",
        "equity",
        "lease",
        "residual value guarantee",
        "right of first refusal",
        "letter of intent",
        "framework",
        "target",
    ]
    buyer: str
    seller: str
    signed: dt.date
    status: str = ""
    term: str = ""
    generations: tuple[GenerationRef, ...] = ()
    sites: tuple[SiteRef, ...] = ()
    total: Amount = Amount()
    firm: Amount = Amount()
    """The part of the total that binds."""
    optional: Amount = Amount()
    """The part of the total that is a right, or depends on a condition."""
    window: Window | None = None
    """When deliveries, or the exercise of an option, fall."""
    expiry: dt.date | None = None
    strike: Money | None = None
    """Price per rack on exercise or call-off."""
    fee: Money | None = None
    capacity_fee: MoneyPerPowerTime | None = None
    minimum_take: Fraction | None = None
    flexibility: Fraction | None = None
    rate: PieceRate | None = None
    trigger: str = ""
    termination: tuple[TerminationStep, ...] = ()
    counts: bool = True
    """Whether it enters totals and coverage; no for an umbrella over others, or for what serves the same megawatts,
    such as the power supply of a leased site or the chips in it."""


class Claim(Named):
    """Something somebody said or did about capacity, money or jobs, with its date and firmness."""

    who: str
    counterparty: str = ""
    what: str
    date: dt.date
    firmness: Firmness
    power: Power | None = None
    money: Money | None = None
    jobs: Jobs | None = None
    rate: PieceRate | None = None
    subject: SubjectRef | None = None
    contract: ContractRef | None = None
    supersedes: ClaimRef | None = None
    """The claim that this one replaces."""
    fulfils: ClaimRef | None = None
    """The claim that this one delivers on, in whole or in part; the earlier one is held against it."""
    counts: bool = True
    """Whether it enters the totals; no for a claim that repeats or is part of another one."""
