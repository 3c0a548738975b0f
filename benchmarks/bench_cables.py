"""How long until a fabric is sized, placed, cabled link by link and priced, and how much memory does it take?

Each case runs in a process of its own, which tells its CPU time and its largest resident memory, that of Python, NumPy
and the catalogue included. The alternative makes the same schedule a link at a time in plain Python: ends, run along
the trays, medium, length ordered. It is timed on one layer of a small fabric, compared with the arrays row by row, and
scaled to the number of links.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from gigaloop.catalogue import Catalogue, load_catalogue
from gigaloop.core.quantity import Quantity
from gigaloop.design.cables import cable_schedule, fabric_bill, media_of
from gigaloop.design.fabric import design_fabric
from gigaloop.design.floor import plan_floor
from gigaloop.design.floor.route import MANAGER
from gigaloop.design.generation import design_generation
from gigaloop.design.records import CableSchedule, DeviceKind, Fabric, FabricMedia, FloorPlan
from gigaloop.design.supply import RACK_UNIT
from gigaloop.programme import Programme, load_programme
from gigaloop.programme.schema import Generation
from gigaloop.programme.schema.floor import Tray

PROGRAMME = Path(__file__).parent.parent / "programmes" / "us-buildout"
NODES_PER_RACK, PER_NODE = 16, 4
EIGHT = {
    "link_rate": "100 Gb/s",
    "port_rate": "800 Gb/s",
    "planes": 8,
    "switch_radix": 512,
}
"""An 800G port of each accelerator broken out to eight planes."""
Case = tuple[int, int, dict[str, object]]
CASES: dict[str, Case] = {
    "131,072 GPUs, three tiers of 400G": (256, 8, {"link_rate": "400 Gb/s", "switch": "sn5600"}),
    "131,072 GPUs, eight planes of 100G": (128, 16, EIGHT),
    "1,000,448 GPUs, three tiers of 200G": (977, 16, {"link_rate": "200 Gb/s", "switch": "sn5600"}),
    "1,000,448 GPUs, eight planes of 100G": (977, 16, EIGHT),
}
"""Scalable units, racks of each, and the network."""
SMALL: Case = (16, 8, {"link_rate": "400 Gb/s", "switch": "sn5600"})
"""The fabric that the alternative is timed on."""


def generation_of(programme: Programme, racks_per_su: int, stated: dict[str, object]) -> Generation:
    """Give a generation of 64 accelerators per rack, a port to each, with a scale-out network."""
    like = programme.generations[0]
    network = type(like.scale_out).model_validate({"nodes_per_rack": NODES_PER_RACK, "rails": PER_NODE, **stated})
    return like.model_copy(
        update={
            "scale_out": network,
            "networks": (),
            "accelerators_per_rack": Quantity.count(NODES_PER_RACK * PER_NODE),
            "racks_per_su": Quantity.count(racks_per_su),
        }
    )


def schedule_of(
    case: Case, catalogue: Catalogue, programme: Programme
) -> tuple[Fabric, FloorPlan, FabricMedia, CableSchedule, float]:
    """Size, place, cable and price; give also the CPU time of all four [s]."""
    sus, racks_per_su, stated = case
    generation = generation_of(programme, racks_per_su, stated)
    design = design_generation(programme, programme.generations[0], catalogue)
    start = time.process_time()
    fabric = design_fabric(programme, generation, catalogue, sus)
    floor = plan_floor(programme, generation, fabric, design)
    media = media_of(catalogue, generation, programme.usd)
    schedule = cable_schedule(fabric, floor, media, Tray())
    bill = fabric_bill(programme, generation, fabric, floor, schedule, catalogue, design.on)
    seconds = time.process_time() - start
    if not bill.lines or fabric.accelerators != sus * racks_per_su * NODES_PER_RACK * PER_NODE:
        raise SystemExit("the fabric is not the one that was asked for")
    return fabric, floor, media, schedule, seconds


def run_case(case: str) -> None:
    """Run one case and tell links, CPU time [s], largest resident memory [MB] and links beyond reach."""
    catalogue = load_catalogue()
    programme = load_programme(PROGRAMME, catalogue)
    *_, schedule, seconds = schedule_of(CASES[case], catalogue, programme)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    sys.stdout.write(f"{len(schedule)} {seconds} {memory} {len(schedule.unreached)}\n")


def link_by_link(fabric: Fabric, floor: FloorPlan, media: FabricMedia, tray: Tray) -> list[tuple[float, str, float]]:
    """Cable the first plane a link at a time: run, medium and length ordered of each."""
    network, found = fabric.scale_out, []
    for layer in network.plane.link_counts:
        links = network.plane.links(layer)
        serving = [m for m in media[network.name] if (m.node is not None) == (links.lower == "node")]
        serving = [m for m in serving if m.pluggable or m.links == 1 or links.lower == "node"]
        rows = []
        cages: dict[tuple[str, int, int], int] = {}
        for a, a_port, b, b_port in zip(
            *(x.tolist() for x in (links.a, links.a_port, links.b, links.b_port)), strict=True
        ):
            length = run(floor, tray, place(fabric, floor, links.lower, a), place(fabric, floor, links.upper, b))
            choice = next(index for index, medium in enumerate(serving) if medium.reach >= length)
            held = serving[choice].links
            ends = [("b", b, b_port // held)] + ([] if links.lower == "node" else [("a", a, a_port // held)])
            rows.append((length, ends))
            for cage in ends:
                cages[cage] = max(cages.get(cage, 0), choice)
        settled = False
        while not settled:
            settled = True
            for _, ends in rows:
                most = max(cages[cage] for cage in ends)
                for cage in ends:
                    settled &= cages[cage] == most
                    cages[cage] = most
        longest: dict[tuple[str, int, int], float] = {}
        for length, ends in rows:
            longest[ends[0]] = max(longest.get(ends[0], 0.0), length)
        for length, ends in rows:
            medium = serving[cages[ends[0]]]
            ordered = length if medium.pluggable else longest[ends[0]]
            found.append((length, medium.id, next(each for each in medium.stock.tolist() if each >= ordered)))
    return found


def place(fabric: Fabric, floor: FloorPlan, kind: DeviceKind, device: int) -> tuple[int, int]:
    """Give rack and unit of a device of the first plane."""
    key = (fabric.scale_out.name, 0, kind)
    if key in floor.switch_rack:
        return int(floor.switch_rack[key][device]), int(floor.switch_unit[key][device])
    rack, within = divmod(device, fabric.nodes_per_rack)
    return rack, int(floor.node_unit[within])


def run(floor: FloorPlan, tray: Tray, a: tuple[int, int], b: tuple[int, int]) -> float:
    """Give the length of one cable on a floor of one storey [m]."""
    (i, low), (j, high) = a, b
    left, right, xa, xb = min(floor.left[i], floor.left[j]), max(floor.right[i], floor.right[j]), floor.x[i], floor.x[j]
    along = abs(xa - xb)
    if floor.row[i] != floor.row[j] and min(floor.right[i], floor.right[j]) > max(xa, xb):
        along = min(xa + xb - 2.0 * left, 2.0 * right - xa - xb)
    way = along + abs(floor.y[i] - floor.y[j])
    way += 2.0 * float(tray.drop) + RACK_UNIT * (2.0 * floor.rack_units - low - high)
    if floor.row[i] == floor.row[j] and abs(floor.position[i] - floor.position[j]) <= 1:
        way = min(way, abs(xa - xb) + 2.0 * MANAGER + RACK_UNIT * abs(low - high))
    return float(way * (1.0 + float(tray.slack)) + float(tray.extra))


def compare() -> float:
    """Hold both ways against each other on the small fabric; give the CPU time of the alternative per link [s]."""
    catalogue = load_catalogue()
    programme = load_programme(PROGRAMME, catalogue)
    fabric, floor, media, schedule, _ = schedule_of(SMALL, catalogue, programme)
    start = time.process_time()
    found = link_by_link(fabric, floor, media, Tray())
    seconds = time.process_time() - start
    length, medium, stock = (list(column) for column in zip(*found, strict=True))
    same = np.allclose(length, schedule.length, atol=1e-3) and np.allclose(stock, schedule.stock)
    if not same or medium != [schedule.media[index].id for index in schedule.medium]:
        raise SystemExit("the two schedules differ")
    return seconds / len(found)


def main() -> None:
    """Run all cases, and the alternative beside them."""
    per_link = compare()
    for case in CASES:
        done = subprocess.run([sys.executable, __file__, case], capture_output=True, text=True, check=True)
        links, seconds, memory, beyond = map(float, done.stdout.split())
        other = per_link * links
        print(
            f"{case:38} gigaloop {seconds:6.2f} s    link by link {other:7.2f} s    {other / seconds:5.0f}x"
            f"    {links:10,.0f} links, {memory:5,.0f} MB, {beyond:,.0f} beyond reach"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run_case(sys.argv[1])
    else:
        main()
