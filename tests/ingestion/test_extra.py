"""What an event says besides its fields is kept in `extra`, and nobody's address or number with it."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.ingestion.conftest import Home, event
from waypost import warehouse
from waypost.settings import Settings

_LOCAL, _DIGITS = "zzqxuv", "30987654321"
_ATS = ("@", "＠", "﹫", "(at)", "[at]", "{at}", "<at>", "_at_", "-at-", ".at.", "(AT)", " at ", " @ ", "%40",
        "&#64;", "&#x40;", "&commat;", "\u200b@", "|at|", "[ät]", "*at*")  # fmt: skip
_DOTS = (".", ".", "[dot].", "(dot)", "_dot_", "-dot-", "[punkt]")
_LEADS = (
    "+49",
    "0049",
    "+49(0)",
    "49",
    "0",
    "tel:+49",
    "tel:0",
    "(+49)",
    "＋49",
    "wa:49",
    "-49",
    "fax=0",
    "+49-",
)
_GAPS = ("", "-", ".", "/", " ", "_", "\u00a0", "–", "(", ":", ",", "\t")
_DIGIT_SETS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩")
_PLACES = ("value", "key", "nested", "list", "ext", "ext_key", "envelope")


def address(rng: random.Random) -> str:
    text = _LOCAL + rng.choice(_ATS) + "example" + rng.choice(_DOTS) + rng.choice(("de", "com"))
    return rng.choice((text, text.upper(), f"mailto:{text}", f"<{text}>"))


def phone(rng: random.Random) -> str:
    cuts = sorted(rng.sample(range(1, len(_DIGITS)), 2))
    parts = (_DIGITS[: cuts[0]], _DIGITS[cuts[0] : cuts[1]], _DIGITS[cuts[1] :])
    text = rng.choice(_LEADS) + rng.choice(_GAPS).join(parts)
    return text.translate(str.maketrans("0123456789", rng.choice(_DIGIT_SETS)))


def told(number: int, rng: random.Random) -> dict[str, Any]:
    """An event that carries an address or a number in some place that no field has."""
    secret: Any = rng.choice((address, phone))(rng)
    if rng.random() < 0.1:
        secret = rng.choice((int(_DIGITS), -int(_DIGITS), float(_DIGITS), 3.0987654321e20))
    place = rng.choice(_PLACES)
    if place == "envelope":
        return event(number, note=secret)
    data = {
        "value": {"note": secret},
        "key": {str(secret): 1},
        "nested": {"note": {"a": {str(secret): [secret]}}},
        "list": {"note": [secret, {"b": secret}]},
        "ext": {"ext": {"note": secret, "deep": {"c": secret}}},
        "ext_key": {"ext": {str(secret): "x"}},
    }[place]
    return event(number, data=data)


def digits_of(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"[^0-9]", "", plain.translate({ord(c): None for c in "{}"}))


def test_no_address_and_no_number_slips_into_extra_or_the_receipts(home: Home) -> None:
    rng = random.Random(20260101)
    lines = [told(number, rng) for number in range(1, 1500)]
    assert home.ingest(home.write("contact/told.jsonl", lines))["appended"] == 1499
    kept = [str(extra) for (extra,) in home.rows(columns="extra") if extra]
    receipts = [path.read_text("utf-8") for path in (home.path / "log" / "inputs").iterdir()]
    for text in [*kept, *receipts]:
        assert _LOCAL not in text.lower()
    for text in kept:
        assert _DIGITS[2:] not in digits_of(text), text


@pytest.mark.parametrize(
    "value",
    [True, 12, -3, 0.5, "v1", "DE-BER", "2026-05-01", "2026-05-01T10:00:00Z", "10:30:00", "SO10005901",
     "Österreich", "a_at_b", "1.4.2", "9a1c-77"],
)  # fmt: skip
def test_a_short_word_a_number_and_a_time_are_kept(home: Home, value: Any) -> None:
    home.ingest(
        home.write("contact/kept.jsonl", [event(1, data={"layout": value, "created_at": 1})])
    )
    ((extra,),) = home.rows(columns="extra")
    assert json.loads(extra) == {"created_at": 1, "layout": value}


def test_what_is_kept_of_unknown_names_is_counted_as_drift_of_its_source(
    waypost_home: Path,
) -> None:
    home = Home(waypost_home)
    lines = [event(n, data={"layout": "v1"} | ({"beta": 1} if n == 1 else {})) for n in (1, 2)]
    home.ingest(home.write("contact/a.jsonl", [*lines, event(3), event(4, data={"note": "a b c"})]))
    settings = Settings.from_environment()
    warehouse.prepare(settings, waypost_home / "views.duckdb", None, None)
    with duckdb.connect(str(waypost_home / "views.duckdb")) as con:
        found = con.execute("select source, name, count from log.drift order by name").fetchall()
    assert found == [("/helpdesk/test", "beta", 1), ("/helpdesk/test", "layout", 2)]


def test_keys_that_differ_in_case_alone_stay_with_their_own_events_and_values(home: Home) -> None:
    told = [
        ({"language": "de"}, {}),
        ({"languAge": "fr"}, {"languAge": "fr"}),
        ({"language": "de", "LANGUAGE": "en", "languAge": "fr"}, {"LANGUAGE": "en", "languAge": "fr"}),
        ({"layout": "v1", "Layout": "v2"}, {"layout": "v1", "Layout": "v2"}),
        ({"Party_Refs": "x"}, {"Party_Refs": "x"}),
    ]  # fmt: skip
    lines = [event(number, data=data) for number, (data, _) in enumerate(told, 1)]
    lines.append(event(len(told) + 1, SOURCE="erp"))
    home.ingest(home.write("contact/cases.jsonl", lines))
    rows = home.rows(columns="source, language, extra")
    assert [json.loads(extra or "{}") for *_, extra in rows] == [
        *(extra for _, extra in told),
        {"SOURCE": "erp"},
    ]
    assert {source for source, *_ in rows} == {"/helpdesk/test"}
    assert [language for _, language, _ in rows][:3] == ["de", None, "de"]
