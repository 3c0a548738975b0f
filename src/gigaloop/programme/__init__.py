"""The typed programme: schema, loader with places, references, scenarios and differences."""

from gigaloop.programme.diff import Change, diff_programmes
from gigaloop.programme.files import named_files, programme_file
from gigaloop.programme.jsonschema import programme_schema, unit_table
from gigaloop.programme.loader import load_programme, own_catalogue
from gigaloop.programme.numbers import evidence_of, quantities
from gigaloop.programme.scenario import apply_patches, apply_scenario
from gigaloop.programme.schema import Programme
from gigaloop.programme.starter import bundled_programmes, new_programme

__all__ = [
    "Change",
    "Programme",
    "apply_patches",
    "apply_scenario",
    "bundled_programmes",
    "diff_programmes",
    "evidence_of",
    "load_programme",
    "named_files",
    "new_programme",
    "own_catalogue",
    "programme_file",
    "programme_schema",
    "quantities",
    "unit_table",
]
