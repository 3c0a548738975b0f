"""How long until candidate fabrics for 100,000 accelerators are ranked?

The alternative engineers each candidate alone, as ``design fabric`` would be called for one after the other: fabric,
floor, cables, trays, bill and checks, without time and resilience. It is timed on some candidates and scaled.
"""

import time
from pathlib import Path

from gigaloop.catalogue import load_catalogue
from gigaloop.design.generation import design_generation
from gigaloop.design.network import design_network
from gigaloop.design.network.candidates import shape_of, sus_for
from gigaloop.design.network.search import search_fabrics
from gigaloop.programme import load_programme

PROGRAMME = Path(__file__).parent.parent / "programmes" / "us-buildout"
GENERATION = "gb300-nvl72"
ACCELERATORS = 100_000
STEP = 16
"""Of the candidates that the alternative is timed on."""


def main() -> None:
    """Print the table."""
    catalogue = load_catalogue()
    programme = load_programme(PROGRAMME, catalogue)
    generation = programme.generation_of[GENERATION]
    start = time.process_time()
    found = search_fabrics(programme, generation, catalogue, ACCELERATORS)
    ours = time.process_time() - start
    wired = [row for row in range(len(found)) if found.links[row]]
    design = design_generation(programme, generation, catalogue)
    chosen = [row for row in wired if found.choice[row].media == "any"][::STEP]
    start = time.process_time()
    for row in chosen:
        alone = shape_of(found.choice[row]).generation(generation)
        sus = sus_for(alone, found.choice[row].racks_per_su, ACCELERATORS)
        network = design_network(programme, alone, catalogue, sus=sus, design=design)
        if network.fabric.scale_out.switches != found.switches[row]:
            raise SystemExit(f"the answers differ: {network.fabric.scale_out.switches} switches")
    alternative = (time.process_time() - start) / len(chosen) * len(wired)
    case = f"{len(found)} fabrics for {ACCELERATORS:,}, {int(found.feasible.sum())} can be built"
    print(f"{case:52} gigaloop {ours:6.1f} s    one by one {alternative:6.1f} s    {alternative / ours:4.1f}x")


if __name__ == "__main__":
    main()
