"""Tables of tickets, the rules that map them, and their way into a home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.ingestion.conftest import Home

OPENED: dict[str, Any] = {
    "type": "case.opened",
    "id": "{ticket}/opened",
    "subject": "case/{ticket}",
    "time": "created",
    "fields": {
        "case_id": "ticket",
        "channel": {"column": "via", "values": {"Phone": "phone", "Mail": "email"}},
        "direction": {"const": "in"},
        "case_type": {"const": "support"},
    },
}
STATUS: dict[str, Any] = {
    "type": "case.status_changed",
    "changes": "state",
    "start": "new",
    "id": "{ticket}/status/{n}",
    "subject": "case/{ticket}",
    "time": "created",
    "fields": {
        "case_id": "ticket",
        "from_status": {"column": "state", "previous": True},
        "to_status": {
            "column": "state",
            "values": {"New": "new", "Busy": "open", "Done": "solved"},
        },
    },
}


def mapping_file(home: Home, *rules: dict[str, Any], **top: Any) -> Path:
    spec = {"source": "/table/test", "recorded": "created", "events": list(rules)} | top
    return home.write("map.yaml", yaml.safe_dump(spec, allow_unicode=True))


def ingest(home: Home, table: str | bytes, mapping: Path, name: str = "t.csv") -> dict[str, int]:
    return home.ingest(home.write(name, table), mapping_file=mapping)
