"""``gigaloop design calibrate``: what measured steps of one's own say of the software stack."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from gigaloop.catalogue import load_catalogue
from gigaloop.cli import output
from gigaloop.cli.numbers import counted
from gigaloop.core.errors import UsageError
from gigaloop.design.calibration.own import OwnCalibration, band, calibrate_own
from gigaloop.validation.training import bundled_measurements
from gigaloop.validation.training_rows import Row, read_training

_MOVED = 8
"""Constants that are shown."""


def calibrate(measurements: Path, facts: Path | None, write: Path | None, *, json: bool) -> None:
    """Show what measured steps change, and write the stack's terms as a file of facts."""
    catalogue = load_catalogue(facts)
    read = read_training(measurements, catalogue)
    rows = [row.measurement for row in read if row.measurement is not None and row.measurement.strategy is not None]
    left = [row for row in read if row.measurement is None or row.measurement.strategy is None]
    if not rows:
        why = "; ".join(f"{row.id}: {_why(row)}" for row in left[:3])
        raise UsageError(
            f"no row of {measurements.name} can be learned from: {why}",
            hint="a row needs gpu, n_gpus, model with its shape, seq, global_batch, precision, tp, pp and step_time_s",
        )
    found = calibrate_own(rows, bundled_measurements(), catalogue)
    written = _write(found, measurements, write) if write is not None else None
    if json:
        output.print_json(_as_dict(found, left, written))
        return
    _show(found, left, written)


def _why(row: Row) -> str:
    return row.why_not or "no strategy is given: tp and pp"


def _write(found: OwnCalibration, measurements: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    date = datetime.now(tz=UTC).date().isoformat()[:7]
    lines = [
        f"# Software stack as measured in {measurements.name}. Made by `gigaloop design calibrate`.",
        "kind: software_stack",
        "sources:",
        f'  own: {{source: "{len(found.rows)} measured steps of {measurements.name}", date: {date}, kind: measured}}',
        "",
        "entries:",
        *found.entries("own"),
    ]
    path = folder / "software_stack.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _errors(found: OwnCalibration) -> tuple[float, float]:
    measured = np.array([row.step for row in found.rows])
    return float(np.mean(np.abs(found.before / measured - 1.0))), float(np.mean(np.abs(found.others / measured - 1.0)))


def _as_dict(found: OwnCalibration, left: list[Row], written: Path | None) -> dict[str, object]:
    before, after = _errors(found)
    return {
        "kind": "calibration",
        "rows": [
            {
                "id": row.id,
                "measured": row.step,
                "before": float(found.before[i]),
                "before_80": list(band(float(found.before[i]), float(found.before_spread[i]))),
                "from_others": float(found.others[i]),
                "from_others_80": list(band(float(found.others[i]), float(found.others_spread[i]))),
                "stack": row.stack.said,
                "factor_before": float(found.factor_before[i]),
                "factor_after": float(found.factor_after[i]),
            }
            for i, row in enumerate(found.rows)
        ],
        "not_learned_from": [{"id": row.id, "why": _why(row)} for row in left],
        "mean_abs_error_before": before,
        "mean_abs_error_from_others": after,
        "constants": [{"name": name, "before": old, "after": new} for name, old, new in found.moved],
        "written": str(written) if written else None,
    }


def _show(found: OwnCalibration, left: list[Row], written: Path | None) -> None:
    columns = [
        ("row", "left"), ("measured", "right"), ("before", "right"), ("80 %", "right"), ("from the others", "right"),
        ("80 %", "right"), ("software", "right"), ("now", "right"),
    ]  # fmt: skip
    lines = []
    for i, row in enumerate(found.rows):
        first = band(float(found.before[i]), float(found.before_spread[i]))
        second = band(float(found.others[i]), float(found.others_spread[i]))
        lines.append(
            (
                row.id, f"{row.step:.4g} s", f"{found.before[i]:.4g} s", f"{first[0]:.4g}..{first[1]:.4g}",
                f"{found.others[i]:.4g} s", f"{second[0]:.4g}..{second[1]:.4g}",
                f"x{found.factor_before[i]:.3f}", f"x{found.factor_after[i]:.3f}",
            )
        )  # fmt: skip
    output.table("Measured steps and what the model says", columns, lines)
    for other in left:
        output.line(f"not learned from: {other.id}: {_why(other)}", style="dim")
    before, after = _errors(found)
    output.line()
    output.line(f"{counted(len(found.rows), 'row')}: mean error {100 * before:.1f} % before, "
                f"{100 * after:.1f} % for each from the others")  # fmt: skip
    for name, old, new in found.moved[:_MOVED]:
        output.line(f"constant {name}: {old:.4g}, by these rows {new:.4g}")
    if not found.moved:
        output.line("no constant moves by a tenth of its uncertainty: the difference is the software's")
    if written is not None:
        output.line(f"written to {written}; give its folder as --catalogue")
