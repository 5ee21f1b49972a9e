"""Mappings that cannot be meant: complaints name file, key and remedy."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ingestion import unique_keys
from ingestion.mapping import MappingError, read
from tests.ingestion.conftest import Home
from tests.ingestion.tables import OPENED, STATUS, ingest, mapping_file

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown top key": ({"sorce": "/a"}, "'sorce' is unknown: did you mean 'source'?"),
    "unknown type": ({"events": [OPENED | {"type": "case.opend"}]}, "did you mean 'case.opened'?"),
    "unknown field": (
        {"events": [OPENED | {"fields": OPENED["fields"] | {"chanel": "via"}}]},
        "'events[0].fields.chanel' is no field of case.opened: did you mean 'channel'?",
    ),
    "missing field": (
        {"events": [OPENED | {"fields": {"case_id": "ticket"}}]},
        "'events[0].fields.case_type' is missing: case.opened requires it",
    ),
    "no format": (
        {"time": {"format": "%d/%m % :%M"}},
        "'time.format' is no format of times (%d/%m % :%M)",
    ),
    "no zone": ({"time": {"zone": "Berlin"}}, "'time.zone' is no time zone (Berlin)"),
    "no events": ({"events": []}, "'events' is missing"),
    "changes without case": ({"events": [STATUS]}, "'by' is missing"),
    "role": (
        {"parties": [{"id_type": "email", "column": "m", "role": "boss"}]},
        "parties[0].role' is no role: use one of customer",
    ),
    "watched list": (
        {"by": "ticket", "events": [OPENED | {"changes": {"a": ["b"]}}]},
        "'events[0].changes' must be a text",
    ),
    "column as yes": (
        {"events": [OPENED | {"fields": OPENED["fields"] | {"channel": {"column": True}}}]},
        "'events[0].fields.channel.column' must be a text: put it in quotes",
    ),
    "empty constant": (
        {"events": [OPENED | {"fields": OPENED["fields"] | {"channel": {"const": None}}}]},
        "'events[0].fields.channel.const' is missing",
    ),
    "constant list": (
        {"events": [OPENED | {"fields": OPENED["fields"] | {"channel": {"const": ["a"]}}}]},
        "'events[0].fields.channel.const' must be a text, a number or true or false",
    ),
    "no number": (
        {"events": [OPENED | {"when": {"ticket": {"above": float("nan")}}}]},
        "'events[0].when.ticket.above' must be a number",
    ),
    "uncertainty": (
        {"events": [OPENED | {"uncertainty": "a minute"}]},
        "'events[0].uncertainty' must be a whole number of seconds",
    ),
    "delimiter": ({"table": {"delimiter": "ab"}}, "'table.delimiter' must be one sign"),
    **{
        f"unit {unit}": (
            {"events": [OPENED | {"fields": OPENED["fields"] | {"channel": given}}]},
            f"'events[0].fields.channel.unit' is no unit of money ({unit}): use one of major, minor",
        )
        for unit in ("cents", "Minor", "None", "100", "['minor']")
        for given in [{"column": "via", "unit": yaml.safe_load(unit.replace("None", "null"))}]
    },
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_mapping_is_told_in_one_sentence(name: str, home: Home) -> None:
    changes, sentence = WRONG[name]
    path = mapping_file(home, *changes.pop("events", [OPENED]), **changes)
    with pytest.raises(MappingError) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mapping_that_names_no_column_of_the_table_is_an_error(home: Home) -> None:
    mapping = mapping_file(home, OPENED)
    with pytest.raises(MappingError, match=r"column 'via' is not in t\.csv: did you mean 'vias'"):
        ingest(home, "ticket,created,vias\n1,2026-03-01 10:00:00,Phone\n", mapping)
    assert home.rows() == []


def test_a_file_that_is_no_yaml_is_told_with_its_line(home: Home) -> None:
    with pytest.raises(MappingError, match="is not YAML in line 2"):
        read(home.write("m.yaml", "source: a\n events: [\n"))


@pytest.mark.parametrize(
    ("text", "key", "line", "first_line"),
    [
        ("source: /a\nevents: []\nsource: /b\n", "source", 3, 1),
        ("events:\n- type: a\n  fields:\n    x: a\n    y: {const: b}\n    x: c\n", "x", 6, 4),
        ("events:\n- {values: {yes: a,\n  true: b}}\n", "true", 3, 2),
        ("a: &a {b: 1}\nc: {<<: *a, b: 2,\n  b: 3}\n", "b", 3, 2),
        ("a: &a {b: 1}\nc: &c {b: 2}\nd:\n  <<: *a\n  <<: *c\n", "<<", 5, 4),
        ('"a\\nb": 1\n"a\\nb": 2\n', "a\\nb", 2, 1),
    ],
)
def test_a_key_that_stands_twice_is_told_with_its_lines(
    text: str, key: str, line: int, first_line: int, home: Home
) -> None:
    path = home.write("m.yaml", text)
    with pytest.raises(MappingError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path} has the key '{key}' in line {line} for the second time in one mapping "
        f"(first in line {first_line}): keep one of the two."
    )


def test_a_merged_key_may_be_overridden_and_all_else_is_read_as_before() -> None:
    text = """
deep: {deeper: {one: &one {b: 1, c: 1}, two: &two {<<: *one, b: 2}}}
overridden: {<<: [*two, *one], c: 3}
words: {yes: 1, 'yes': 2, 3: 3, '3': 4, 0o7: 5, 010: 6, 2026-05-01: 7, =: 8, '<<': 9, ~: 10}
omap: !!omap [a: 1, a: 2]
"""
    assert unique_keys.load(text) == yaml.safe_load(text)
    assert unique_keys.load(text)["overridden"] == {"b": 2, "c": 3}
