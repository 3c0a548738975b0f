"""What the commands print with ``--json``: plain data in SI units."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigaloop.cli.buying import buying_object
from gigaloop.cli.numbers import day
from gigaloop.version import VERSION

if TYPE_CHECKING:
    from gigaloop.design import Check, Design
    from gigaloop.plan import Binding, Late, Steadiness
    from gigaloop.programme import Change, Programme
    from gigaloop.study.chain import Result, StageRun


def run_object(result: Result, report: Path, stages: Sequence[StageRun]) -> dict[str, Any]:
    """Give a run as plain data: what ``gigaloop run --json`` prints."""
    return {
        "programme": result.programme.id,
        "key": result.key,
        "scenario": result.scenario or None,
        "version": VERSION,
        "stages": [{"name": s.name, "seconds": s.seconds, "cached": s.cached} for s in stages],
        "designs": {name: design_object(design) for name, design in result.designs.items()},
        "plan": plan_object(result),
        "value": value_object(result),
        "watch": watch_object(result),
        "report": str(report),
    }


def design_object(design: Design) -> dict[str, Any]:
    """Give a design as plain data in SI units."""
    return {
        "name": design.name,
        "as_built_on": day(design.on),
        "power_w": {"mean": design.power.mean, "design": design.power.design, "peak": design.power.peak},
        "shelf_capacity_w": design.power.shelf_capacity,
        "facility_power_w": design.facility_power_per_rack,
        "coolant_flow_m3_s": design.cooling.flow,
        "mass_kg": design.mass,
        "height_u": design.height_u,
        "cost_usd": design.cost_per_rack,
        "unpriced": list(design.cost.unpriced),
        "fabric_per_su": {
            network.name: {"switches": dict(network.switch_counts), "links": dict(network.link_counts)}
            for network in design.fabric.networks
        },
        "tokens_per_s": {p.workload: p.tokens_per_s for p in design.performance},
        "checks": [check_object(check) for check in design.checks],
        "assumptions": [entry.path for entry in design.assumptions],
    }


def check_object(check: Check) -> dict[str, Any]:
    """Give a check of a design rule as plain data: value and limit are written with their unit."""
    return {
        "id": check.id,
        "title": check.title,
        "subject": check.subject,
        "value": str(check.value),
        "sense": check.sense.value,
        "limit": str(check.limit),
        "margin": check.margin,
        "ok": check.ok,
        "severity": check.severity.value,
        "path": check.path,
        "detail": check.detail,
        "source": check.source,
        "way_out": check.way_out,
    }


def plan_object(result: Result) -> dict[str, Any]:
    """Give the plan as plain data: online by quarter, late, binding, costs."""
    plan = result.plan
    online = plan.at_ends(plan.online_facility_power.sum(axis=1), "quarter")
    racks = plan.at_ends(plan.online_racks.sum(axis=(0, 1)), "quarter")
    tokens_per_s = plan.at_ends(plan.online_tokens_per_s.sum(axis=(0, 1)), "quarter")
    return {
        "status": plan.status,
        "objective_usd": plan.objective,
        "gap": plan.gap,
        "bound_usd": plan.bound,
        "notes": list(plan.notes),
        "bucket_weeks": list(plan.buckets),
        "levels": [
            {"priority": each.priority, "lateness_w_s": each.lateness, "by_money_w_s": each.by_money}
            for each in plan.levels
        ],
        "stability": stability_object(plan.stability),
        "costs_usd": dict(plan.costs),
        "buying": buying_object(plan),
        "online": {
            "quarters": list(plan.labels("quarter")),
            "facility_power_w": online.sum(axis=0),
            "facility_power_w_by_site": dict(zip(plan.sites, online, strict=True)),
            "racks": racks,
            "scalable_units": plan.at_ends(plan.online_units.sum(axis=(0, 1)), "quarter"),
            "tokens_per_s": tokens_per_s,
        },
        "stranded_rack_weeks": plan.stranded.rack_weeks(),
        "late": [late_object(late, result.programme) for late in plan.late],
        "binding": [binding_object(binding, result.programme) for binding in plan.binding],
        "first_units": [
            {"generation": f.generation, "factory": f.factory, "week": f.date, "evaluation_racks": f.evaluation}
            for f in plan.first_units
        ],
        "openings": [
            {"line": o.line, "path": o.path, "opens": o.date, "earliest": o.earliest, "latest": o.latest, "usd": o.cost}
            for o in plan.openings
        ],
        "changeovers": [
            {"line": c.line, "path": c.path, "generation": c.generation, "stops": c.stops, "ready": c.ready}
            | {"usd": c.cost}
            for c in plan.changeovers
        ],
    }


def stability_object(found: Steadiness | None) -> dict[str, Any] | None:
    """Give as plain data how near a plan stayed to an earlier one."""
    if found is None:
        return None
    return {
        "fence": found.fence,
        "moved_rack_weeks": found.moved,
        "moved_rack_weeks_free": found.moved_free,
        "cost_usd": found.cost,
        "broken": [
            {"what": b.what, "week": b.week, "before": b.before, "after": b.after, "path": b.path, "why": b.sentence}
            for b in found.broken
        ],
    }


def late_object(late: Late, programme: Programme) -> dict[str, Any]:
    """Give one lateness as plain data."""
    return {
        "demand": late.demand,
        "site": late.site,
        "due": late.due,
        "met": late.met,
        "weeks": late.weeks,
        "power_w": late.power,
        "cost_usd": late.cost,
        "place": _place(programme, late.path),
        "sentence": late.sentence,
        "reasons": [
            {
                "kind": reason.kind,
                "path": reason.path,
                "place": _place(programme, reason.path),
                "share": reason.share,
                "clears": reason.clears,
                "sentence": reason.sentence,
            }
            for reason in late.reasons
        ],
    }


def binding_object(binding: Binding, programme: Programme) -> dict[str, Any]:
    """Give one binding resource as plain data."""
    return {
        "kind": binding.kind,
        "name": binding.name,
        "path": binding.path,
        "place": _place(programme, binding.path),
        "first_week": binding.first,
        "last_week": binding.last,
        "shadow_price_usd_per_unit": binding.shadow_price,
        "unit": binding.unit,
        "relief": binding.relief,
        "worth_usd": binding.worth,
        "online_w_s": binding.online,
        "sentence": binding.sentence,
    }


def _place(programme: Programme, path: str) -> str | None:
    place = programme.place(path)
    return str(place) if place is not None else None


def value_object(result: Result) -> dict[str, Any]:
    """Give the valuation as plain data."""
    value = result.value
    return {
        "price_year": value.price_year,
        "years": list(value.years),
        "capital_usd": value.total("capital"),
        "running_usd": value.total("running"),
        "compute_usd": value.total("compute"),
        "energy_j": value.energy.sum(axis=0),
        "usd_per_gw": [
            {
                "basis": b.basis,
                "usd_per_gw": b.usd_per_watt * 1e9,
                "power_w": b.power,
                "capital_usd": b.capital,
                "included": list(b.included),
                "excluded": list(b.excluded),
            }
            for b in value.per_power
        ],
    }


def watch_object(result: Result) -> dict[str, Any]:
    """Give the ledger as plain data."""
    from gigaloop.study.headline import headline

    firm = headline(result).firm
    rungs = ("planned", "built", "firm", "option", "announced", "uncovered")
    return {
        "planned_power_w": {name: getattr(firm, name) for name in rungs},
        "totals": {
            t.firmness.value: {"entries": t.entries, "power_w": t.power, "money_usd": t.money, "jobs": t.jobs}
            for t in result.watch.totals
        },
        "realised": [
            {"promised": r.earlier, "later": r.later, "state": r.state, "measure": r.measure, "ratio": r.ratio}
            for r in result.watch.realised
        ],
    }


def change_row(change: Change) -> tuple[str, str, str, str]:
    """Give the cells of one change."""
    relative = "" if change.relative is None else f"{100 * change.relative:+.3g} %"
    return change.path, _shown(change.before), _shown(change.after), relative or change.kind


def change_object(change: Change) -> dict[str, Any]:
    """Give one change as plain data."""
    return {
        "path": change.path,
        "kind": change.kind,
        "before": None if change.before is None else _shown(change.before),
        "after": None if change.after is None else _shown(change.after),
        "relative": change.relative,
    }


def _shown(value: object) -> str:
    return "" if value is None else str(value)
