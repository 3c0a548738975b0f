"""Every scenario of the bundled programme, planned again from its plan, passes the independent check."""

from pathlib import Path

import pytest

import gigaloop
from gigaloop.design import design_programme
from gigaloop.plan import check_plan, plan_programme
from gigaloop.programme import apply_scenario

FOLDER = Path(__file__).resolve().parents[2] / "programmes" / "us-buildout"


@pytest.mark.slow
def test_every_scenario_again_from_the_plan_without_it_passes_the_check():
    catalogue, programme = gigaloop.load_catalogue(), gigaloop.load(FOLDER)
    base = None
    for scenario in ("", *(each.id for each in programme.scenarios)):
        changed = apply_scenario(programme, scenario) if scenario else programme
        changed, designs = design_programme(changed, catalogue)
        plan = plan_programme(changed, designs, catalogue, reliefs=0, start=base)
        assert check_plan(changed, designs, plan, catalogue) == (), scenario
        base = base or plan
