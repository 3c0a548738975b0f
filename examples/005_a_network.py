"""Engineer the network of a generation: switches, cables, how fast it reduces, and what fewer uplinks cost in time."""

import tempfile
from pathlib import Path

import numpy as np

import gigaloop
from gigaloop.design.collectives import collective_times, network_contention, system_of
from gigaloop.programme import apply_patches
from gigaloop.programme.schema import Patch

GENERATION = "vr200-nvl72"
SIZES = np.array([1.0, 64.0, 1024.0]) * 2**20

with tempfile.TemporaryDirectory() as scratch:
    programme = gigaloop.load(gigaloop.new(Path(scratch) / "mine"))
    fewer = [Patch(path=f"generations.{GENERATION}.scale_out.oversubscription", set=2)]
    for stated in (programme, apply_patches(programme, fewer)):
        network = gigaloop.design_network(stated, GENERATION, sus=8)
        fabric, schedule, bill = network.fabric, network.schedule, network.bill
        out = fabric.scale_out
        counts = ", ".join(f"{count} {tier} switches" for tier, count in out.switch_counts.items())
        print(f"{fabric.accelerators:,} accelerators, {stated.generation_of[GENERATION].scale_out.oversubscription}:1")
        print(f"  {counts}; {len(schedule):,} links of {schedule.length.mean():.1f} m on average")
        print(f"  {len(schedule.unreached)} links beyond reach; {len(bill.unpriced)} lines of the bill have no price")
        slow = network_contention(fabric, "all_to_all", fabric.accelerators)
        found = collective_times(system_of(fabric), "all_to_all", SIZES, fabric.accelerators, contention=slow)
        for size, low, time, high in zip(SIZES, found.low, found.time, found.high, strict=True):
            print(f"  all-to-all of {size / 2**20:,.0f} MiB: {time * 1e3:.1f} ms ({low * 1e3:.1f} to {high * 1e3:.1f})")
