"""Checks of what is asked of suppliers: duties, lots, lead times that scatter, shares, safety stock and use-up."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from gigaloop.core.marks import item_keys
from gigaloop.programme.checks.findings import Findings
from gigaloop.programme.checks.times import ascending
from gigaloop.programme.schema import BomLine, Part, Supply


def check_sourcing(findings: Findings) -> None:
    """Check supplies, the rules of parts, and old parts that are used up."""
    programme = findings.programme
    for supplier in programme.suppliers:
        for key, supply in zip(item_keys(supplier.supplies), supplier.supplies, strict=True):
            _supply(findings, f"suppliers.{supplier.id}.supplies.{key}", supply)
    made = {product.part for factory in programme.factories for line in factory.lines for product in line.products}
    for part in programme.parts:
        _rules(findings, part, part.id in made and part.stage is not None)
        for key, line in zip(item_keys(part.components), part.components, strict=True):
            if line.use_up_until is not None:
                _use_up(findings, f"parts.{part.id}.components.{key}.use_up_until", part, line, made)
    _shares(findings)
    ascending(findings, "policy.domestic_content", programme.policy.domestic_content)
    floors = programme.policy.domestic_content
    for key, (first, second) in zip(item_keys(floors)[1:], pairwise(floors), strict=False):
        if first.start.year == second.start.year and first.start < second.start:
            why = f"the year {second.start.year} has a floor already, from {first.start}"
            findings.add(f"policy.domestic_content.{key}.start", why, "a floor is for whole calendar years: give one")


def _shares(findings: Findings) -> None:
    """Check that the suppliers of a part may give all of it together, where a rule limits the share of each."""
    programme = findings.programme
    sources = Counter(supply.part for supplier in programme.suppliers for supply in supplier.supplies)
    for part in programme.parts:
        rule = part.sourcing or programme.policy.sourcing
        count = sources[part.id]
        if rule is None or count < rule.min_sources or float(rule.max_share) * count >= 1.0 - 1e-9:
            continue
        path = f"parts.{part.id}.sourcing.max_share" if part.sourcing else "policy.sourcing.max_share"
        why = f"{count} suppliers of '{part.id}' with at most {rule.max_share} each cannot give all of it"
        findings.add(path, why, f"raise it to at least {100.0 / count:.3g} %, or 'min_sources' above {count}")


def _supply(findings: Findings, path: str, supply: Supply) -> None:
    ascending(findings, f"{path}.duty", supply.duty)
    usd = findings.programme.usd
    prices = [usd(step.price) for step in supply.price_breaks]
    if supply.price is not None:
        prices = [usd(supply.price), *prices]
    if any(after > before * (1.0 + 1e-12) for before, after in pairwise(prices)):
        why = "the price rises with the quantity of an order"
        findings.add(f"{path}.price_breaks", why, "prices fall from 'price' through the price breaks, or stay")
    spread = supply.lead_time_distribution
    if spread is not None and not spread.low <= supply.lead_time <= spread.high:
        why = f"the lead time of {supply.lead_time} is not between {spread.low} and {spread.high}"
        findings.add(f"{path}.lead_time_distribution", why, "'low' is at most the lead time, 'high' at least")


def _rules(findings: Findings, part: Part, made: bool) -> None:
    """Check that rules of bought parts stand at bought parts."""
    for key in ("sourcing", "safety_stock", "safety_time"):
        if made and getattr(part, key):
            why = f"lines make '{part.id}', so that it has no {key.replace('_', ' ')} of a bought part"
            findings.add(f"parts.{part.id}.{key}", why, "give it to the bought parts that go into it")


def _use_up(findings: Findings, path: str, part: Part, line: BomLine, made: set[str]) -> None:
    """Check that an old bought part ends, has a bought successor at its position, and is used up after that."""
    until, last = line.effective_until, line.use_up_until
    if until is None:
        findings.add(path, f"'{line.part}' is to be used up, but its line does not end", "give 'effective_until'")
        return
    if last is not None and last <= until:
        findings.add(path, f"'{line.part}' is to be used up until {last}, but its line ends on {until} only")
    position = line.position or line.part
    later = [
        other
        for other in part.components
        if (other.position or other.part) == position and other.effective_from and other.effective_from >= until
    ]
    if not later:
        why = f"nothing follows '{line.part}' at the position '{position}'"
        findings.add(path, why, "give the new part's line the same 'position' and 'effective_from'")
        return
    for each in (line, min(later, key=lambda other: other.effective_from or until)):
        if each.part in made:
            why = f"lines make '{each.part}'; only bought parts are used up in place of each other"
            findings.add(path, why, "leave 'use_up_until' out")
