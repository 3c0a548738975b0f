"""Fit the constants of training and serving on the bundled measurements: ``python tools/calibrate.py``.

Writes ``performance_constant.yaml`` and ``software_stack.yaml`` of the catalogue: constants fitted on all rows, and
without those of each fold, family of software, and generation newer than GB200, for figures held out; and
``serving_constant.yaml`` and ``serving_stack.yaml`` alike.
"""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import gigaloop.catalogue
from gigaloop.design.calibration.fit import fit, with_bands
from gigaloop.design.calibration.splits import left_out
from gigaloop.design.calibration.stored import UNSEEN
from gigaloop.design.calibration.writing import calibrated_source, constants_file, stack_entry, stack_terms
from gigaloop.validation.inference_fits import serving_files
from gigaloop.validation.training import bundled_measurements

DATA = Path(gigaloop.catalogue.__file__).parent / "data"


def main() -> None:
    """Fit, and replace the two files."""
    rows = bundled_measurements()
    date = datetime.now(tz=UTC).date().isoformat()[:7]
    for file, text in serving_files(date).items():
        (DATA / file).write_text(text, encoding="utf-8")
    fits = {
        name: fit([row for row, out in zip(rows, without, strict=True) if not out])
        for name, without in left_out(rows).items()
    }
    held_out = dict(with_bands(rows, fit(rows), fits))
    whole = held_out.pop("")
    (DATA / "performance_constant.yaml").write_text(constants_file(whole, held_out, date), encoding="utf-8")
    lines = [
        "# How software departs from the equations. Made by `make calibrate`; do not edit.",
        "kind: software_stack",
        "sources:",
        calibrated_source(len(rows), date),
        "",
        "entries:",
        *stack_terms(rows, whole, "calibrated"),
    ]
    families = sorted({row.stack.family for row in rows})
    errors, centres = [], []
    for family in families:
        own = [row for row in rows if row.stack.family == family]
        mean, _ = held_out[family].joint(own)
        steps = held_out[family].predict(own).equations
        centres.append(float(np.mean(mean)))
        errors.append(float(np.mean(np.log([row.step for row in own]) - np.log(steps) - mean)))
    spread = float(np.sqrt(np.mean(np.square(errors)) + whole.spreads.noise**2))
    factor = float(np.exp(np.mean(centres)))
    said = f"a stack that nobody measured, as {len(families)} families each left out (1 in 10 beyond either end)"
    lines += stack_entry(
        f"stack-{UNSEEN}", said, UNSEEN, date, "", "", "", factor, spread, len(rows), "calibrated"
    )  # fmt: skip
    (DATA / "software_stack.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
