"""Looking things up: by id, kind, path and text, with help where something is not there."""

import copy
import pickle

import pytest

from gigaloop.catalogue import KINDS, load_catalogue
from gigaloop.core.errors import CatalogueError


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def test_an_entry_is_found_by_id_whatever_its_kind(catalogue):
    assert catalogue["gb300"].name == "NVIDIA GB300, per GPU"
    assert catalogue["elec-tx"].kind == "electricity"
    assert "gb300" in catalogue
    assert "gb3000" not in catalogue


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_own_typed_access(catalogue, kind):
    id_ = catalogue.ids(kind)[0]
    entry = getattr(catalogue, kind)(id_)
    assert entry is catalogue[id_]
    assert type(entry) is KINDS[kind]


def test_an_unknown_id_gets_a_suggestion(catalogue):
    with pytest.raises(CatalogueError) as caught:
        catalogue["gb30"]
    assert "gb30" in caught.value.why
    assert "gb300" in caught.value.hint
    with pytest.raises(CatalogueError) as caught:
        catalogue.electricity("elec-tz")
    assert "elec-tx" in caught.value.hint


def test_an_entry_of_another_kind_is_refused_in_words(catalogue):
    with pytest.raises(CatalogueError, match="of the kind accelerator, but one of the kind converter is due"):
        catalogue.converter("gb300")


def test_an_unknown_kind_gets_a_suggestion(catalogue):
    for call in (catalogue.of_kind, catalogue.ids):
        with pytest.raises(CatalogueError) as caught:
            call("accelerators")
        assert "accelerator" in caught.value.hint


def test_a_number_is_found_by_its_path(catalogue):
    tdp = catalogue.fact("gb300.tdp")
    assert tdp == 1400.0
    assert tdp is catalogue.accelerator("gb300").tdp


def test_an_unknown_number_gets_a_suggestion(catalogue):
    with pytest.raises(CatalogueError) as caught:
        catalogue.fact("gb300.tpd")
    assert "tdp" in caught.value.hint
    with pytest.raises(CatalogueError):
        catalogue.fact("gb300.vendor")
    with pytest.raises(CatalogueError):
        catalogue.fact("gb300")


def test_finding_by_text_puts_the_thing_itself_first(catalogue):
    assert catalogue.find("GB300")[0].id == "gb300"
    assert catalogue.find("nvl576")[0].id == "rubin-ultra-kyber"
    assert {entry.id for entry in catalogue.find("solid-state transformer")} == {"sst-34kv-800v"}
    assert catalogue.find("no such thing at all") == ()
    assert catalogue.find("  ") == ()


def test_facts_tell_name_value_and_evidence(catalogue):
    facts = {fact.name: fact for fact in catalogue.facts(catalogue["gb300"])}
    assert facts["tdp"].value == "1400 W"
    assert facts["tdp"].evidence.kind == "datasheet"
    assert facts["vendor"].value == "NVIDIA"
    assert facts["vendor"].quantity is None
    assert facts["hbm"].evidence.low == "279 GB"
    assert facts["hbm"].as_dict()["evidence"]["high"] == "288 GB"
    assert "id" not in facts
    curve = [fact.name for fact in catalogue.facts(catalogue["ups-eco"]) if fact.name.startswith("efficiency")]
    assert curve[:2] == ["efficiency.0.load", "efficiency.0.efficiency"]
    prices = [fact.name for fact in catalogue.facts(catalogue["elec-tx"]) if fact.name.startswith("industrial")]
    assert prices == ["industrial_prices.2023.price"]


def test_every_number_fact_is_reached_by_its_name(catalogue):
    for entry in catalogue:
        names = [fact.name for fact in catalogue.facts(entry)]
        assert len(names) == len(set(names)), entry.id
        for fact in catalogue.facts(entry):
            if fact.quantity is not None:
                assert catalogue.fact(f"{entry.id}.{fact.name}") is fact.quantity


def test_kinds_load_on_demand_and_give_the_same_entries_in_any_order():
    one, other = load_catalogue(), load_catalogue()
    assert one.converter("mv-transformer") == other.converter("mv-transformer")
    list(other)
    assert one.accelerator("gb300") == other.accelerator("gb300")
    assert one.digest == other.digest
    assert one.as_of == other.as_of


def test_a_catalogue_travels_between_processes(catalogue):
    twin = pickle.loads(pickle.dumps(catalogue))  # noqa: S301 - our own bytes
    assert twin.digest == catalogue.digest
    assert twin.accelerator("gb300").tdp.evidence == catalogue.accelerator("gb300").tdp.evidence
    assert copy.copy(catalogue).ids() == catalogue.ids()


def test_entries_are_frozen(catalogue):
    with pytest.raises(ValueError, match="frozen"):
        catalogue["gb300"].name = "other"
