"""How long until a programme of 20,000 lines is loaded and checked?

The alternatives read the same files with PyYAML's own loaders and validate them with the same pydantic models. They
know no line numbers, resolve no reference and check nothing beyond the records, so gigaloop does more in its time.
"""

import gc
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from gigaloop.catalogue import Catalogue, load_catalogue
from gigaloop.programme.loader import load_programme
from gigaloop.programme.schema import Programme
from gigaloop.programme.starter import new_programme

LINES = 20_000
REPEATS = 5


def write_programme(folder: Path, lines: int, catalogue: Catalogue) -> int:
    """Write the starter with as many trays, boards, suppliers, sites and demands beside it as make up the lines."""
    new_programme(folder)
    for path in folder.glob("*.yaml"):
        path.write_text(_without_facts(path.read_text(encoding="utf-8"), catalogue), encoding="utf-8")
    (folder / "lanes.csv").unlink()
    written = sum(path.read_text(encoding="utf-8").count("\n") for path in folder.glob("*.yaml"))
    parts, supplies, sites, demands, lanes = ["parts:"], ["suppliers:"], ["sites:"], ["demands:"], ["lanes:"]
    lanes += [_lane("milam"), _lane("licking")]
    block = 0
    while (
        written + sum(text.count("\n") + 1 for rows in (parts, supplies, sites, demands, lanes) for text in rows)
        < lines
    ):
        parts.append(_tray(block))
        supplies.append(_supplier(block))
        if block % 4 == 0:
            sites.append(_site(block))
            demands.append(_demand(block))
            lanes.append(_lane(f"site-{block}"))
        block += 1
    for name, rows in (
        ("trays", parts),
        ("makers", supplies),
        ("campuses", sites),
        ("asked", demands),
        ("ways", lanes),
    ):
        (folder / f"{name}.yaml").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return sum(path.read_text(encoding="utf-8").count("\n") for path in folder.glob("*.yaml"))


def _without_facts(text: str, catalogue: Catalogue) -> str:
    """Replace what only gigaloop resolves (facts, tables), so that the alternatives can read the files too."""
    text = re.sub(r"\{from: ([^}]+)\}", lambda match: str(catalogue.fact(match[1])), text)
    return text.replace("lanes: {csv: lanes.csv}\n", "").replace("1e12", "1.0e+12").replace("60e9", "60.0e+9")


def _tray(block: int) -> str:
    return f"""\
  - id: tray-{block}
    name: Compute tray, variant {block}
    family: tray
    stage: L10
    height: 1 U
    mass: {{value: {20 + block % 7} kg, source: weighed at the first article, date: "2026-10", kind: measured}}
    power: {400 + block % 90} W
    components:
      - part: board-{block}
        quantity: 2
      - part: cables-{block}
        quantity: 4
        position: harness
        effective_until: 2027-07-05
      - part: cables-{block}
        quantity: 3
        position: harness
        effective_from: 2027-07-05
  - id: board-{block}
    name: Board, variant {block}
    family: board
    mass: 4.5 kg
    power: 3160 W
    peak_power: 3290 W
  - id: cables-{block}
    name: Cables, variant {block}
    family: cable
    mass: 0.3 kg"""


def _supplier(block: int) -> str:
    return f"""\
  - id: maker-{block}
    name: Maker {block}
    country: US
    state: TX
    supplies:
      - part: board-{block}
        lead_time: {20 + block % 30} weeks
        price: {60 + block % 40} kUSD (2026)
        on_hand: {block % 500}
        allocation:
          - start: 2027-01-04
            rate: {400 + block % 99} pcs/week
          - start: 2027-12-27
            rate: {300 + block % 99} pcs/week
      - part: cables-{block}
        lead_time: 8 weeks
        price: 350 USD (2026)
        allocation:
          - start: 2027-01-04
            rate: 2000 pcs/week"""


def _site(block: int) -> str:
    return f"""\
  - id: site-{block}
    name: Campus {block}
    developer: Developer
    state: TX
    latitude: {30 + block % 10 / 10}
    longitude: {-97 - block % 10 / 10}
    utility: Oncor
    iso: ERCOT
    power_basis: facility
    pue: 1.2
    energisation:
      - start: 2027-01-04
        power: 30 MW
      - start: 2027-07-05
        power: {60 + block % 40} MW
    halls:
      - id: hall-1
        ready: 2027-01-04
        positions: 200
        power: 26 MW
        rack_power: 150 kW
        rack_flow: 220 L/min
        floor_load: 2500 kg/m2
    install_crews:
      - start: 2027-01-04
        rate: 16 racks/week
    commissioning: 3 weeks
    electricity: elec-tx
    facility_cost: 11 MUSD/MW (2026)"""


def _demand(block: int) -> str:
    return f"""\
  - id: demand-{block}
    name: Demand {block}
    site: site-{block}
    by: 2027-{1 + block % 12:02d}-28
    power: {10 + block % 20} MW
    generations: [gb300-nvl72]"""


def _lane(site: str) -> str:
    return f"""\
  - id: austin-to-{site}
    name: Austin to {site}
    origin: austin
    destination: {site}
    transit: 3 days
    cost: 2500 USD (2026)"""


def load_plainly(folder: Path, loader: type) -> Programme:
    """Read and validate as one would without gigaloop's loader."""
    merged: dict[str, object] = {}
    for path in sorted(folder.glob("*.yaml")):
        with path.open(encoding="utf-8") as file:
            for section, value in yaml.load(file, loader).items():  # noqa: S506 - both loaders are safe ones
                before = merged.get(section)
                merged[section] = [*before, *value] if isinstance(before, list) else value
    return Programme.model_validate(merged)


def timed(job: Callable[[], Programme], repeats: int) -> tuple[float, Programme]:
    """Give the median time of a job after one run that warms up, and its answer."""
    answer = job()
    times = []
    for _ in range(repeats):
        gc.collect()
        begin = time.perf_counter()
        answer = job()
        times.append(time.perf_counter() - begin)
    return statistics.median(times), answer


def main() -> None:
    catalogue = load_catalogue()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "programme"
        lines = write_programme(folder, LINES, catalogue)
        ours, programme = timed(lambda: load_programme(folder, catalogue), REPEATS)
        for name, loader, repeats in (
            ("yaml.CSafeLoader + pydantic, no places, no checks", yaml.CSafeLoader, REPEATS),
            ("yaml.SafeLoader + pydantic, no places, no checks", yaml.SafeLoader, 1),
        ):
            theirs, other = timed(lambda loader=loader: load_plainly(folder, loader), repeats)  # type: ignore[misc]
            if programme.model_dump(mode="json") != other.model_dump(mode="json"):
                raise SystemExit(f"the answers of gigaloop and {name} differ")
            print(f"{lines} lines    gigaloop {ours:.2f} s    {name} {theirs:.2f} s    {theirs / ours:.1f}x")


if __name__ == "__main__":
    main()
