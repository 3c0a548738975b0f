"""What is announced, optioned, firm and built: claims and contracts added up by firmness, nothing counted twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gigaloop.programme.schema import Claim, Contract, Firmness, Programme
from gigaloop.programme.schema.deal import Amount

LADDER = (Firmness.BUILT, Firmness.FIRM, Firmness.OPTION, Firmness.ANNOUNCED)
"""Firmness from the firmest down."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A claim, or one firmness of a contract. Power in W, money in USD of the programme's price year."""

    path: str
    kind: str
    what: str
    who: str
    counterparty: str
    date: str
    firmness: Firmness
    power: float | None
    money: float | None
    jobs: float | None
    counts: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of the entries of one firmness that count."""

    firmness: Firmness
    entries: int
    power: float
    money: float
    jobs: float


@dataclass(frozen=True, slots=True)
class Realised:
    """The first of a line of claims beside a later one that delivers on it or restates it.

    In one measure: ``power`` [W], ``money`` [USD] or ``jobs``.
    """

    earlier: str
    later: str
    measure: str
    promised: float
    came: float
    firmness: Firmness

    @property
    def state(self) -> str:
        """Whether the later claim is a deed (``came``) or again words (``restated``)."""
        return "came" if self.firmness is Firmness.BUILT else "restated"

    @property
    def ratio(self) -> float:
        """The later over the promised."""
        return self.came / self.promised


@dataclass(frozen=True, slots=True)
class Coverage:
    """How firm the power planned at a site is: W on facility basis by rung, which add up to ``planned``."""

    site: str
    planned: float
    built: float
    firm: float
    option: float
    announced: float
    uncovered: float


@dataclass(frozen=True, slots=True)
class Ledger:
    """The result of the watch: entries, totals by firmness, promises beside deeds, and the plan's coverage."""

    entries: tuple[Entry, ...]
    totals: tuple[Total, ...]
    realised: tuple[Realised, ...]
    coverage: tuple[Coverage, ...]


def reconcile_claims(
    programme: Programme, planned: Mapping[str, float], built: Mapping[str, float] | None = None
) -> Ledger:
    """List claims and contracts by firmness and say how firm the plan's power is.

    Parameters
    ----------
    programme
        The programme with its claims and contracts.
    planned
        Facility power that the plan has online at each site at the end of the horizon, what was online at its
        start included [W].
    built
        Facility power online at each site at the start of the horizon [W].

    Notes
    -----
    A claim counts unless it says ``counts: false``, is superseded by another one, or belongs to a contract that counts
    in its place. Of a contract, ``firm`` and ``optional`` count as stated; what its ``total`` exceeds them by is
    announced, because nothing public says that it binds. At a site, what contracts that name it and claims about it
    offer is laid on the planned power from the firmest down; a contract of several sites is shared by planned power.
    """
    entries = tuple(_claim_entries(programme)) + tuple(_contract_entries(programme))
    return Ledger(
        entries,
        tuple(_totals(entries)),
        tuple(_realised(programme)),
        tuple(_coverage(programme, planned, built or {})),
    )


def _claim_entries(programme: Programme) -> Iterator[Entry]:
    superseded = {claim.supersedes: claim.id for claim in programme.claims if claim.supersedes}
    counted = {contract.id for contract in programme.contracts if contract.counts}
    for claim in programme.claims:
        why_not = ""
        if claim.id in superseded:
            why_not = f"superseded by {superseded[claim.id]}"
        elif claim.contract in counted:
            why_not = f"counted in contract {claim.contract}"
        elif not claim.counts:
            why_not = "part of, or the same as, another entry"
        yield Entry(
            f"claims.{claim.id}",
            "claim",
            claim.what,
            claim.who,
            claim.counterparty,
            claim.date.isoformat(),
            claim.firmness,
            None if claim.power is None else float(claim.power),
            None if claim.money is None else programme.usd(claim.money),
            None if claim.jobs is None else float(claim.jobs),
            not why_not,
            why_not,
        )


def _contract_entries(programme: Programme) -> Iterator[Entry]:
    for contract in programme.contracts:
        for firmness, power, money in _split(programme, contract):
            yield Entry(
                f"contracts.{contract.id}",
                contract.kind,
                contract.name,
                contract.buyer,
                contract.seller,
                contract.signed.isoformat(),
                firmness,
                power,
                money,
                None,
                contract.counts,
                "" if contract.counts else "an umbrella, or the same megawatts as another entry",
            )


def _split(programme: Programme, contract: Contract) -> Iterator[tuple[Firmness, float | None, float | None]]:
    def power(amount: Amount) -> float:
        return 0.0 if amount.power is None else float(amount.power)

    def money(amount: Amount) -> float:
        return 0.0 if amount.money is None else programme.usd(amount.money)

    firm, optional, total = contract.firm, contract.optional, contract.total
    rest = (
        max(0.0, power(total) - power(firm) - power(optional)),
        max(0.0, money(total) - money(firm) - money(optional)),
    )
    parts = (
        (Firmness.FIRM, power(firm), money(firm)),
        (Firmness.OPTION, power(optional), money(optional)),
        (Firmness.ANNOUNCED, *rest),
    )
    stated = [part for part in parts if part[1] or part[2]]
    if not stated:
        firmness = Firmness.OPTION if contract.kind == "option" else Firmness.ANNOUNCED
        yield firmness, None, None
    for firmness, watts, usd in stated:
        yield firmness, watts or None, usd or None


def _totals(entries: tuple[Entry, ...]) -> Iterator[Total]:
    for firmness in LADDER:
        rows = [entry for entry in entries if entry.counts and entry.firmness is firmness]
        yield Total(
            firmness,
            len(rows),
            sum(row.power or 0.0 for row in rows),
            sum(row.money or 0.0 for row in rows),
            sum(row.jobs or 0.0 for row in rows),
        )


def _realised(programme: Programme) -> Iterator[Realised]:
    claims = {claim.id: claim for claim in programme.claims}

    def first(claim: Claim) -> Claim:
        seen = {claim.id}
        while claim.supersedes in claims and claim.supersedes not in seen:
            claim = claims[claim.supersedes]
            seen.add(claim.id)
        return claim

    for claim in programme.claims:
        origin = first(claims.get(claim.fulfils or "", claim))
        if origin is claim:
            continue
        for measure in ("power", "money", "jobs"):
            promised, came = getattr(origin, measure), getattr(claim, measure)
            if promised and came is not None:
                # Compared as each was stated: a pledge is held to its own words, not to later prices.
                yield Realised(
                    f"claims.{origin.id}",
                    f"claims.{claim.id}",
                    measure,
                    float(promised),
                    float(came),
                    claim.firmness,
                )


def _coverage(programme: Programme, planned: Mapping[str, float], built: Mapping[str, float]) -> Iterator[Coverage]:
    offered = {site.id: dict.fromkeys(LADDER, 0.0) for site in programme.sites}
    for contract in programme.contracts:
        named = [site_id for site_id in contract.sites if planned.get(site_id, 0.0) > 0]
        whole = sum(planned[site_id] for site_id in named)
        if contract.counts:
            for firmness, power, _ in _split(programme, contract):
                for site_id in named:
                    offered[site_id][firmness] += (power or 0.0) * planned[site_id] / whole
    counted = {entry.path for entry in _claim_entries(programme) if entry.counts}
    for claim in programme.claims:
        if claim.subject in offered and claim.power is not None and f"claims.{claim.id}" in counted:
            offered[claim.subject][claim.firmness] += float(claim.power)
    for site_id, rungs in offered.items():
        left, taken = planned.get(site_id, 0.0), {}
        # What is built is the plan's own start: a claim of it would count the same racks again.
        rungs[Firmness.BUILT] = built.get(site_id, 0.0)
        for firmness in LADDER:
            taken[firmness] = min(left, rungs[firmness])
            left -= taken[firmness]
        yield Coverage(
            site_id,
            planned.get(site_id, 0.0),
            taken[Firmness.BUILT],
            taken[Firmness.FIRM],
            taken[Firmness.OPTION],
            taken[Firmness.ANNOUNCED],
            left,
        )
