"""The power of a site over time: what reaches it from racks, limits, storage and load profiles."""

from types import SimpleNamespace

import numpy as np
import pytest

from gigaloop.core.errors import CatalogueError
from gigaloop.design import design_generation
from gigaloop.design.dynamics.basis import site_racks
from gigaloop.design.dynamics.site import site_dynamics
from gigaloop.design.dynamics.trace import PowerTrace
from gigaloop.design.records import LoopPoint
from gigaloop.programme.schema.facility import SiteFacility

LIMITS = {"ramp": "5 MW/min", "range": "20 %", "band_amplitude": "0.5 %", "reconnect": "10 MW/min"}


@pytest.fixture(scope="module")
def stored(make_programme):
    """The small programme with the published 65 J for each accelerator in its racks' shelves."""
    return make_programme({"power": {"storage": "4.68 kJ"}})


@pytest.fixture(scope="module")
def design(stored, catalogue):
    return design_generation(stored, stored.generations[0], catalogue)


@pytest.fixture(scope="module")
def engineer(stored, catalogue, design):
    def made(facility=None, **options):
        site = stored.sites[0]
        if facility:
            site = site.model_copy(update={"facility": SiteFacility.model_validate(facility)})
        options = {"hours": 2.0, "design": design, "facility": options.pop("facility_record", None)} | options
        return site_dynamics(stored, stored.generations[0], site, catalogue, **options)

    return made


@pytest.fixture(scope="module")
def limited(engineer):
    return engineer({"grid": LIMITS})


def test_racks_take_the_power_of_the_site(stored, design, engineer):
    site = stored.sites[0]
    racks = site_racks(site, design)
    assert racks * design.rack_input * float(site.pue) == pytest.approx(100e6)
    found = engineer()
    assert found.racks == pytest.approx(racks)
    assert sum(job.racks for job in found.jobs) == pytest.approx(racks)
    assert found.least < found.mean < found.peak < 108e6


def test_without_limits_only_ride_through_is_held_and_no_storage_is_asked_for(engineer):
    found = engineer()
    assert {finding.id for finding in found.findings} == {"grid.ride-through"}
    assert found.storage == ()
    assert found.storage_energy.high == 0.0
    assert found.reconnect is None
    assert [remedy.name for remedy in found.remedies] == ["rack storage", "software floor"]
    assert (found.smoothed == found.trace).all()


def test_storage_brings_the_trace_within_its_ramp(limited):
    ramp = min(5e6 / 60.0, 0.2 * 100e6 / 60.0)
    remedy = limited.remedies[-1]
    assert remedy.name == "site storage"
    assert remedy.ramp_after <= ramp * (1 + 1e-6)
    ramps = next(need for need in limited.storage if need.purpose == "ramps")
    assert 0.0 < ramps.least_energy <= ramps.energy
    assert ramps.losses > 0.0
    assert remedy.storage == ramps.energy


def test_ranges_of_the_load_profile_reach_the_storage(limited):
    spread = limited.storage_energy
    assert spread.low <= spread.value <= spread.high
    assert spread.low < spread.high


def test_each_limit_that_is_stated_is_held(limited):
    found = {finding.id: finding for finding in limited.findings}
    assert set(found) == {"grid.ramp", "grid.range", "grid.band", "grid.ride-through"}
    assert not found["grid.ramp"].ok
    assert found["grid.ramp"].value == limited.ramps[0].rate
    assert limited.reconnect == pytest.approx(limited.peak / (10e6 / 60.0))
    assert limited.ok is False


def test_storage_in_the_racks_takes_swings_off_the_site(small, catalogue, engineer):
    """The line of the iterations falls by the share that the storage covers; unknown storage covers nothing."""
    bare = site_dynamics(small, small.generations[0], small.sites[0], catalogue, hours=2.0)
    held = engineer()
    assert bare.swing.installed is None
    assert bare.remedies[0].storage is None
    assert 0.1 < held.swing.coverage < 0.5
    assert held.band is not None
    assert bare.band is not None
    assert held.band.amplitude / bare.band.amplitude == pytest.approx(1.0 - held.swing.coverage, rel=0.05)
    assert held.remedies[0].swing_before == pytest.approx(bare.remedies[0].swing_after)


def test_each_layer_leaves_less_swing_than_the_one_before(limited):
    rack, floor, site = limited.remedies
    assert rack.swing_after < rack.swing_before
    assert floor.swing_after < floor.swing_before == rack.swing_after
    assert site.swing_after < site.swing_before
    assert floor.energy_cost > rack.energy_cost > 0.0


def test_storage_of_the_site_is_held_against_the_need(engineer):
    short = engineer({"grid": LIMITS, "storage": {"power": "1 MW", "energy": "100 kWh"}})
    ample = engineer({"grid": LIMITS, "storage": {"power": "200 MW", "energy": "500 MWh"}})
    held = [[f for f in found.findings if f.id == "grid.storage"] for found in (short, ample)]
    assert [finding.ok for finding in held[0]] == [False, False]
    assert [finding.ok for finding in held[1]] == [True, True]
    assert np.abs(np.diff(short.smoothed)).max() > np.abs(np.diff(ample.smoothed)).max()


def test_the_same_seed_gives_the_same_day(engineer):
    one, same, other = engineer(seed=3), engineer(seed=3), engineer(seed=4)
    assert (one.trace == same.trace).all()
    assert one.trace.shape != other.trace.shape or not np.allclose(one.trace, other.trace)


def test_the_figures_are_thin_enough_to_draw_and_keep_the_extremes(limited):
    assert limited.times.size == limited.trace.size == limited.smoothed.size <= 2000
    assert limited.zoom.size == limited.zoom_times.size <= 2000
    assert (limited.trace.min(), limited.trace.max()) == (limited.least, limited.peak)
    assert np.ptp(limited.zoom_times) == pytest.approx(120.0, abs=1.0)


def test_a_recorded_trace_is_measured_by_the_same_functions(engineer):
    power = np.full(1200, 60e6)
    power[600:] = 80e6
    trace = PowerTrace(0.0, 15.0, power, np.empty((0, 1200), dtype=np.float32), ())
    found = engineer({"grid": LIMITS}, trace=trace, source="ours.csv")
    assert found.source == "ours.csv"
    assert found.hours == 5.0
    assert found.ramps[0].rise == 20e6
    assert found.band is None
    assert found.jobs == ()
    assert found.remedies == ()
    assert found.storage_energy.low == found.storage_energy.high
    ramps = found.storage[0]
    assert ramps.least_energy == pytest.approx(20e6**2 / (8 * 5e6 / 60), rel=0.02)


def test_a_facility_gives_its_racks_pue_and_loops(engineer):
    loops = (
        LoopPoint("TCS", "PG25", 308.15, 318.15, 0.5, 20e6, 1e5, 1e5, 20.0),
        LoopPoint("FWS", "water", 303.15, 313.15, 0.5, 20e6, 1e5, 1e5, 200.0),
        LoopPoint("air", "air", 298.15, 310.15, 500.0, 1e6, 1e2, 1e5, 0.0),
    )
    year = SimpleNamespace(pue=SimpleNamespace(value=1.1), peak_power=20e6)
    facility = SimpleNamespace(racks=100.0, year=year, loops=loops)
    found = engineer(facility_record=facility)
    assert found.racks == 100.0
    assert [hold.loop for hold in found.thermal] == ["TCS", "TCS + FWS"]
    alone, both = found.thermal
    assert alone.seconds == pytest.approx(20.0 * 1010.0 * 3970.0 * alone.headroom / 20e6, rel=0.01)
    assert both.seconds > 10.0 * alone.seconds


def test_coolant_holds_for_seconds_and_the_facility_water_for_longer(engineer):
    tcs, both = engineer().thermal
    assert 2.0 < tcs.seconds < 120.0
    assert both.seconds > tcs.seconds
    assert both.capacity > tcs.capacity


def test_assumptions_are_among_the_inputs(limited):
    assert any(entry.is_assumption for entry in limited.inputs)
    period = next(entry for entry in limited.inputs if entry.path == "catalogue.pre-training.period")
    assert period.quantity.bounds == (0.5, 10.0)


def test_a_workload_may_name_its_load_profile(make_programme, catalogue):
    """Reinforcement learning swings over minutes: its iterations leave the band of the critical frequencies."""
    found = {}
    for name in ("pre-training", "reasoning"):
        programme = make_programme()
        named = [
            w.model_copy(update={"load_profile": name}) if w.kind == "training" else w for w in programme.workloads
        ]
        assert any(workload.kind == "training" for workload in named)
        programme = programme.model_copy(update={"workloads": tuple(named)})
        found[name] = site_dynamics(programme, programme.generations[0], programme.sites[0], catalogue, hours=1.0)
    assert {job.profile for job in found["reasoning"].jobs} >= {"reasoning"}
    assert found["reasoning"].swing.period == 120.0
    slow, fast = found["reasoning"].band, found["pre-training"].band
    assert slow is not None
    assert fast is not None
    assert slow.amplitude < 0.2 * fast.amplitude
    assert any(entry.path.startswith("catalogue.reasoning.") for entry in found["reasoning"].inputs)


def test_a_load_profile_that_is_not_there_is_said(make_programme, catalogue):
    programme = make_programme()
    wrong = programme.workloads[0].model_copy(update={"load_profile": "pretraining"})
    programme = programme.model_copy(update={"workloads": (wrong,)})
    with pytest.raises(CatalogueError, match="pretraining"):
        site_dynamics(programme, programme.generations[0], programme.sites[0], catalogue, hours=1.0)


def test_limits_are_held_against_what_the_grid_sees_behind_storage(engineer):
    """An ample battery keeps ramp, range and band of the feed; the load's own ramps stay in the record."""
    bare = engineer({"grid": LIMITS})
    held = engineer({"grid": LIMITS, "storage": {"power": "200 MW", "energy": "500 MWh"}})
    before, after = ({finding.id: finding for finding in found.findings} for found in (bare, held))
    for name in ("grid.ramp", "grid.range", "grid.band"):
        assert after[name].ok
        assert after[name].value < before[name].value
        assert after[name].detail.startswith("behind the storage")
    assert after["grid.ramp"].margin >= 0.0
    assert held.ramps[0].rate == bare.ramps[0].rate
    assert not any(need.purpose == "swings" for need in held.storage)
