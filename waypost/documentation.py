"""Writes the generated parts of docs/ from their sources; knows no warehouse, no clock."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ingestion import mapping, sources
from ingestion.catalogue import Catalogue, EventType, Field, load
from ingestion.sources.adapter import Adapter, Unused
from waypost import metric_contract
from waypost.metric_contract import Metric
from waypost.settings import PROJECT

DBT = PROJECT / "dbt_project"
MARTS = (DBT / "models" / "marts",)
GENERATED = (
    "<!-- Written by `waypost metrics --write-docs`; a test fails when it is out of date. -->"
)

COVERAGE = ("<!-- coverage: begin -->", "<!-- coverage: end -->")


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return [*lines, ""]


def _field_kind(field: Field) -> str:
    if field.klass == "enum":
        return "one of " + ", ".join(f"`{value}`" for value in field.values)
    kind = field.klass if field.type is None else f"{field.klass} ({field.type})"
    if field.personal:
        return f"{kind}, personal: kept as a keyed hash"
    return f"{kind}, {field.unit}" if field.unit else kind


def _event(catalogue: Catalogue, kind: EventType) -> list[str]:
    about = f"{kind.about['en']} *{kind.about['de']}*"
    needs = ["one of " + ", ".join(kind.any_of)] if kind.any_of else []
    needs += [f"at least {kind.min_parties} party_refs"] if kind.min_parties else []
    needs += [f"check `{check.code}`: {check.sentence}" for check in kind.checks]
    lines = [f"### `{kind.name}`: {kind.label['en']} / {kind.label['de']}", "", about, ""]
    lines += [f"Subject `{kind.subject}`, rank {kind.rank}. " + "; ".join(needs), ""]
    fields = [(name, catalogue.field(kind.domain, name)) for name in kind.fields]
    return lines + _table(
        ("field", "required", "type", "English", "Deutsch"),
        (
            (
                f"`{field.key}`",
                "yes" if name in kind.required else "",
                _field_kind(field),
                field.label["en"],
                field.label["de"],
            )
            for name, field in fields
        ),
    )


def events_page(catalogue: Catalogue) -> str:
    """Every event type of the catalogue with its fields."""
    domains: dict[str, list[EventType]] = {}
    for kind in catalogue.types.values():
        domains.setdefault(kind.domain, []).append(kind)
    lines = ["# Events", "", GENERATED, ""]
    lines += [
        f"{len(catalogue.types)} event types in {len(domains)} domains. Any event may also carry "
        + ", ".join(f"`{name}`" for name in catalogue.common)
        + ", `party_refs`, `objects` and `actor`. Text never enters the log.",
        "",
    ]
    for domain in domains:
        lines += [f"## Domain {domain}", ""]
        for kind in catalogue.domain_types(domain):
            lines += [line.rstrip() for line in _event(catalogue, kind)]
    return "\n".join(lines)


def mart_models() -> list[dict[str, Any]]:
    """Entries of the marts in the dbt YAML, by name."""
    files = (path for folder in MARTS for path in sorted(folder.rglob("_*.yml")))
    entries = (yaml.safe_load(path.read_text("utf-8")).get("models") or [] for path in files)
    return sorted((model for part in entries for model in part), key=lambda model: model["name"])


def _metric(metric: Metric) -> list[str]:
    formula = f"`{metric.numerator}`"
    if metric.denominator:
        formula += f" ÷ `{metric.denominator}`"
    where = "".join(f", where `{condition}`" for condition in metric.filters)
    return [
        f"### {metric.label['en']} / {metric.label['de']}",
        "",
        f"{metric.definition['en']}",
        "",
        f"*{metric.definition['de']}*",
        "",
        f"`{metric.metric_id}` = {formula} of [`{metric.model}`](#{metric.model}){where}. "
        f"Unit: {metric.unit}. Owner: {metric.owner}.",
        "",
    ]


def _mart(model: Mapping[str, Any]) -> list[str]:
    lines = [f"### {model['name']}", "", " ".join(str(model["description"]).split()), ""]
    columns = model.get("columns") or []
    return lines + _table(
        ("column", "type", "meaning"),
        ((f"`{c['name']}`", c.get("data_type", ""), c.get("description", "")) for c in columns),
    )


def metrics_page(
    metrics: Sequence[Metric],
    models: Sequence[Mapping[str, Any]],
    glossary: Sequence[Mapping[str, str]],
) -> str:
    """Every metric, every mart column, and the glossary."""
    lines = ["# Metrics and marts", "", GENERATED, "", f"## {len(metrics)} metrics", ""]
    for metric in metrics:
        lines += _metric(metric)
    lines += [f"## {len(models)} marts", ""]
    for model in models:
        lines += _mart(model)
    lines += ["## Glossary", ""]
    lines += _table(("English", "Deutsch"), ((row["term_en"], row["term_de"]) for row in glossary))
    return "\n".join(lines)


def _told(outcome: tuple[str, ...] | Unused) -> str:
    if isinstance(outcome, Unused):
        return outcome.reason
    return ", ".join(f"`{name}`" for name in outcome) or "nothing of its own"


def _adapter(adapter: Adapter) -> list[str]:
    """What each topic becomes; topics without any use in one line."""
    unused = [
        topic
        for topic, outcome in adapter.TOPICS.items()
        if isinstance(outcome, Unused) and outcome.reason.startswith("topic not used")
    ]
    used = [(f"`{t}`", _told(o)) for t, o in adapter.TOPICS.items() if t not in unused]
    about = f"{adapter.ABOUT['en']} *{adapter.ABOUT['de']}*"
    lines = [f"### {adapter.NAME.capitalize()}", "", about, ""]
    lines += _table(("topic", "event types, or why not"), used)
    lines += [f"Tables of an export: {', '.join(f'`{name}`' for name in adapter.TABLES)}.", ""]
    if unused:
        listed = ", ".join(f"`{topic}`" for topic in sorted(unused))
        lines += [f"Not used, and counted as such ({len(unused)}): {listed}.", ""]
    return [*lines, "Any other topic ends as `topic not used`.", ""]


def _template(path: Path) -> tuple[str, str, str]:
    english, german = path.read_text("utf-8").splitlines()[:2]
    kinds = dict.fromkeys(rule.type.name for rule in mapping.read(path).rules)
    about = f"{english.lstrip('# ')} *{german.lstrip('# ')}*"
    return f"`{path.stem}`", about, ", ".join(f"`{kind}`" for kind in kinds)


def coverage() -> str:
    """What every topic of every adapter and every mapping template becomes."""
    lines = [GENERATED, ""]
    for name in sources.names():
        lines += _adapter(sources.find(name))
    lines += ["### Mapping templates", ""]
    templates = sorted((PROJECT / "ingestion" / "sources" / "templates").glob("*.yaml"))
    lines += _table(("template", "what", "event types"), map(_template, templates))
    return "\n".join(lines)


def sources_page(text: str) -> str:
    """The page with the part between its marks written anew."""
    before, begin, rest = text.partition(COVERAGE[0])
    _, end, after = rest.partition(COVERAGE[1])
    return f"{before}{begin}\n{coverage()}\n{end}{after}"


def pages() -> dict[str, str]:
    """Text of each generated page by its path below the project."""
    with (DBT / "seeds" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        glossary = list(csv.DictReader(file))
    return {
        "docs/metrics.md": metrics_page(metric_contract.load(), mart_models(), glossary),
        "docs/events.md": events_page(load()),
        "docs/sources.md": sources_page((PROJECT / "docs" / "sources.md").read_text("utf-8")),
    }


def write(project: Path = PROJECT) -> list[Path]:
    """Write the generated pages and return their paths."""
    written = []
    for name, text in pages().items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        written.append(path)
    return written
