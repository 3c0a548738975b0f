"""What must hold of a programme as a whole; each check fails where it should and names the way out."""

from __future__ import annotations

import pytest

PARTS = "product.yaml"
SUPPLY = "supply.yaml"
SITES = "sites.yaml"
HEAD = "programme.yaml"

CASES = {
    "the horizon ends before it starts": (HEAD, "end: 2028-12-31", "end: 2026-12-31", "horizon.end",
    "before it starts", ""),
    "the horizon is too long": (HEAD, "end: 2028-12-31", "end: 2098-12-31", "horizon.end", "years long", "at most 30"),
    "a line of a bill ends before it begins": (
        PARTS, "effective_from: 2027-07-05}", "effective_from: 2027-07-05, effective_until: 2027-07-05}",
        "parts.gb300-rack.components.quick-disconnect-b.effective_until", "before it is effective", ""),
    "phases of a generation are out of order": (
        PARTS, "ramp: 2027-05-03", "ramp: 2027-02-01", "generations.vr200-nvl72.effectivity.ramp",
        "ramp on 2027-02-01 is before evaluation on 2027-03-01", "the order is"),
    "steps are out of order": (
        SUPPLY, "{start: 2027-12-27, rate: 360 pcs/week}", "{start: 2026-12-27, rate: 360 pcs/week}",
        "suppliers.accelerator-maker.supplies.gb300-board.allocation.2026-12-27.start", "stands after that of",
        "rising date"),
    "a step is given twice": (
        SUPPLY, "{start: 2027-06-28, power: 8 MW}", "{start: 2027-01-04, power: 8 MW}",
        "factories.austin.test_cells.power.2027-01-04#2.start", "stands after that of", "rising date"),
    "energised power falls": (
        SITES, "power: 60 MW}", "power: 20 MW}", "sites.milam.energisation.2027-07-05.power",
        "falls from 30 MW to 20 MW", "cumulative"),
    "a line opens after the end": (
        SUPPLY, "opens: 2027-05-31", "opens: 2029-05-31", "factories.austin.lines.racks-2.opens",
        "after the horizon ends", "leave the line out"),
    "a receipt is before the start": (
        SUPPLY, "on_hand: 1440", "receipts: [{date: 2026-12-01, quantity: 5}]",
        "suppliers.accelerator-maker.supplies.gb300-board.receipts.2026-12-01.date", "before the horizon starts",
        "on_hand"),
    "price breaks are out of order": (
        SUPPLY, "on_hand: 1440",
        "price_breaks: [{quantity: 5, price: 5 USD (2026)}, {quantity: 5, price: 4 USD (2026)}]",
        "suppliers.accelerator-maker.supplies.gb300-board.price_breaks", "follows that from 5", "rising quantity"),
    "a demand is before the start": (
        SITES, "by: 2027-06-28", "by: 2026-06-28", "demands.milam-1.by", "before the horizon starts",
        "online_at_start"),
    "a window ends before it starts": (
        SITES, "until: 2029-01-01", "until: 2028-01-01", "contracts.second-phase-option.window.until",
        "before it starts", ""),
    "a contract expires before it is signed": (
        SITES, "expiry: 2028-03-31", "expiry: 2026-03-31", "contracts.second-phase-option.expiry",
        "before it was signed", ""),
    "a price year cannot be meant": (
        SITES, "strike: 7.9 MUSD (2026)", "strike: 7.9 MUSD (2206)", "contracts.second-phase-option.strike",
        "money of 2206", "1990 to 2028"),
    "a price year inside a list cannot be meant": (
        SUPPLY, "conversion_cost: 900 USD (2026)", "conversion_cost: 900 USD (1926)",
        "factories.austin.lines.trays.products.gb300-tray.conversion_cost", "money of 1926", ""),
    "a made part has nothing in it": (
        PARTS, "- {id: tray-kit,", "- {id: tray-kit, stage: L10,", "parts.tray-kit", "nothing goes into it",
        "leave out 'stage'"),
    "the rack is of another family": (
        PARTS, "family: rack\n", "family: tray\n", "generations.gb300-nvl72.rack", "a rack is due", "family: rack"),
    "the shares are more than the whole": (
        HEAD, "share: 60 %", "share: 70 %", "workloads.serving.share", "add up to 110 %",
        "training 40 %, serving 70 %"),
    "a generation supersedes itself": (
        PARTS, "    racks_per_su: 8", "    supersedes: vr200-nvl72\n    racks_per_su: 8",
        "generations.vr200-nvl72.supersedes", "gb300-nvl72 -> vr200-nvl72 -> gb300-nvl72", ""),
    "no line makes the rack": (
        SUPPLY, "          - {part: gb300-rack, rate: 20 racks/week, conversion_cost: 45 kUSD (2026)}\n", "",
        "generations.gb300-nvl72.rack", "no factory makes the rack 'gb300-rack'", "leave the generation out"),
    "a line makes a part twice": (
        SUPPLY, "{part: gb300-rack, rate: 20 racks/week", "{part: vr200-rack, rate: 20 racks/week",
        "factories.austin.lines.racks.products.vr200-rack#2", "given twice", "the first is at"),
    "a lane leads nowhere": (
        "lanes.csv", "austin,milam,2", "austin,austin,2", "lanes.austin-to-milam.destination", "to itself", ""),
    "a line makes a part of another stage": (
        SUPPLY, "stage: L10", "stage: L6", "factories.austin.lines.trays.products.gb300-tray.part", "stage L6 makes",
        "mend"),
    "a line makes a bought part": (
        SUPPLY, "{part: gb300-tray, rate", "{part: tray-kit, rate",
        "factories.austin.lines.trays.products.tray-kit.part", "no stage: it is bought", "stage: L10"),
    "nobody supplies a part": (
        SUPPLY, "- {part: manifold,", "- {part: cdu,", "parts.gb300-rack.components.manifold.part",
        "nobody supplies 'manifold'", "'supplies'"),
    "no lane leads to a demanded site": (
        "lanes.csv", "austin-to-licking,Austin to Licking,austin,licking,4,6200\n", "", "demands.licking-1.site",
        "no lane leads to 'licking'", "from austin"),
    "no hall can feed the generation": (
        PARTS, "      bus: 54 VDC\n      bus_voltage: 51 V", "      bus: 800 VDC\n      bus_voltage: 800 V",
        "demands.milam-1.site", "no hall of 'milam' can feed gb300-nvl72", "800 VDC"),
    "two suppliers of one id": (
        SUPPLY, "id: rack-supplier", "id: cable-maker", "suppliers.cable-maker#2", "given twice in suppliers",
        "the first is at"),
    "two halls of one id": (
        SITES, "{id: hall-2", "{id: hall-1", "sites.milam.halls.hall-1#2", "given twice in halls", "the first is at"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_is_told(broken, case):
    file, old, new, path, why, hint = CASES[case]
    broken.replace(file, old, new)
    problems = {problem.path: problem for problem in broken.problems}
    assert path in problems, list(problems)
    assert why in problems[path].why
    assert hint in problems[path].hint
    assert problems[path].where is not None
    assert problems[path].where.line > 0


def test_a_place_that_could_be_a_factory_or_a_site_is_told(broken):
    broken.replace(SITES, "id: milam\n", "id: austin\n")
    found = {problem.path: problem.why for problem in broken.problems}
    assert found["lanes.austin-to-milam.origin"] == "'austin' is the id of a factory and site"


def test_evaluation_units_are_made_where_the_rack_is_made(broken):
    factory = "{id: other, name: O, operator: O, city: O, state: TX, latitude: 0, longitude: 0, lines: []}"
    broken.replace(SUPPLY, "factories:\n", f"factories:\n  - {factory}\n")
    broken.replace(PARTS, "factory: austin", "factory: other")
    assert "does not make the rack" in broken.problem.why
    assert "austin" in broken.problem.hint


def test_components_come_to_where_they_are_needed(broken):
    factory = """\
  - id: elsewhere
    name: Elsewhere
    operator: O
    city: O
    state: TX
    latitude: 0
    longitude: 0
    lines:
      - id: trays
        name: Compute trays
        stage: L10
        products: [{part: gb300-tray, rate: 360 trays/week, conversion_cost: 900 USD (2026)}]
        opens: 2026-07-06
        ramp: 20 weeks
        test_yield: 96 %
        cycle_time: 1 week
        staff: 90 jobs
"""
    broken.replace(SUPPLY, "factories:\n", f"factories:\n{factory}")
    whole = (broken.folder / SUPPLY).read_text(encoding="utf-8")
    begin = whole.index("      - id: trays", whole.index("id: austin"))
    end = whole.index("      - id: racks", begin)
    (broken.folder / SUPPLY).write_text(whole[:begin] + whole[end:], encoding="utf-8")
    problem = broken.problem
    assert problem.path == "parts.gb300-rack.components.gb300-tray.part"
    assert problem.why == "'gb300-tray' goes into 'gb300-rack' at austin, but no lane leads there"
    assert "elsewhere" in problem.hint


def test_a_bill_that_is_too_deep_is_told(broken):
    chain = "".join(
        f"  - {{id: d{i}, name: D, family: board, stage: L6, components: [{{part: d{i + 1}, quantity: 1}}]}}\n"
        for i in range(25)
    )
    broken.replace(PARTS, "parts:\n", f"parts:\n{chain}  - {{id: d25, name: D, family: board}}\n")
    assert broken.problem.why.startswith("the bills of materials are 26 levels deep")


def test_a_demand_in_racks_names_one_generation(broken):
    broken.replace(SITES, "power: 30 MW, generations: [gb300-nvl72]", "racks: 30 racks")
    assert "names exactly one generation" in broken.problem.why
