"""Engineer the facilities of a small programme: PUE and water with bands, what to order first, towers against dry."""

import tempfile
from pathlib import Path

import gigaloop
from gigaloop.programme import apply_patches
from gigaloop.programme.schema import Patch

LITRE_PER_KWH = 1e-3 / 3.6e6  # in m3/J: results are in SI units

with tempfile.TemporaryDirectory() as scratch:
    programme = gigaloop.load(gigaloop.new(Path(scratch) / "mine"))
    for site in programme.sites:
        wet = [Patch(path=f"sites.{site.id}.facility.cooling.rejection", set="wet")]
        for as_stated in (programme, apply_patches(programme, wet)):
            found = gigaloop.design_facility(as_stated, "gb300-nvl72", site.id)
            pue, water = found.year.pue, found.year.wue
            print(
                f"{site.name}, {found.cooling}: {found.racks:,.0f} racks, PUE {pue.value:.3f} ({pue.p10:.3f} to"
                f" {pue.p90:.3f}), {water.value / LITRE_PER_KWH:.2f} L/kWh, weather of {found.weather.name}"
            )
        steps = [(step.latest_order, line.name, step) for line in found.equipment for step in line.orders]
        dates = sorted((day, name, step.missing) for day, name, step in steps if day and step.missing)
        for day, name, missing in dates[:2]:
            print(f"  order {missing} x {name} by {day}")
        for check in found.checks:
            if check.failed:
                print(f"  {check}")
