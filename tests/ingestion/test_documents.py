"""JSON documents, an array or one object, as lines: their text, their places, their break."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingestion import documents, inputs
from tests.ingestion.conftest import Home, event


def test_a_broken_array_keeps_the_elements_before_the_break(home: Home) -> None:
    text = json.dumps([event(1), event(2)], indent=1)[:-2] + ', {"id": '
    counts = home.ingest(home.write("contact/array.json", text))
    assert (counts["appended"], counts["quarantined"]) == (2, 1)
    assert home.reasons()[0][0] == "broken_array"


def test_a_broken_array_is_read_a_stretch_at_a_time(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elements keep their text (here a key named twice), and places are bytes of the file."""
    elements = [json.dumps(event(n, source="/süd"), indent=1, ensure_ascii=False) for n in range(9)]
    elements[4] = elements[4].replace('"id"', '"id": "zd-0", "id"', 1)
    whole = "[\r\n" + ",\r\n".join(elements)
    found = []
    for stretch in (64, 8 * 2**20):
        monkeypatch.setattr(documents, "_STRETCH", stretch)
        file = home.write("contact/array.json", whole + ', {"id": "ä')
        lines = inputs.json_lines(file, home.path)
        assert lines.rejected == [(10, len(whole.encode()) + 2, "broken_array")]
        found.append(lines.path.read_bytes())
    assert found[0] == found[1]
    assert [json.loads(line)["id"] for line in found[0].splitlines()] == [
        event(n)["id"] for n in range(9)
    ]
    counts = home.ingest(file)
    assert (counts["appended"], counts["quarantined"]) == (8, 2)
    assert [code for code, *_ in home.reasons()] == ["double_key", "broken_array"]


@pytest.mark.parametrize(
    ("text", "elements", "broken"),
    [
        ('[{"id":1},{"id":2}', ['{"id":1}', '{"id":2}'], (3, 18)),
        ('[\n {"id":1},\n {"id":2}\n', ['{"id":1}', '{"id":2}'], (3, 23)),
        ('[{"id":1},{"id":', ['{"id":1}'], (2, 10)),
        ('[1.5,-12.25e3,{"id":2}, x', ["1.5", "-12.25e3", '{"id":2}'], (4, 24)),
        ("[", [], (1, 1)),
    ],
)
def test_an_array_is_kept_up_to_its_break_wherever_a_stretch_ends(
    text: str, elements: list[str], broken: tuple[int, int], tmp_path: Path
) -> None:
    file, target = tmp_path / "array.json", tmp_path / "lines"
    file.write_text(text, "utf-8")
    for stretch in range(1, len(text) + 2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(documents, "_STRETCH", stretch)
            assert documents.write_array(file, target) == [(*broken, "broken_array")]
        assert target.read_text("utf-8").splitlines() == elements


def test_an_element_above_16_mib_is_left_out_alone(home: Home) -> None:
    huge, bad = event(5, data={"queue": "x" * (40 * 2**20)}), event(6, type="nothing")
    text = json.dumps([event(1), huge, event(2), bad])
    counts = home.ingest(home.write("contact/huge.json", text))
    assert (counts["appended"], counts["quarantined"]) == (2, 2)
    assert home.reasons() == [("line_too_long", "", 2), ("unknown_type", "type", 4)]


def test_one_object_keeps_its_text(home: Home) -> None:
    """What a parser would put right is still seen: a key that is named twice."""
    text = json.dumps(event(1), indent=1).replace('"id"', '"id": "zd-0",\n "id"', 1)
    counts = home.ingest(home.write("contact/one.json", text))
    assert (counts["appended"], counts["quarantined"]) == (0, 1)
    assert [code for code, *_ in home.reasons()] == ["double_key"]
