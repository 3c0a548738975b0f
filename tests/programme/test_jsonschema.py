"""The JSON Schema fits the records, explains them, and accepts the starter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from gigaloop.core.units import DIMENSIONS, UNITS
from gigaloop.core.yaml_reader import parse_yaml
from gigaloop.programme.jsonschema import programme_schema, unit_table
from gigaloop.programme.schema import Programme


@pytest.fixture(scope="module")
def schema():
    return programme_schema()


def _walk(value: Any) -> Iterator[Any]:
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _walk(inner)


def test_it_is_json_and_every_reference_leads_somewhere(schema):
    assert json.loads(json.dumps(schema)) == schema
    assert schema["$schema"].endswith("2020-12/schema")
    references = [value["$ref"] for value in _walk(schema) if isinstance(value, dict) and "$ref" in value]
    assert len(references) > 100
    assert {reference.removeprefix("#/$defs/") for reference in references} <= schema["$defs"].keys()


def test_every_section_is_there_and_none_is_required(schema):
    assert set(schema["properties"]) == {field.alias or name for name, field in Programme.model_fields.items()}
    assert "required" not in schema
    assert schema["additionalProperties"] is False


def test_records_and_fields_are_described_and_defaults_are_in_their_unit(schema):
    assert schema["$defs"]["Part"]["properties"]["power"]["description"] == "Thermal design power."
    assert schema["$defs"]["Hall"]["description"].startswith("A data hall")
    assert schema["$defs"]["RackTest"]["properties"]["l12"]["default"] == "0 h"
    described = [name for name, definition in schema["$defs"].items() if definition.get("description")]
    assert set(schema["$defs"]) - set(described) == {"JsonValue"}


def _accepts(schema, rule, value) -> bool:
    """Judge a value by the part of JSON Schema that is used here; an independent reading of the schema."""
    if "$ref" in rule:
        return _accepts(schema, schema["$defs"][rule["$ref"].removeprefix("#/$defs/")], value)
    if "anyOf" in rule:
        return any(_accepts(schema, option, value) for option in rule["anyOf"])
    if "const" in rule and value != rule["const"]:
        return False
    if "enum" in rule and value not in rule["enum"]:
        return False
    types = {
        "string": str, "integer": int, "number": int | float, "boolean": bool, "null": type(None),
        "array": list, "object": dict,
    }  # fmt: skip
    kinds = rule.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, types[kind]) for kind in kinds):
        return False
    if isinstance(value, str) and "pattern" in rule and not re.search(rule["pattern"], value):
        return False
    if isinstance(value, list):
        return all(_accepts(schema, rule.get("items", {}), item) for item in value)
    if isinstance(value, dict):
        known = rule.get("properties", {})
        if rule.get("additionalProperties") is False and not value.keys() <= known.keys():
            return False
        if not set(rule.get("required", ())) <= value.keys():
            return False
        return all(_accepts(schema, known.get(key, {}), inner) for key, inner in value.items())
    return True


def test_each_file_of_the_starter_is_accepted_and_a_damaged_one_is_not(schema, folder):
    for path in sorted(folder.glob("*.yaml")):
        data: Any = parse_yaml(path.read_text(encoding="utf-8"), path.name).data
        for section, value in data.items():
            assert _accepts(schema, schema["properties"][section], value), (path.name, section)
    sites: Any = parse_yaml((folder / "sites.yaml").read_text(encoding="utf-8"), "sites.yaml").data
    site = sites["sites"][0]
    rule = schema["$defs"]["Site"]
    assert _accepts(schema, rule, site)
    assert not _accepts(schema, rule, site | {"puee": 1})
    assert not _accepts(schema, rule, site | {"state": "Texas"})
    assert not _accepts(schema, rule, site | {"facility_cost": 5})


def test_the_unit_table_lists_every_unit_under_its_dimension():
    rows = unit_table()
    assert [row["dimension"] for row in rows] == list(DIMENSIONS)
    listed = [symbol for row in rows for symbol in row["units"]]
    assert sorted(listed) == sorted(UNITS)
