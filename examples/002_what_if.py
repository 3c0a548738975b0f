"""Run the scenarios of a small programme beside it as it is, and say what changed in the input and in the result."""

import tempfile
from pathlib import Path

import gigaloop

with tempfile.TemporaryDirectory() as scratch:
    programme = gigaloop.load(gigaloop.new(Path(scratch) / "mine"))
    before = gigaloop.run(programme)
    for scenario in programme.scenarios:
        after = gigaloop.run(programme, scenario=scenario.id)
        print(scenario.name)
        for change in gigaloop.diff(before.programme, after.programme)[:5]:
            print(f"  {change}")
        moved = after.plan.online_facility_power.sum(axis=(0, 1)) - before.plan.online_facility_power.sum(axis=(0, 1))
        worst = int(moved.argmin())
        print(f"  at most {-moved[worst] / 1e6:,.0f} MW less online, in the week of {after.plan.calendar.date(worst)}")
        print(f"  costs {(after.plan.objective - before.plan.objective) / 1e9:+.2f} BUSD")
