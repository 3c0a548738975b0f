"""What no programme can mean: times beyond the horizon, rates that leave nothing, rules that nobody can keep."""

import pytest

from gigaloop.programme.loader import load_programme

HEAD, PARTS, SUPPLY, SITES = "programme.yaml", "product.yaml", "supply.yaml", "sites.yaml"
FACTORY = "factories.austin"
SECOND = "  - id: cable-maker\n"
CABLES = """\
  - id: second-cable-maker
    name: Another maker of cable cartridges
    country: US
    supplies:
      - part: cable-cartridge
        lead_time: 16 weeks
        price: 20 kUSD (2026)
        allocation: [{start: 2027-01-04, rate: 9 pcs/week}]
"""

CASES = {
    "work that takes longer than the horizon": (
        SUPPLY,
        "cycle_time: 1 week\n",
        "cycle_time: 110 weeks\n",
        f"{FACTORY}.lines.trays.cycle_time",
        "longer than the horizon of 104 weeks",
        "mend the duration",
    ),
    "rework that takes longer than the horizon": (
        SUPPLY,
        "cycle_time: 1 week\n",
        "cycle_time: 1 week\n        rework_time: 3 years\n",
        f"{FACTORY}.lines.trays.rework_time",
        "longer than the horizon",
        "extend the horizon",
    ),
    "commissioning that takes longer than the horizon": (
        SITES,
        "commissioning: 3 weeks",
        "commissioning: 300 weeks",
        "sites.milam.commissioning",
        "longer than the horizon",
        "",
    ),
    "transport that takes longer than the horizon": (
        "lanes.csv",
        "austin,milam,2,2000",
        "austin,milam,2000,2000",
        "lanes.austin-to-milam.transit",
        "longer than the horizon",
        "",
    ),
    "a discount that leaves nothing": (
        HEAD,
        "discount_rate: 10 %/yr",
        "discount_rate: -100 %/yr",
        "policy.discount_rate",
        "leaves nothing after a year",
        "more than -100 %/yr",
    ),
    "a price of compute that falls below nothing": (
        HEAD,
        "compute_price_change: -10 %/yr",
        "compute_price_change: -120 %/yr",
        "policy.compute_price_change",
        "leaves nothing after a year",
        "",
    ),
    "two floors on domestic content in one year": (
        HEAD,
        "  rack_life: 5 years\n",
        "  rack_life: 5 years\n  domestic_content: [{start: 2027-01-01, share: 0}, {start: 2027-07-01, share: 9 %}]\n",
        "policy.domestic_content.2027-07-01.start",
        "has a floor already, from 2027-01-01",
        "give one",
    ),
    "racks among the parts of a unit": (
        PARTS,
        "    compute_value: 4.2",
        "    su_parts: [{part: vr200-rack, quantity: 1}]\n    compute_value: 4.2",
        "generations.gb300-nvl72.su_parts.vr200-rack.part",
        "is the rack of a generation",
        "racks_per_su",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_told(broken, case):
    file, old, new, path, why, hint = CASES[case]
    broken.replace(file, old, new)
    problems = {problem.path: problem for problem in broken.problems}
    assert path in problems, list(problems)
    assert why in problems[path].why
    assert hint in problems[path].hint
    assert problems[path].where is not None


def test_two_suppliers_must_be_allowed_to_give_all_together(broken):
    broken.replace(SUPPLY, SECOND, CABLES + SECOND)
    broken.replace(PARTS, "family: cable, mass: 40 kg}", "family: cable, mass: 40 kg, sourcing: {max_share: 40 %}}")
    problem = broken.problem
    assert problem.path == "parts.cable-cartridge.sourcing.max_share"
    assert "2 suppliers of 'cable-cartridge' with at most 40 % each" in problem.why
    assert "at least 50 %" in problem.hint


def test_shares_that_add_up_are_fine(broken, catalogue):
    broken.replace(SUPPLY, SECOND, CABLES + SECOND)
    broken.replace(PARTS, "family: cable, mass: 40 kg}", "family: cable, mass: 40 kg, sourcing: {max_share: 50 %}}")
    assert load_programme(broken.folder, catalogue).part_of["cable-cartridge"].sourcing is not None


def test_racks_are_tested_where_there_are_cells(broken):
    text = (broken.folder / SUPPLY).read_text(encoding="utf-8")
    begin, end = text.index("    test_cells:"), text.index("    lines:")
    (broken.folder / SUPPLY).write_text(text[:begin] + text[end:], encoding="utf-8")
    found = {problem.path: problem for problem in broken.problems}
    told = found[f"{FACTORY}.lines.racks.products.gb300-rack.part"]
    assert "burnt in for 72 h, and the factory has no cells" in told.why
    assert "test_cells" in told.hint
    assert f"{FACTORY}.lines.trays.products.gb300-tray.part" not in found


def test_a_horizon_without_a_week_is_told_whatever_else_is_there(broken):
    broken.replace(
        SITES, "    install_crews:", "    opening: [{generation: gb300-nvl72, ready: 1}]\n    install_crews:"
    )
    broken.replace(HEAD, "end: 2028-12-31", "end: 2026-12-31")
    assert "horizon.end" in {problem.path for problem in broken.problems}
