"""`waypost sources`: which systems can be connected, and what a file of theirs would become."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waypost.cli import UsageError
from waypost.settings import PROJECT

if TYPE_CHECKING:
    from ingestion.trial import Trial

TEMPLATES = PROJECT / "ingestion" / "sources" / "templates"


@click.group(epilog="Example: waypost sources try charge.json --source stripe")
def command() -> None:
    """List adapters and mapping templates; look at a file through an adapter."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="A JSON array.")
def list_sources(as_json: bool) -> None:
    """List the adapters and the mapping templates.

    \b
    waypost sources list --json
    """
    found = [*_adapters(), *_templates()]
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        print(f"{one['kind']:<9} {one['name']:<22} {one['about']}")


def _adapters() -> list[dict[str, Any]]:
    from ingestion import sources

    adapters = [sources.find(name) for name in sources.names()]
    return [
        {
            "kind": "adapter",
            "name": one.NAME,
            "version": one.VERSION,
            "about": one.ABOUT["en"],
            "topics": len(one.TOPICS),
            "tables": list(one.TABLES),
        }
        for one in adapters
    ]


def _templates() -> list[dict[str, Any]]:
    return [
        {"kind": "template", "name": path.stem, "about": _first_comment(path)}
        for path in sorted(TEMPLATES.glob("*.yaml"))
    ]


def _first_comment(path: Path) -> str:
    first = path.read_text("utf-8").partition("\n")[0]
    return first.lstrip("# ").strip() if first.startswith("#") else ""


@command.command("template")
@click.argument("name")
def template(name: str) -> None:
    """Print a mapping template, to be copied and edited.

    \b
    waypost sources template twilio_calls > config/mappings/calls.yaml
    """
    path = TEMPLATES / f"{name}.yaml"
    known = [one["name"] for one in _templates()]
    if name not in known:
        raise UsageError(f"There is no template '{name}': choose one of {', '.join(known)}.")
    print(path.read_text("utf-8"), end="")


@command.command("try")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--source", required=True, metavar="NAME", help="Adapter to read it with.")
@click.option("--topic", help="What a bare document is, such as orders/create.")
@click.option("--limit", default=5, show_default=True, help="How many of each to show.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def try_file(path: Path, source: str, topic: str | None, limit: int, as_json: bool) -> None:
    """Show what a file or a folder of tables would become; nothing is written.

    \b
    waypost sources try charge.json --source stripe
    waypost sources try export/ --source zendesk --limit 20 --json
    """
    from ingestion import trial
    from ingestion.inputs import InputError
    from ingestion.sources import SourceError

    if not path.exists():
        raise UsageError(f"{path} does not exist: name a file or a folder that does.")
    with tempfile.TemporaryDirectory() as work:
        try:
            found = trial.look(
                path, source, Path(work), topic=topic, now=datetime.now(UTC), limit=limit
            )
        except (InputError, SourceError) as error:
            raise UsageError(str(error)) from error
    if as_json:
        print(json.dumps(_as_dict(found, limit), ensure_ascii=False))
    else:
        _show(found, limit)


def _as_dict(found: Trial, limit: int) -> dict[str, Any]:
    names = ("code", "path", "line", "reason")
    return {
        "events": found.events,
        "event_types": dict(found.types.most_common()),
        "quarantined": [dict(zip(names, r, strict=True)) for r in found.quarantined[:limit]],
        "quarantined_count": len(found.quarantined),
        "unused": dict(found.unused.most_common()),
    }


def _show(found: Trial, limit: int) -> None:
    print(f"Events: {found.types.total()}")
    for kind, count in found.types.most_common():
        print(f"  {count:>7}  {kind}")
    for event in found.events:
        print(json.dumps(event, ensure_ascii=False, indent=2))
    print(f"Would be quarantined: {len(found.quarantined)}")
    for _, _, line, sentence in found.quarantined[:limit]:
        print(f"  line {line}: {sentence}")
    print(f"Unused: {found.unused.total()}")
    for reason, count in found.unused.most_common():
        print(f"  {count:>7}  {reason}")
