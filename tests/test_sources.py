"""`waypost sources` and `ingest --source`, and the landing folders that are read by their name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.ingestion.sources import stripe_payloads as payloads
from waypost import steps
from waypost.cli import cli
from waypost.settings import Settings

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CHARGE = payloads.event("charge.succeeded", payloads.charge(customer=None))
MAPPING = """
source: /till
events:
  - type: payment.succeeded
    subject: payment/{id}
    id: "{id}"
    time: {column: at, zone: UTC}
    fields:
      payment_id: {column: id}
      amount: {column: amount, unit: minor, currency: EUR}
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def write(path: Path, *documents: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(document) for document in documents))
    return path


def test_list_names_adapters_and_templates() -> None:
    found = json.loads(run("sources", "list", "--json").output)
    kinds = {(one["kind"], one["name"]) for one in found}
    assert {("adapter", name) for name in ("shopify", "stripe", "zendesk")} <= kinds
    assert ("template", "twilio_calls") in kinds
    assert all(one["about"] for one in found)
    assert "stripe" in run("sources", "list").output


def test_template_prints_the_file_to_copy() -> None:
    assert "source:" in run("sources", "template", "twilio_calls").output
    result = run("sources", "template", "nothing")
    assert result.exit_code == 2
    assert "choose one of" in result.output


def test_try_shows_what_would_become_of_a_file_and_writes_nothing(
    waypost_home: Path, tmp_path: Path
) -> None:
    odd = payloads.event("charge.failed", payloads.charge(amount="much"))
    unused = payloads.event("payout.paid", {"id": "po_1"})
    file = write(tmp_path / "in" / "a.jsonl", CHARGE, odd, unused)
    result = run("sources", "try", file, "--source", "stripe", "--json")
    found = json.loads(result.output)
    assert found["event_types"] == {"payment.succeeded": 1, "payment.failed": 1}
    assert found["unused"] == {"topic not used: payout.paid": 1}
    (wrong,) = found["quarantined"]
    assert (wrong["code"], wrong["path"], wrong["line"]) == ("missing_field", "data.amount", 2)
    assert "@" not in result.output
    assert not waypost_home.exists()
    assert not (waypost_home.parent / "secret").exists()
    told = run("sources", "try", file, "--source", "stripe", "--limit", "1").output
    assert "Would be quarantined: 1" in told
    assert "line 2: data.amount is missing." in told


@pytest.mark.parametrize(
    "arguments",
    [
        ("sources", "try", "nowhere.json", "--source", "stripe"),
        ("sources", "try", __file__, "--source", "nobody"),
        ("ingest", __file__, "--source", "nobody"),
        ("ingest", __file__, "--source", "stripe", "--mapping", "m.yaml"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    waypost_home: Path, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.output.strip().splitlines()[-1].startswith("Error: ")


def test_ingest_with_a_source_keeps_the_reasons_of_the_unused(
    waypost_home: Path, tmp_path: Path
) -> None:
    unused = payloads.event("payout.paid", {"id": "po_1"})
    file = write(tmp_path / "in" / "a.jsonl", CHARGE, unused, unused)
    result = run("ingest", file, "--source", "stripe", "--json")
    counts = json.loads(result.stdout.splitlines()[-1])
    assert (counts["read"], counts["appended"], counts["unused"]) == (3, 1, 2)
    (receipt,) = (waypost_home / "log" / "inputs").glob("*.json")
    assert json.loads(receipt.read_text())["unused_reasons"] == {"topic not used: payout.paid": 2}


def test_a_landing_folder_is_read_as_its_name_says(waypost_home: Path) -> None:
    settings = Settings.from_environment()
    settings.create()
    landing = settings.landing / "billing"
    write(landing / "stripe" / "pull.jsonl", {"waypost_delivery": 1, "document": CHARGE})
    (landing / "till").mkdir()
    (landing / "till" / "day.csv").write_text("id,at,amount\n7,2026-05-01 10:00:00,1190\n")
    (settings.config / "mappings").mkdir()
    (settings.config / "mappings" / "till.yaml").write_text(MAPPING)
    voided = {
        "specversion": "1.0",
        "id": "r1/voided",
        "source": "/erp",
        "type": "invoice.voided",
        "subject": "invoice/r1",
        "time": "2026-05-01T10:00:00Z",
        "data": {"invoice_id": "r1"},
    }
    write(landing / "erp" / "events.jsonl", voided)
    write(landing / "events.jsonl", voided | {"id": "r2/voided"})
    counts = steps.ingest_landing(settings, ["billing"], run_started_at=NOW)
    assert (counts["read"], counts["appended"]) == (4, 4)
    again = steps.ingest_landing(settings, ["billing"], run_started_at=NOW)
    assert (again["read"], again["skipped_inputs"]) == (0, 4)


def test_a_bad_mapping_in_one_folder_stops_no_other(waypost_home: Path) -> None:
    from waypost.cli import WaypostError

    settings = Settings.from_environment()
    settings.create()
    landing = settings.landing / "billing"
    write(landing / "stripe" / "pull.jsonl", CHARGE)
    write(landing / "aaa" / "x.jsonl", CHARGE)
    (settings.config / "mappings").mkdir()
    (settings.config / "mappings" / "aaa.yaml").write_text("source: /x\n")
    with pytest.raises(WaypostError, match=r"aaa\.yaml"):
        steps.ingest_landing(settings, ["billing"], run_started_at=NOW)
    (receipt,) = (settings.log / "inputs").glob("*.json")
    assert json.loads(receipt.read_text())["counts"]["appended"] == 1
