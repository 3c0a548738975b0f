"""The chain of stages: what it keeps, and what makes it compute anew."""

import pytest

import gigaloop
from gigaloop.programme import apply_patches
from gigaloop.programme.schema import Patch
from gigaloop.study.cache import Cache
from gigaloop.study.chain import run
from gigaloop.study.headline import headline
from gigaloop.study.reconcile import reconcile


@pytest.fixture(scope="module")
def programme(tmp_path_factory):
    return gigaloop.load(gigaloop.new(tmp_path_factory.mktemp("chain") / "mine"))


@pytest.fixture(scope="module")
def catalogue():
    return gigaloop.load_catalogue()


@pytest.fixture(scope="module")
def kept(programme, catalogue):
    cache = Cache()
    return cache, run(programme, catalogue, cache=cache)


def stages(result):
    return {stage.name: stage.cached for stage in result.stages}


# One change in every section that a stage reads; the first stage that must run anew.
CHANGES = {
    "policy.late_cost": ("set", "6000 USD/MW/day (2026)", "design"),
    "policy.discount_rate": ("set", "9 %/yr", "design"),
    "price_year": ("set", 2025, "design"),
    "parts.gb300-tray.power": ("scale", 1.01, "design"),
    "generations.vr200-nvl72.test.l11": ("set", "96 h", "design"),
    "workloads.training.share": ("set", "30 %", "design"),
    "suppliers.cable-maker.supplies.cable-cartridge.lead_time": ("set", "20 weeks", "design"),
    "factories.austin.test_cells.power.*.power": ("scale", 0.9, "design"),
    "sites.licking.energisation.*.power": ("scale", 0.9, "design"),
    "lanes.*.transit": ("set", "9 days", "plan"),
    "demands.*.priority": ("set", 3, "plan"),
    "horizon.end": ("set", "2028-11-30", "plan"),
    "id": ("set", "another-programme", "plan"),
}


@pytest.mark.parametrize("path", CHANGES, ids=str)
def test_a_change_anywhere_runs_anew_from_the_first_stage_that_reads_it(path, programme, catalogue, kept):
    cache, before = kept
    how, value, first = CHANGES[path]
    changed = apply_patches(programme, [Patch.model_validate({"path": path, how: value})])
    after = run(changed, catalogue, cache=cache)
    assert after.key != before.key
    order = ("design", "plan", "value")
    assert [stages(after)[name] for name in order] == [position < order.index(first) for position in range(3)]


def test_what_no_engine_reads_keeps_every_stage_but_changes_the_key(programme, catalogue, kept):
    cache, before = kept
    after = run(apply_patches(programme, [Patch(path="description", set="Other words")]), catalogue, cache=cache)
    assert all(stages(after).values())
    assert after.key != before.key
    assert after.plan is before.plan


def test_one_key_gives_one_answer(programme, catalogue, kept):
    _, before = kept
    after = run(programme, catalogue, cache=Cache())
    assert after.key == before.key
    assert after.plan.objective == before.plan.objective
    assert headline(after) == headline(before)


def test_totals_equal_their_parts(kept):
    rows = reconcile(kept[1])
    assert rows
    assert [row for row in rows if not row.holds] == []


def test_tables_are_reached_as_arrays_and_as_relations(kept):
    result = kept[1]
    racks = result.tables["online"]["online_racks"].sum()
    assert result.relation("online").sum("online_racks").fetchall()[0][0] == pytest.approx(racks)
    assert result.sql("select count(*) from checks").fetchall()[0][0] == len(result.tables["checks"]["check"])
    with pytest.raises(gigaloop.UsageError, match="onlin"):
        result.relation("onlin")


def test_facilities_are_asked_in_sql(kept):
    result = kept[1]
    facilities = result.facilities
    assert facilities
    rows = result.sql("select site, pue_p10, pue, pue_p90, peak_power_w, expected_lost_w from facilities").fetchall()
    assert {row[0] for row in rows} == set(facilities)
    for site, low, pue, high, peak, lost in rows:
        year, blocks = facilities[site].year, facilities[site].blocks
        assert (low, pue, high, peak) == (year.pue.p10, year.pue.value, year.pue.p90, year.peak_power)
        assert lost == pytest.approx(blocks.expected_lost + blocks.expected_lost_cooling)
    priced = "select site, sum(e.cost_usd), any_value(f.equipment_cost_usd), count(*)"
    for site, cost, total, classes in result.sql(
        f"{priced} from facility_equipment e join facilities f using (site) group by site"
    ).fetchall():
        assert cost == pytest.approx(total)
        assert classes == len(facilities[site].equipment)
    orders = [step for each in facilities.values() for line in each.equipment for step in line.orders]
    first = "select count(*), sum(missing), min(latest_order) from facility_orders"
    assert result.sql(first).fetchall() == [
        (len(orders), sum(o.missing for o in orders), min(o.latest_order for o in orders if o.latest_order is not None))
    ]
    for site, energy in result.sql("select site, sum(energy_j) from facility_energy group by site").fetchall():
        assert energy == pytest.approx(facilities[site].year.facility_energy)
    fed = (
        "select count(*) from facility_network n join facility_network up "
        "on n.site = up.site and n.fed_by = up.node and n.node > up.node"
    )
    nodes = sum(len(each.one_line.nodes) - 1 for each in facilities.values() if each.one_line is not None)
    assert result.sql(fed).fetchall() == [(nodes,)]
    failing = sum(not check.ok for each in facilities.values() for check in each.checks)
    assert result.sql("select count(*) from facility_checks where not ok").fetchall() == [(failing,)]


def test_progress_tells_every_stage_twice(programme, catalogue):
    told = []
    run(programme, catalogue, cache=Cache(), progress=lambda name, done: told.append((name, done is not None)))
    assert told == [
        (name, done)
        for name in ("workload", "design", "network", "facility", "plan", "value", "watch")
        for done in (False, True)
    ]


def test_a_site_that_states_its_pue_but_cannot_be_engineered_is_planned_and_told(programme, catalogue):
    patches = (
        Patch(path="sites.milam.pue", set=1.2),
        Patch(path="sites.milam.facility", set={"cooling": {"supply": "44 degC"}}),
    )
    result = run(apply_patches(programme, patches), catalogue, cache=Cache())
    assert "milam" not in result.facilities
    assert "milam" in result.without_facility
    assert "milam" not in {str(site) for site in result.tables["facilities"]["site"]}
