"""Fits of serving on the bundled measurements: on all of them, and without those of a fold or of newer machines."""

from __future__ import annotations

from gigaloop.design.calibration.measurements import FOLDS
from gigaloop.design.calibration.served_fit import ServingFit, fit_serving
from gigaloop.design.calibration.served_stored import serving_constants_file, serving_stacks_file
from gigaloop.design.calibration.splits import NEWER, fold_name, newer_than_gb200
from gigaloop.validation.inference import bundled_served


def serving_fits() -> tuple[ServingFit, dict[str, ServingFit]]:
    """Fit on all bundled measurements, and without some, by name; each fit starts from the priors."""
    rows = bundled_served()
    held = {fold_name(fold): fit_serving([row for row in rows if row.fold != fold]) for fold in range(FOLDS)}
    held[NEWER] = fit_serving([row for row in rows if not newer_than_gb200(row.accelerator)])
    return fit_serving(rows), held


def serving_files(date: str) -> dict[str, str]:
    """Give the files of the catalogue that the fits make, by their names.

    Parameters
    ----------
    date
        ISO, for the source.
    """
    whole, held = serving_fits()
    return {
        "serving_constant.yaml": serving_constants_file(whole, held, date),
        "serving_stack.yaml": serving_stacks_file(whole, date),
    }
