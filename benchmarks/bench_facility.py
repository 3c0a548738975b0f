"""How long until the year of a facility is known, of a hundred designs of it, of all that a programme could build?

The alternative steps through the same chain hour by hour in plain Python, as simulators that march in time do: dry
coolers whose fan speed is solved for by bisection, trim chillers, pumps, fans of the air side, losses of the power
path and of the plant's transformers. Both find the same PUE. It is timed on some hours of the year and scaled.
"""

import math
import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gigaloop.catalogue import Catalogue, load_catalogue
from gigaloop.design.climate import Weather, humidity_ratio, saturation_pressure, station_weather, wet_bulb
from gigaloop.design.facility.heats import MECHANICAL_MARGIN
from gigaloop.design.facility.plant import simulate
from gigaloop.design.facility.plants import WATER_CAPACITY, Chiller, PlantSet, Rejection, loop_set, plant_arrays
from gigaloop.design.facility.year import annual, year_table
from gigaloop.design.trade import trade_space
from gigaloop.programme import Programme, load_programme

REPEATS = 5
HOURS = 8760
DESIGNS = 100
STEP = 20
"""Of the hours that the alternative is timed on."""
IT = 100e6
GENERATIONS = 5
PROGRAMME = Path(__file__).parent.parent / "programmes" / "us-buildout"
STATIONS = ("726400", "724280", "725250", "724380", "724030", "722660", "722590", "722560", "722430")


def hourly(bins: Weather) -> Weather:
    """Make a year of hours around the bins of a station: each bin as often as it lasts, spread over its 2 K."""
    random = np.random.default_rng(2)
    of = np.repeat(np.arange(len(bins)), np.rint(bins.hours).astype(int))
    dry = bins.dry_bulb[of] + random.uniform(-1.0, 1.0, len(of))
    depression = np.maximum(bins.dry_bulb[of] - bins.wet_bulb[of] + random.uniform(-1.0, 1.0, len(of)), 0.05)
    pressure = bins.pressure[of]
    star = dry - depression
    humidity = humidity_ratio(saturation_pressure(star), pressure) - 4e-4 * depression
    wet = wet_bulb(dry, np.maximum(humidity, 1e-4), pressure)
    return Weather(
        dry, wet, pressure, np.ones(len(of)), bins.month[of], "hours", bins.name, bins.period, bins.source, "hours"
    )


def plants(count: int) -> PlantSet:
    """Give designs of one kind that differ in set point and approach; the first has 38 degC and 8 K."""
    share = np.linspace(0.0, 1.0, count)
    loop = loop_set(
        Rejection.DRY,
        311.15 - 10.0 * share,
        10.0,
        chiller=Chiller.AIR,
        dry_approach=8.0 - 2.0 * share,
        chiller_cop=3.1,
        chiller_capacity=1.0,
    )
    return plant_arrays(IT, 0.85, loop, loss_load=(0.0, 1.0), loss=(0.004, 0.03))


@dataclass(frozen=True)
class Stepper:
    """The first of the designs, a state of the weather at a time, in plain Python."""

    design: PlantSet
    pressure: float

    def of(self, name: str) -> float:
        """Give a value of the plant."""
        return float(getattr(self.design, name)[0])

    def loop(self, name: str) -> float:
        """Give a value of its loop."""
        return float(getattr(self.design.water, name)[0])

    def pue(self, dry_bulb: float) -> float:
        """Give the PUE in one state."""
        of, loop = self.of, self.loop
        it, liquid = of("it_power"), of("it_power") * of("liquid_share")
        path = float(np.interp(1.0, self.design.loss_load, self.design.loss[0])) * it
        tcs = of("cdu_share") * liquid
        bare = it - liquid + of("loss_inside") * path
        density = self.pressure / (287.042 * 298.15)
        share = of("fan_pressure") / (density * 1006.0 * of("air_rise") * of("fan_efficiency"))
        air_fans = bare * share / (1.0 - share)
        heat = liquid + tcs + bare + air_fans
        own = loop("head") / (WATER_CAPACITY * loop("rise") * loop("pump_efficiency"))
        pumps = heat * own / (1.0 - own)
        heat += pumps
        fans, chillers = self._rejection(heat, dry_bulb)
        mechanical = tcs + pumps + fans + chillers + air_fans
        rated = it * (of("cdu_share") * of("liquid_share") + 1e-3)
        rated += heat * (loop("fan_share") * loop("spare") + loop("chiller_capacity") / loop("chiller_cop") + own)
        rated += (
            it
            * (1.0 - of("liquid_share"))
            * of("fan_pressure")
            / (1.18 * 1006.0 * of("air_rise") * of("fan_efficiency"))
        )
        rated *= MECHANICAL_MARGIN
        transformers = of("mechanical_idle") * rated + of("mechanical_loss") / rated * mechanical * mechanical
        power = it + path + transformers + mechanical + of("other") * it
        return float(power / (1.0 - of("site_loss")) / it)

    def _rejection(self, heat: float, air: float) -> tuple[float, float]:
        """Give the power of fans and chillers."""
        loop = self.loop
        target, rise = loop("supply") - loop("exchanger_approach"), loop("rejection_rise")
        flow = 1.0 / loop("spare")
        ntu = _counterflow_ntu(rise / (rise + loop("dry_approach")), 1.0 / loop("capacity_ratio"))

        def effect(speed: float) -> float:
            conductance = 1.0 / (0.75 * speed**-0.6 + 0.25 * flow**-0.8)
            return _counterflow(ntu * conductance / flow, flow / (speed * loop("capacity_ratio")))

        full = effect(1.0)
        approach = rise * (1.0 / full - 1.0)
        taken, speed = 0.0, 1.0
        if air <= target - approach:
            required = rise / (rise + target - air)
            low, high = 1e-6, 1.0
            for _ in range(40):
                middle = 0.5 * (low + high)
                low, high = (middle, high) if effect(middle) < required else (low, middle)
            speed = 0.5 * (low + high)
        else:
            taken = min(max((air + approach - target) / loop("rise"), 0.0), 1.0, loop("chiller_capacity"))
        running = max(speed, loop("min_speed"))
        drive = loop("drive_loss")
        fans = loop("fan_share") * loop("spare") * (drive + (1.0 - drive) * running**3) * speed / running
        evaporating = loop("supply") - 1.5
        fraction = loop("chiller_cop") * (308.15 + 14.0 - 278.65) / 278.65
        load = taken / loop("chiller_capacity")
        each = max(min(load * loop("chillers"), math.sqrt(0.1715 / 0.2403)), load, 0.2)
        factor = 0.1715 / each + 0.5882 + 0.2403 * each
        work = taken * factor * max(air + 14.0 - evaporating, 10.0) / (fraction * evaporating)
        return heat * fans, heat * work


def _counterflow(ntu: float, ratio: float) -> float:
    if ratio > 1.0:
        return _counterflow(ntu * ratio, 1.0 / ratio) / ratio
    if ratio > 1.0 - 1e-7:
        return ntu / (1.0 + ntu)
    decay = math.exp(-ntu * (1.0 - ratio))
    return (1.0 - decay) / (1.0 - ratio * decay)


def _counterflow_ntu(effect: float, ratio: float) -> float:
    if abs(1.0 - ratio) < 1e-7:
        return effect / (1.0 - effect)
    return math.log((1.0 - effect * ratio) / (1.0 - effect)) / (1.0 - ratio)


def seconds(job: Callable[[], object], repeats: int = REPEATS) -> float:
    """Give the median of the processor time of a job [s], after one that warms up."""
    job()
    found = []
    for _ in range(repeats):
        start = time.process_time()
        job()
        found.append(time.process_time() - start)
    return statistics.median(found)


def row(case: str, ours: float, alternative: float) -> None:
    print(f"{case:44} gigaloop {ours:8.4f} s    hour by hour {alternative:9.2f} s    {alternative / ours:8.0f}x")


def of_nine_sites(programme: Programme, catalogue: Catalogue) -> Programme:
    """Give a programme the nine stations that stand for its sites, and five generations."""
    stations = [each for each in STATIONS if each in catalogue.ids("climate_station")]
    first, generations = programme.sites[0], list(programme.generations)
    sites = tuple(first.model_copy(update={"id": f"site-{wmo}", "climate_station": wmo}) for wmo in stations)
    while len(generations) < GENERATIONS:
        generations.append(generations[-1].model_copy(update={"id": f"{generations[-1].id}-again"}))
    return programme.model_copy(update={"sites": sites, "generations": tuple(generations[:GENERATIONS])})


def peak(job: Callable[[], object]) -> str:
    """Say how much memory a job takes at most."""
    tracemalloc.start()
    job()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return f"{most / 2**20:.0f} MiB"


def main() -> None:
    """Print the table."""
    catalogue = load_catalogue()
    bins = station_weather(catalogue, "722660")
    weather = hourly(bins)
    one, many = plants(1), plants(DESIGNS)
    stepper = Stepper(one, weather.mean(weather.pressure))
    chosen = weather.dry_bulb[::STEP]
    by_steps = statistics.fmean(stepper.pue(float(air)) for air in chosen)
    state = simulate(one, weather)
    ours = float(np.mean((state.power / state.it_power)[0, ::STEP]))
    if abs(by_steps - ours) > 1e-4:
        raise SystemExit(f"the answers differ: PUE {ours:.6f} against {by_steps:.6f} hour by hour")
    step = seconds(lambda: [stepper.pue(float(air)) for air in chosen]) * HOURS / len(chosen)
    row("a site-year, 8,760 h", seconds(lambda: annual(simulate(one, weather))), step)
    row(f"8,760 h x {DESIGNS} designs", seconds(lambda: year_table(many, weather)), step * DESIGNS)
    row(f"{len(bins)} bins x {DESIGNS} designs", seconds(lambda: year_table(many, bins)), step * DESIGNS)
    programme = load_programme(PROGRAMME, catalogue)
    nine = of_nine_sites(programme, catalogue)
    space = trade_space(nine, catalogue)
    case = f"{len(nine.sites)} sites x {GENERATIONS} generations x 3 x 3 = {len(space)}"
    row(case, seconds(lambda: trade_space(nine, catalogue), 3), step * len(space))
    print(
        f"memory at most: {peak(lambda: year_table(many, weather))} for {DESIGNS} site-years,"
        f" {peak(lambda: trade_space(nine, catalogue))} for {len(space)} designs"
    )


if __name__ == "__main__":
    main()
