"""Mapping files: how a table's rows become events; reads and checks the YAML, touches no table."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import yaml

from ingestion import conditions, privacy, reshaping, unique_keys
from ingestion.catalogue import EventType, load
from ingestion.catalogue import Field as CatalogueField
from ingestion.mapping_file import MappingError as MappingError
from ingestion.mapping_file import Sections, nearest
from ingestion.mapping_parts import Actor, Party, Rule, TimeFormat, Value
from ingestion.mapping_parts import Mapping as Mapping
from ingestion.validation import fields_of

_TOP = {"source", "table", "unpivot", "columns", "time", "recorded", "country", "by", "order",
        "parties", "events"}  # fmt: skip
_TABLE = {"delimiter", "nulls", "encoding"}
_EVENT = {"type", "when", "changes", "start", "first", "id", "subject", "time", "recorded", "parties",
          "actor", "fields", "derivation", "uncertainty"}  # fmt: skip
_FIELD = {"column", "const", "previous", "values", "default", "format", "zone", "currency", "decimal",
          "unit", "plus", "negative"}  # fmt: skip
_PARTY = {"id_type", "column", "role", "when"}
_ACTOR = {"type", "id", "team"}
_MONEY_UNITS = ("major", "minor")


class _Reader(Sections):
    """Reads the parts of a mapping that are no table of their own."""

    def time_format(self, at: str, spec: object, default: TimeFormat) -> TimeFormat:
        if spec is None:
            return default
        given = self.known(at, spec, ("format", "zone"))
        zone = str(given.get("zone", default.zone))
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise self.error(
                f"{at}.zone", f"is no time zone ({zone}): write UTC or Europe/Berlin"
            ) from None
        written = self.word(at, given, "format")
        if written and not _is_time_format(written):
            remedy = "write one such as '%d.%m.%Y %H:%M'"
            raise self.error(f"{at}.format", f"is no format of times ({written}): {remedy}")
        return TimeFormat(written or default.format, zone)

    def seconds(self, at: str, spec: dict[str, Any]) -> int | None:
        given = spec.get("uncertainty")
        if given is not None and (isinstance(given, bool) or not isinstance(given, int)):
            raise self.error(f"{at}.uncertainty", "must be a whole number of seconds")
        return given

    def sign(self, table: dict[str, Any]) -> str | None:
        given = self.word("table", table, "delimiter")
        if given and (len(given) > 1 or given in "\"\n\r\0'"):
            raise self.error("table.delimiter", "must be one sign, such as ';' or a tab")
        return given

    def country(self, top: dict[str, Any]) -> str | None:
        if "country" not in top:
            return None
        try:
            return privacy.country_code(str(top["country"]))
        except privacy.CountryError:
            remedy = "write its two letters in quotes, such as 'DE' or 'NO'"
            raise self.error("country", f"is no country ({top['country']}): {remedy}") from None

    def value(self, at: str, spec: object, time: TimeFormat) -> Value:
        plain = {"column" if isinstance(spec, str) else "const": spec}
        given = self.known(at, spec if isinstance(spec, dict) else plain, _FIELD)
        if ("column" in given) + ("const" in given) != 1:
            raise self.error(at, "needs either 'column' or 'const'")
        zoned = {k: given[k] for k in ("format", "zone") if k in given} or None
        for key in ("column", "const"):
            if key in given and given[key] is None:
                raise self.error(f"{at}.{key}", "is missing: add it")
        return Value(
            column=self.word(at, given, "column"),
            const=self.plain(f"{at}.const", given.get("const")),
            previous=bool(given.get("previous", False)),
            values={
                _word(k): self.plain(f"{at}.values.{k}", v)
                for k, v in (given.get("values") or {}).items()
            },
            default=self.plain(f"{at}.default", given.get("default")),
            time=self.time_format(at, zoned, time),
            currency=self.word(at, given, "currency"),
            decimal=str(given.get("decimal", ".")),
            unit=self.money_unit(at, given),
            plus=self.word(at, given, "plus"),
            negative=bool(given.get("negative", False)),
        )

    def money_unit(self, at: str, spec: dict[str, Any]) -> str:
        given = spec.get("unit", "major")
        if given not in _MONEY_UNITS:
            remedy = f"use one of {', '.join(_MONEY_UNITS)}"
            raise self.error(f"{at}.unit", f"is no unit of money ({given}): {remedy}")
        return str(given)

    def parties(self, at: str, spec: object) -> tuple[Party, ...]:
        if not isinstance(spec, list):
            raise self.error(at, "must be a list of id_type and column")
        found = []
        for number, item in enumerate(spec):
            place = f"{at}[{number}]"
            given = self.known(place, item, _PARTY)
            role = given.get("role", "customer")
            if role not in load().words["identifier_roles"]:
                remedy = nearest(str(role), load().words["identifier_roles"])
                raise self.error(f"{place}.role", f"is no role: {remedy}")
            column, id_type = (self.required(place, given, k) for k in ("column", "id_type"))
            when = conditions.read(self, f"{place}.when", given.get("when"))
            found.append(Party(str(id_type), str(column), role, when))
        return tuple(found)

    def actor(self, at: str, spec: object) -> Actor | None:
        if spec is None:
            return None
        given = self.known(at, spec, _ACTOR)
        kind = str(self.required(at, given, "type"))
        if kind not in load().words["actor_types"]:
            raise self.error(
                f"{at}.type", f"is no actor: {nearest(kind, load().words['actor_types'])}"
            )
        return Actor(kind, self.word(at, given, "id"), self.word(at, given, "team"))


@cache
def _is_time_format(written: str) -> bool:
    """DuckDB, which will read the times, knows every sign of the format."""
    with duckdb.connect() as con:
        try:
            con.execute("select try_strptime('', $1)", [written])
        except duckdb.Error:
            return False
    return True


def _word(value: object) -> str:
    """A YAML key as the table spells it; YAML reads an unquoted true or 5 as no string."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def read(path: Path) -> Mapping:
    """Read and check a mapping file; raises `MappingError` with one sentence."""
    try:
        return _read(path)
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        raise MappingError(
            f"{path} has a word, number or list where another kind of value belongs: "
            "compare it with a template (waypost sources template)."
        ) from None


def _read(path: Path) -> Mapping:
    reader = _Reader(path)
    try:
        text = path.read_text("utf-8")
        spec = unique_keys.load(text)
    except (OSError, UnicodeDecodeError):
        raise MappingError(f"{path} cannot be read: name a mapping file in UTF-8.") from None
    except unique_keys.RepeatedKeyError as error:
        raise MappingError(f"{path} {error}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise MappingError(f"{path} is not YAML{line}: check its indentation and quotes.") from None
    top = reader.known("", spec, _TOP)
    table = reader.known("table", top.get("table") or {}, _TABLE)
    time = reader.time_format("time", top.get("time"), TimeFormat())
    rules = [
        _rule(reader, f"events[{number}]", item, top, time)
        for number, item in enumerate(reader.required("", top, "events"))
    ]
    return Mapping(
        path=path,
        key=hashlib.sha256(text.encode()).hexdigest()[:32],
        source=str(reader.required("", top, "source")),
        delimiter=reader.sign(table),
        nulls=tuple(_word(n) for n in table.get("nulls", [""])),
        encoding=reader.word("table", table, "encoding"),
        unpivot=reshaping.read_unpivot(reader, top.get("unpivot")),
        computed=reshaping.read_computed(reader, top.get("columns")),
        country=reader.country(top),
        by=_names(top.get("by")),
        order=_names(top.get("order")),
        rules=tuple(rules),
    )


def _names(spec: object) -> tuple[str, ...]:
    if spec is None:
        return ()
    return tuple(str(s) for s in spec) if isinstance(spec, list) else (str(spec),)


def _rule(reader: _Reader, at: str, item: object, top: dict[str, Any], time: TimeFormat) -> Rule:
    spec = reader.known(at, item, _EVENT)
    name = reader.required(at, spec, "type")
    kind = load().types.get(name)
    if kind is None:
        raise reader.error(f"{at}.type", f"is not in the catalogue: {nearest(name, load().types)}")
    fields = _fields(reader, at, spec, kind, time)
    when = conditions.read(reader, f"{at}.when", spec.get("when"))
    if (spec.get("changes") or any(c.is_place for c in when)) and not top.get("by"):
        raise reader.error(
            "by", "is missing: name the column of the case whose changes are watched"
        )
    for key, (_, value) in fields.items():
        if value.previous and not spec.get("changes"):
            raise reader.error(f"{at}.fields.{key}", "asks for a previous value: add 'changes'")
    recorded = spec.get("recorded", top.get("recorded"))
    parties = spec.get("parties", top.get("parties", []))
    return Rule(
        type=kind,
        when=when,
        changes=reader.word(at, spec, "changes"),
        start=None if spec.get("start") is None else str(spec["start"]),
        first=bool(spec.get("first", False)),
        id=str(spec.get("id", "")),
        subject=str(reader.required(at, spec, "subject")),
        time=reader.value(f"{at}.time", reader.required(at, spec, "time"), time),
        recorded=None if recorded is None else reader.value(f"{at}.recorded", recorded, time),
        parties=reader.parties(f"{at}.parties", parties),
        actor=reader.actor(f"{at}.actor", spec.get("actor")),
        fields=fields,
        derivation=reader.word(at, spec, "derivation"),
        uncertainty=reader.seconds(at, spec),
    )


def _fields(
    reader: _Reader, at: str, spec: dict[str, Any], kind: EventType, time: TimeFormat
) -> dict[str, tuple[CatalogueField, Value]]:
    known = fields_of(kind)
    given = spec.get("fields") or {}
    if not isinstance(given, dict):
        raise reader.error(f"{at}.fields", "must give each field its column or constant")
    found = {}
    for key, value in given.items():
        if key not in known:
            raise reader.error(
                f"{at}.fields.{key}", f"is no field of {kind.name}: {nearest(str(key), known)}"
            )
        if known[key].klass == "list":
            raise reader.error(f"{at}.fields.{key}", "is a list and cannot come from one column")
        found[key] = (known[key], reader.value(f"{at}.fields.{key}", value, time))
    missing = {load().field(kind.domain, n).key for n in kind.required} - set(found)
    if missing:
        name = min(missing)
        raise reader.error(f"{at}.fields.{name}", f"is missing: {kind.name} requires it")
    return found
