"""What the command line prints of a run, as text for people."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from gigaloop.cli import output
from gigaloop.cli.buying import show_buying
from gigaloop.cli.card import check_sentence
from gigaloop.cli.numbers import day, gigawatts, kilo, megawatts, money, percent, tokens, usd_per_gw
from gigaloop.core.units import WEEK
from gigaloop.study.headline import Headline, headline

if TYPE_CHECKING:
    from gigaloop.plan import Plan
    from gigaloop.programme import Programme
    from gigaloop.study.chain import Result

_LATE_SHOWN = 6
_NO_RELIEF = "no single resource, relieved by a tenth, would bring anything; the reasons above say what is missing"
UNPROVED = ("first answer", "stopped", "telescoped")
"""Status of plans without prices."""
_PROVEN = 1e-7
"""Gap below which a plan counts as optimal: the tolerance of the solver."""
_WAITS_FOR = {
    "power": "energised power",
    "equipment": "equipment that serves its power",
    "commissioning crews": "crews that commission it",
    "unit parts": "what completes its scalable unit",
    "unit": "the other racks of its scalable unit",
    "not asked": "the day from which it is asked",
}
"""What installed racks wait for, by cause."""


def show_run(result: Result) -> None:
    """Print the summary that a planner acts on."""
    answers = headline(result)
    programme = result.programme
    output.line()
    output.line(programme.name, style="bold")
    scenario = next((each for each in programme.scenarios if each.id == result.scenario), None)
    if scenario is not None:
        output.line(f"Scenario {scenario.id}: {scenario.name}. {scenario.question}")
    horizon = programme.horizon
    output.line(f"{day(horizon.start)} to {day(horizon.end)}, prices of {programme.price_year}, key {result.key[:12]}")
    _show_years(result, answers)
    _show_late(answers)
    _show_binding(answers, result.plan)
    _show_firm(answers)
    _show_capital(answers)
    _show_first_units(programme, answers)
    _show_checks(result)


def _show_years(result: Result, answers: Headline) -> None:
    output.line()
    start = answers.years[0].at_start
    caption = (
        "At year end, facility power of the programme's new racks"
        + (f"; {gigawatts(start)} were online before it begins." if start else ".")
        + " Tokens/s: trained and generated on the programme's mix of workloads."
    )
    output.table(
        "Online against asked",
        [
            ("year", "left"), ("asked", "right"), ("online", "right"), ("short", "right"), ("IT", "right"),
            ("racks", "right"), ("accelerators", "right"), ("tokens/s", "right"),
        ],
        [
            (
                row.year, gigawatts(row.asked), gigawatts(row.online), gigawatts(row.short) if row.short > 1e5 else "-",
                gigawatts(row.it_power), f"{row.racks:,.0f}", kilo(row.accelerators), tokens(row.tokens_per_s),
            )
            for row in answers.years
        ],
        caption,
    )  # fmt: skip
    output.line(f"The plan is {_proof(result.plan)}.", style="dim")
    for note in result.plan.notes:
        output.line(f"Warning: {note}", style="yellow")
    for level in result.plan.levels:
        less = f"{gigawatts(level.by_money / WEEK)}-weeks by money alone"
        output.line(f"  lateness of priority {level.priority}: {gigawatts(level.lateness / WEEK)}-weeks ({less})")


def _proof(plan: Plan) -> str:
    if plan.gap <= _PROVEN:
        return "proven optimal" + (", lateness by priority before money" if plan.levels else "")
    within = f"within {100 * plan.gap:.2g} % of the best possible"
    if plan.status in ("optimal", "feasible"):
        return within
    known = within if isfinite(plan.gap) else "how far it is from the best possible is not known"
    return f"no optimum ({plan.status}): {known}"


def _show_late(answers: Headline) -> None:
    output.line()
    if not answers.late:
        output.line("Nothing is late.", style="bold")
        return
    output.line(f"Late: {len(answers.late)} demands, the most power x time first", style="bold")
    for late in answers.late[:_LATE_SHOWN]:
        output.line(f"  {late.sentence}")
    if len(answers.late) > _LATE_SHOWN:
        output.line(f"  ... and {len(answers.late) - _LATE_SHOWN} more in the report", style="dim")


def _show_binding(answers: Headline, plan: Plan) -> None:
    output.line()
    output.line("What binds most, and what clearing it is worth (planned again)", style="bold")
    if plan.status in UNPROVED:
        output.line("  not known: it takes the optimum to say so")
    elif not answers.binding:
        nothing = "everything asked for is online when it is due" if not answers.late else _NO_RELIEF
        output.line(f"  nothing: {nothing}")
    for number, binding in enumerate(answers.binding, 1):
        output.line(f"  {number}. {binding.sentence}")


def _show_firm(answers: Headline) -> None:
    firm = answers.firm
    output.line()
    output.line(
        "How firm the power planned for the end is (facility, what was online at the start included)", style="bold"
    )
    rungs = (
        ("built", firm.built), ("firm", firm.firm), ("option", firm.option), ("announced", firm.announced),
        ("no agreement public", firm.uncovered),
    )  # fmt: skip
    parts = [f"{name} {gigawatts(watts)}" for name, watts in rungs if watts > 1e5]
    output.line(f"  {gigawatts(firm.planned)} = {' + '.join(parts)}" if parts else "  nothing is planned")
    if answers.rights:
        output.line(f"  rights without a stated amount, which commit to nothing: {'; '.join(answers.rights)}")


def _show_capital(answers: Headline) -> None:
    output.line()
    output.line("Capital", style="bold")
    if not any(basis.power for basis in answers.per_power):
        output.line("  none: no new rack comes online")
        return
    for basis in answers.per_power:
        output.line(
            f"  {usd_per_gw(basis.usd_per_watt)} of {basis.basis} power"
            f"  ({money(basis.capital)} for {gigawatts(basis.power)} of new racks, not discounted)"
        )
    if answers.per_power:
        output.line(f"  in:  {'; '.join(answers.per_power[0].included)}", style="dim")
        output.line(f"  out: {'; '.join(answers.per_power[0].excluded)}", style="dim")


def _show_choices(plan: Plan) -> None:
    """Print which lines open when and are changed over when, with what the search leaves open."""
    if not plan.openings and not plan.changeovers:
        return
    output.line()
    output.line(f"Lines that the plan opens and changes over (gap {100 * plan.gap:.3f} %)", style="bold")
    for opening in plan.openings:
        when = f"opens in the week of {day(opening.date)}" if opening.date else "does not open"
        output.line(f"  {opening.line} {when}, at a cost of {money(opening.cost)}")
    for change in plan.changeovers:
        still = "is not changed over"
        if change.stops and change.ready:
            still = f"stands still from {day(change.stops)} and is ready on {day(change.ready)}"
        output.line(f"  {change.line} for {change.generation}: {still}")


def _show_first_units(programme: Programme, answers: Headline) -> None:
    output.line()
    output.line("First units of this plan", style="bold")
    names = {factory.id: factory for factory in programme.factories}
    for first in answers.first_units:
        factory = names.get(first.factory)
        where = f"{factory.name}, {factory.state}" if factory else "nowhere within the horizon"
        when = f"week of {day(first.date)}" if first.date else "not built"
        wanted = f"; {first.evaluation:,.0f} of {first.wanted:,.0f} evaluation racks" if first.wanted else ""
        if first.evaluation < first.wanted - 0.5:
            wanted += " (the others are not made in time, or cost more than being without them)"
        output.line(f"  {programme.generation_of[first.generation].name}: {where}, {when}{wanted}")
    for factory_id, peak, week in answers.peak_test_power:
        name = names[factory_id].name if factory_id in names else factory_id
        output.line(f"  burn-in at {name} peaks at {megawatts(peak)} in the week of {day(week)}", style="dim")


def _show_checks(result: Result) -> None:
    checks = [(design, check) for design in result.designs.values() for check in design.checks]
    failed = [(design, check) for design, check in checks if check.failed]
    remarks = sum(not check.ok and not check.failed for _, check in checks)
    output.line()
    said = f"{sum(check.ok for _, check in checks)} of {len(checks)} checks hold, {len(failed)} fail"
    output.line(f"Design: {said}, {remarks} are remarks, such as a hall that cannot take a rack", style="bold")
    for design, check in failed:
        output.line(f"  {design.name}: {check_sentence(check)}")


def _show_stranded(plan: Plan) -> None:
    weeks = plan.stranded.rack_weeks()
    if sum(weeks.values()) < 1.0:
        return
    output.line()
    output.line(f"Installed racks wait for {sum(weeks.values()):,.0f} rack-weeks in all", style="bold")
    for cause, racks in weeks.items():
        output.line(f"  {racks:,.0f} for {_WAITS_FOR[cause]}")


def show_plan(result: Result) -> None:
    """Print the plan: online, late, what binds, costs."""
    answers = headline(result)
    _show_years(result, answers)
    _show_late(answers)
    _show_binding(answers, result.plan)
    plan = result.plan
    _show_stranded(plan)
    output.line()
    rows = [(name, money(usd)) for name, usd in plan.costs.items()]
    output.table(
        "Costs, present value (value of compute is negative)",
        [("cost", "left"), ("USD", "right")],
        [*rows, ("objective", money(plan.objective))],
    )
    show_buying(plan)
    _show_choices(plan)
    _show_first_units(result.programme, answers)


def show_value(result: Result) -> None:
    """Print capital, energy and firmness."""
    answers = headline(result)
    value = result.value
    output.table(
        f"Roll-up by year, prices of {value.price_year}, not discounted",
        [("", "left"), *((str(year), "right") for year in value.years)],
        [(group, *(money(usd) for usd in value.total(group))) for group in ("capital", "running", "compute")]
        + [("facility energy", *(f"{j / 3.6e15:,.1f} TWh" for j in value.energy.sum(axis=0)))],
    )
    _show_capital(answers)
    _show_firm(answers)
    ledger = result.watch
    output.line()
    output.table(
        "Claims and contracts that count",
        [("firmness", "left"), ("entries", "right"), ("power", "right"), ("money", "right"), ("jobs", "right")],
        [
            (t.firmness.value, t.entries, gigawatts(t.power), money(t.money), f"{t.jobs:,.0f}" if t.jobs else "-")
            for t in ledger.totals
        ],
    )
    if ledger.realised:
        output.table(
            "Promised, and what became of it",
            [("promised", "left"), ("later", "left"), ("", "left"), ("measure", "left"), ("share", "right")],
            [(r.earlier, r.later, r.state, r.measure, percent(r.ratio)) for r in ledger.realised],
        )
