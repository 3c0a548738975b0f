"""What a site leaves out is engineered, what it states stays."""

from __future__ import annotations

import pytest
from tests.design.facility.conftest import CAMPUS

from gigaloop.core.errors import ProgrammeError
from gigaloop.core.evidence import EvidenceKind
from gigaloop.design import design_generation
from gigaloop.design.facility.facility import design_facility
from gigaloop.design.facility.fill import engineered, with_engineered

EQUIPMENT = [{"part": "chiller", "installed": 4}, {"part": "cdu", "per_power": "1.5 MW"}]


@pytest.fixture
def filled(campus, catalogue):
    def make(**site):
        programme = campus(**site)
        designs = {each.id: design_generation(programme, each, catalogue) for each in programme.generations}
        return programme, designs, with_engineered(programme, engineered(programme, designs, catalogue))

    return make


def test_a_programme_that_states_all_stays_as_it_is(filled):
    programme, _, after = filled()
    assert after is programme


def test_a_pue_left_out_is_that_of_the_facility_at_its_design_day_and_over_its_year(filled, catalogue):
    programme, _, after = filled(pue=None)
    site = after.sites[0]
    facility = design_facility(programme, programme.generations[0], programme.sites[0], catalogue, samples=0)
    assert site.peak_pue == pytest.approx(facility.year.peak_pue.value, abs=2e-4)
    assert site.annual_pue == pytest.approx(facility.year.pue.value, abs=2e-4)
    assert 1.0 < site.annual_pue < site.peak_pue
    evidence = site.pue.evidence
    assert evidence is not None
    assert evidence.kind is EvidenceKind.COMPUTED
    assert programme.generations[0].name in evidence.note
    assert after.site_of["campus"] is site


def test_a_stated_ratio_of_energies_stays_beside_an_engineered_one_of_powers(filled):
    _, _, after = filled(pue=None, energy_pue=1.31)
    assert after.sites[0].annual_pue == 1.31
    assert after.sites[0].peak_pue != 1.31


def test_a_stated_pue_counts_for_energy_too(filled):
    assert filled()[2].sites[0].annual_pue == 1.2


def test_what_a_piece_serves_is_engineered_where_it_is_left_out(filled, catalogue):
    programme, designs, after = filled(equipment=EQUIPMENT)
    chiller, cdu = after.sites[0].equipment
    facility = design_facility(
        programme, programme.generations[0], programme.sites[0], catalogue, designs=designs, samples=0
    )
    lines = {line.part: line for line in facility.equipment}
    assert chiller.served == pytest.approx(lines["chiller"].per_power)
    assert chiller.served * lines["chiller"].count == pytest.approx(facility.year.peak_power)
    assert cdu.served == 1.5e6


def test_what_is_neither_stated_nor_engineered_is_said_when_it_is_asked_for(campus):
    site = campus(pue=None, equipment=EQUIPMENT).sites[0]
    with pytest.raises(ProgrammeError, match="neither stated nor engineered"):
        _ = site.peak_pue
    with pytest.raises(ProgrammeError, match="what a piece of 'chiller' serves"):
        _ = site.equipment[0].served


def test_a_site_whose_halls_take_no_rack_keeps_nothing(campus, catalogue):
    hall = {**CAMPUS["halls"][0], "rack_power": "20 kW"}
    programme = campus(pue=None, halls=[hall])
    designs = {each.id: design_generation(programme, each, catalogue) for each in programme.generations}
    assert engineered(programme, designs, catalogue) == {}
