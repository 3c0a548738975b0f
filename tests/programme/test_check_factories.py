"""What must hold of the state, calendars, people and curves of factories; each check names the way out."""

import pytest

SUPPLY = "supply.yaml"
LINES = "    lines:\n      - id: trays"
FACTORY = "factories.austin"

CASES = {
    "stock of a bought part": (
        LINES,
        "    stock: [{part: quick-disconnect-a, quantity: 5}]\n" + LINES,
        f"{FACTORY}.stock.quick-disconnect-a.part",
        "no line makes 'quick-disconnect-a'",
        "on_hand",
    ),
    "more racks than room": (
        LINES,
        "    rack_storage: 3\n    stock: [{part: gb300-rack, quantity: 5}]\n" + LINES,
        f"{FACTORY}.rack_storage",
        "5 racks are in stock",
        "mend the stock",
    ),
    "work in process on no line": (
        LINES,
        "    in_process: [{part: gb300-tray, line: tray, quantity: 5, date: 2027-01-08}]\n" + LINES,
        f"{FACTORY}.in_process.gb300-tray.line",
        "no line 'tray'",
        "trays",
    ),
    "work in process on another line": (
        LINES,
        "    in_process: [{part: gb300-rack, line: trays, quantity: 5, date: 2027-01-08}]\n" + LINES,
        f"{FACTORY}.in_process.gb300-rack.part",
        "does not make 'gb300-rack'",
        "",
    ),
    "work completed before the start": (
        LINES,
        "    in_process: [{part: gb300-tray, line: trays, quantity: 5, date: 2026-12-30}]\n" + LINES,
        f"{FACTORY}.in_process.gb300-tray.date",
        "before the horizon starts",
        "into 'stock'",
    ),
    "a closure ends before it starts": (
        LINES,
        "    closed: [{start: 2027-12-24, end: 2027-12-20, name: Christmas}]\n" + LINES,
        f"{FACTORY}.closed.2027-12-24.end",
        "before it starts",
        "a day's closure",
    ),
    "shifts out of order": (
        "        shifts: 2\n",
        "        shifts: 2\n        shift_plan: [{start: 2028-01-03, shifts: 3}, {start: 2027-01-04, shifts: 1}]\n",
        f"{FACTORY}.lines.trays.shift_plan.2027-01-04.start",
        "stands after that of",
        "rising date",
    ),
    "hiring without people": (
        LINES,
        "    hiring: {rate: 5 jobs/week}\n" + LINES,
        f"{FACTORY}.hiring",
        "people there at the start are not stated",
        "state 'headcount'",
    ),
    "a target below the people there": (
        LINES,
        "    headcount: 200 jobs\n    headcount_target: 150 jobs\n    hiring: {rate: 5 jobs/week}\n" + LINES,
        f"{FACTORY}.headcount_target",
        "below the headcount",
        "leave 'hiring' out",
    ),
    "a yield that falls": (
        "        test_yield: 96 %\n",
        "        test_yield: 96 %\n        initial_yield: 98 %\n",
        f"{FACTORY}.lines.trays.initial_yield",
        "the yield falls",
        "matures",
    ),
    "pieces made before on a line that does not learn": (
        "rate: 360 trays/week, conversion_cost: 900 USD (2026)}",
        "rate: 360 trays/week, conversion_cost: 900 USD (2026), made_before: 50}",
        f"{FACTORY}.lines.trays.products.gb300-tray.made_before",
        "does not",
        "'learning'",
    ),
    "stock twice": (
        LINES,
        "    stock: [{part: gb300-tray, quantity: 5}, {part: gb300-tray, quantity: 6}]\n" + LINES,
        f"{FACTORY}.stock.gb300-tray#2",
        "gb300-tray",
        "",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_told(broken, case):
    old, new, path, why, hint = CASES[case]
    broken.replace(SUPPLY, old, new)
    problems = {problem.path: problem for problem in broken.problems}
    found = problems.get(path) or next((each for key, each in problems.items() if key.startswith(path)), None)
    assert found is not None, list(problems)
    assert why in found.why
    assert hint in found.hint
    assert found.where is not None
    assert found.where.line > 0


@pytest.mark.parametrize(
    ("part", "arrives", "why"),
    [
        ("gb300-tray", "2027-01-06", "is no generation's rack"),
        ("gb300-rack", "2026-12-06", "before the horizon starts"),
        ("gb300-rack", "2037-12-06", "after the horizon ends"),
    ],
)
def test_what_is_on_the_road_is_a_rack_that_arrives_within_the_horizon(broken, part, arrives, why):
    lane = (
        "- {id: second, name: S, origin: austin, destination: milam, transit: 1 day, cost: 5 USD (2026), "
        f"in_transit: [{{part: {part}, quantity: 5, arrives: {arrives}}}]}}\n"
    )
    (broken.folder / "more.yaml").write_text(f"lanes:\n{lane}", encoding="utf-8")
    assert why in broken.problem.why
