import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.quantity import Quantity
from gigaloop.programme.schema import Claim, Contract, Firmness, Policy, Programme
from gigaloop.programme.schema.deal import Amount
from gigaloop.watch import reconcile_claims

GW = 1e9


def programme(claims=(), contracts=(), sites=("a", "b")) -> Programme:
    policy = cast("Any", Policy).model_construct(escalation=Quantity.of(0, "%/yr"))
    named = tuple(SimpleNamespace(id=site) for site in sites)
    made: Programme = cast("Any", Programme).model_construct(
        claims=tuple(claims), contracts=tuple(contracts), sites=cast("Any", named), policy=policy, price_year=2026
    )
    return made


def claim(name: str, firmness: str, **fields: Any) -> Claim:
    base = {"id": name, "name": name, "who": "w", "what": "x", "date": "2026-01-01", "firmness": firmness}
    return Claim.model_validate(base | fields)


def contract(name: str, kind: str = "firm", **fields: Any) -> Contract:
    base = {"id": name, "name": name, "kind": kind, "buyer": "b", "seller": "s", "signed": dt.date(2026, 1, 1)}
    return Contract.model_validate(base | fields)


def power_of(ledger, firmness):
    return next(total.power for total in ledger.totals if total.firmness is firmness)


def test_a_contract_splits_into_what_binds_what_is_a_right_and_what_is_only_announced():
    deal = contract("amd", total={"power": "6 GW"}, firm={"power": "1 GW"}, optional={"power": "3 GW"})
    ledger = reconcile_claims(programme(contracts=[deal]), {})
    assert power_of(ledger, Firmness.FIRM) == 1 * GW
    assert power_of(ledger, Firmness.OPTION) == 3 * GW
    assert power_of(ledger, Firmness.ANNOUNCED) == 2 * GW


def test_an_option_only_agreement_counts_as_option_without_inventing_an_amount():
    ledger = reconcile_claims(programme(contracts=[contract("foxconn", "option")]), {})
    (entry,) = ledger.entries
    assert (entry.firmness, entry.power, entry.money) == (Firmness.OPTION, None, None)


def test_superseded_contracted_and_repeated_claims_are_listed_but_not_counted():
    claims = [
        claim("old", "announced", power="10 GW"),
        claim("new", "built", power="1 GW", supersedes="old"),
        claim("inside", "firm", power="5 GW", contract="deal"),
        claim("again", "announced", power="7 GW", counts=False),
    ]
    ledger = reconcile_claims(programme(claims=claims, contracts=[contract("deal")]), {})
    assert len(ledger.entries) == 5
    assert sum(total.power for total in ledger.totals) == 1 * GW
    assert {entry.path for entry in ledger.entries if entry.why_not} == {"claims.old", "claims.inside", "claims.again"}


def test_a_pledge_is_held_against_what_came_of_it():
    # Wisconsin 2017 against what was verified at the end of 2024: 7.2 % of the money and 9.6 % of the jobs;
    # https://www.fox6now.com/news/foxconn-expand-racine-county-operation-1374-new-jobs-over-4-years
    pledged = claim("pledge", "announced", money="10 BUSD (2017)", jobs="13000 jobs", date="2017-07-26")
    amended = claim("amended", "firm", money="672.8 MUSD (2021)", jobs="1454 jobs", supersedes="pledge")
    verified = claim("verified", "built", money="717 MUSD (2024)", jobs="1242 jobs", fulfils="amended")
    ledger = reconcile_claims(programme(claims=[pledged, amended, verified]), {})
    ratios = {(r.later, r.measure): r.ratio for r in ledger.realised}
    assert ratios["claims.verified", "money"] == pytest.approx(0.072, abs=5e-4)
    assert ratios["claims.verified", "jobs"] == pytest.approx(0.096, abs=5e-4)


@given(
    planned=st.lists(st.floats(0, 5), min_size=2, max_size=2),
    built=st.floats(0, 6),
    firm=st.floats(0, 5),
    optional=st.floats(0, 5),
)
def test_coverage_adds_up_to_what_is_planned_and_takes_the_firmest_first(planned, built, firm, optional):
    deal = contract("deal", sites=["a"]).model_copy(
        update={
            "firm": Amount(power=Quantity.of(firm, "GW")),
            "optional": Amount(power=Quantity.of(optional, "GW")),
        }
    )
    watts = dict(zip("ab", (p * GW for p in planned), strict=True))
    ledger = reconcile_claims(programme(contracts=[deal]), watts, {"a": built * GW})
    for row in ledger.coverage:
        parts = (row.built, row.firm, row.option, row.announced, row.uncovered)
        assert sum(parts) == pytest.approx(row.planned)
        assert all(part >= 0 for part in parts)
        if row.firm < firm * GW - 1 and row.site == "a":
            assert row.option == row.announced == row.uncovered == 0


def test_an_umbrella_is_listed_but_enters_neither_totals_nor_coverage():
    deals = [
        contract("umbrella", "target", total={"power": "10 GW"}, sites=["a"], counts=False),
        contract("lease", "lease", total={"power": "2 GW"}, firm={"power": "1 GW"}, sites=["a"]),
    ]
    ledger = reconcile_claims(programme(contracts=deals), {"a": 5 * GW})
    assert power_of(ledger, Firmness.FIRM) == power_of(ledger, Firmness.ANNOUNCED) == 1 * GW
    row = next(row for row in ledger.coverage if row.site == "a")
    assert (row.firm, row.announced, row.uncovered) == (1 * GW, 1 * GW, 3 * GW)


def test_claims_about_a_site_cover_its_power_beside_contracts_and_a_built_one_does_not_count_twice():
    claims = [
        claim("rest", "firm", power="1 GW", subject="a"),
        claim("more", "announced", power="4 GW", subject="a"),
        claim("there", "built", power="2 GW", subject="a"),
        claim("inside", "firm", power="3 GW", subject="a", contract="lease"),
    ]
    lease = contract("lease", "lease", total={"power": "1 GW"}, firm={"power": "1 GW"}, sites=["a"])
    ledger = reconcile_claims(programme(claims=claims, contracts=[lease]), {"a": 6 * GW}, {"a": 1 * GW})
    row = next(row for row in ledger.coverage if row.site == "a")
    assert (row.built, row.firm, row.announced, row.uncovered) == (1 * GW, 2 * GW, 3 * GW, 0.0)


def test_a_contract_of_several_sites_is_shared_by_what_is_planned_there():
    deal = contract("deal", total={"power": "3 GW"}, firm={"power": "3 GW"}, sites=["a", "b"])
    ledger = reconcile_claims(programme(contracts=[deal]), {"a": 4 * GW, "b": 2 * GW})
    assert {row.site: row.firm for row in ledger.coverage} == pytest.approx({"a": 2 * GW, "b": 1 * GW})
