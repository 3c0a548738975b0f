"""Lay a training job out on a generation, see what holds it up, and what a faster network would be worth."""

import tempfile
from pathlib import Path

import gigaloop
from gigaloop.design.workload import design_workload

GENERATION = "vr200-nvl72"

with tempfile.TemporaryDirectory() as scratch:
    catalogue = gigaloop.load_catalogue()
    programme = gigaloop.load(gigaloop.new(Path(scratch) / "mine"))
    generation = programme.generation_of[GENERATION]
    for workload in programme.workloads:
        found = design_workload(programme, generation, workload, catalogue)
        done = found.performance
        print(f"{workload.name or workload.id} of {done.parameters / 1e9:,.0f} G parameters: {done.layout}")
        low, high = done.tokens_per_s_low / 1e3, done.tokens_per_s_high / 1e3
        print(f"  {done.tokens_per_s / 1e3:,.1f} ktokens/s a rack ({low:,.1f} to {high:,.1f}); MFU {done.mfu:.1%}")
        for part, seconds in sorted(done.parts, key=lambda part: -part[1])[:3]:
            print(f"  {seconds / done.step:6.1%} of a step is {part}")
        if found.search is not None:
            print(f"  {found.search.considered:,} strategies, {found.search.fitting:,} fit")
            for each in found.search.sensitivity:
                print(f"  {each.title} doubled: {1.0 / (1.0 + each.doubled) - 1.0:+.1%} tokens/s")
