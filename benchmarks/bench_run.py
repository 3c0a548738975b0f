"""The full run of the bundled programme, cold and kept, against loading its files with PyYAML's pure loader alone.

The alternative is what a script of one's own would start with: nothing but reading the same files.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import yaml

import gigaloop
from gigaloop.report import render
from gigaloop.report.content import build_report
from gigaloop.study.cache import Cache

PROGRAMME = Path(__file__).resolve().parent.parent / "programmes" / "us-buildout"


def main() -> None:
    """Print seconds per stage and the ratio to the alternative."""
    begin = time.perf_counter()
    for path in sorted(PROGRAMME.glob("*.yaml")):
        yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    alternative = time.perf_counter() - begin
    with tempfile.TemporaryDirectory() as scratch:
        cold = measured(Cache(Path(scratch)))
        kept = measured(Cache(Path(scratch)))
    print(f"{'stage':10}{'cold':>10}{'kept':>10}   [s]")
    for name, seconds in cold.items():
        print(f"{name:10}{seconds:10.3f}{kept[name]:10.3f}")
    totals = sum(cold.values()), sum(kept.values())
    print(f"{'all':10}{totals[0]:10.3f}{totals[1]:10.3f}")
    print(f"PyYAML's pure loader reads the same files, and does nothing else, in {alternative:.3f} s:")
    print(
        f"the whole run takes {totals[0] / alternative:.1f} times that cold, {totals[1] / alternative:.1f} times kept"
    )


def measured(cache: Cache) -> dict[str, float]:
    """Give the seconds of every stage."""
    begin = time.perf_counter()
    programme = gigaloop.load(PROGRAMME)
    seconds = {"load": time.perf_counter() - begin}
    result = gigaloop.run(programme, cache=cache)
    seconds |= {stage.name: stage.seconds for stage in result.stages}
    begin = time.perf_counter()
    render(build_report(result))
    return seconds | {"report": time.perf_counter() - begin}


if __name__ == "__main__":
    main()
