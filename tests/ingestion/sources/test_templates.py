"""Each mapping template with a small table of its own: which events it gives, what it refuses."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.mapping import read
from tests.ingestion.conftest import Home

TEMPLATES = Path(__file__).resolve().parents[3] / "ingestion" / "sources" / "templates"
NAMES = sorted(path.stem for path in TEMPLATES.glob("*.yaml"))


def at(day: int, hour: int, minute: int = 0, second: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


def ingest(home: Home, template: str, table: str | bytes) -> dict[str, int]:
    path = home.write(f"{template}.csv", table)
    return home.ingest(path, mapping_file=TEMPLATES / f"{template}.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_a_sound_mapping_that_says_in_two_languages_what_it_is(name: str) -> None:
    mapping = read(TEMPLATES / f"{name}.yaml")
    assert mapping.source.startswith("/")
    assert all(rule.id for rule in mapping.rules), "an id that names the fact"
    english, german, *_ = (TEMPLATES / f"{name}.yaml").read_text("utf-8").splitlines()
    assert english.startswith("# ") and german.startswith("# ") and english != german


def test_every_template_has_a_test() -> None:
    here = Path(__file__).read_text("utf-8")
    assert [name for name in NAMES if f'"{name}' not in here] == []
    assert len(NAMES) == 12


def test_calls_of_twilio(home: Home) -> None:
    table = (
        "sid,parent_call_sid,from,to,direction,status,start_time,end_time,duration\n"
        'CA1,,+493012345678,+4989100,inbound,completed,"Mon, 02 Mar 2026 09:00:00 +0000","Mon, 02 Mar 2026 09:10:00 +0000",600\n'
        'CA2,CA1,+493012345678,+4989101,outbound-dial,completed,"Mon, 02 Mar 2026 09:02:00 +0000","Mon, 02 Mar 2026 09:06:00 +0000",240\n'
        'CA3,CA1,+493012345678,+4989102,outbound-dial,no-answer,"Mon, 02 Mar 2026 09:01:00 +0000",,0\n'
        'CA4,,+493012345679,+4989100,inbound,no-answer,"Mon, 02 Mar 2026 10:00:00 +0000","Mon, 02 Mar 2026 10:00:45 +0000",0\n'
        'CA5,,+4989100,+493012345678,outbound-api,busy,"Mon, 02 Mar 2026 11:00:00 +0000",,0\n'
        'CA6,,+4989100,+493012345678,carrier-pigeon,completed,"Mon, 02 Mar 2026 12:00:00 +0000",never,0\n'
    )
    counts = ingest(home, "twilio_calls", table)
    assert home.rows(
        columns="event_id, event_type, contact_id, direction, occurred_at, talk_s"
    ) == [
        ("CA1/ended", "contact.ended", "CA1", None, at(2, 9, 10), None),
        ("CA1/started", "contact.started", "CA1", "in", at(2, 9), None),
        ("CA2/answered", "contact.answered", "CA1", None, at(2, 9, 2), None),
        ("CA2/ended", "contact.ended", "CA1", None, at(2, 9, 6), 240),
        ("CA4/abandoned", "contact.abandoned", "CA4", None, at(2, 10, 0, 45), None),
        ("CA4/started", "contact.started", "CA4", "in", at(2, 10), None),
        ("CA5/started", "contact.started", "CA5", "out", at(2, 11), None),
    ]
    hashes = dict(home.rows(columns="event_id, party_hash"))
    assert hashes["CA1/started"] == hashes["CA5/started"] != hashes["CA4/started"]
    assert home.reasons() == [("bad_time", "time", 7), ("enum", "data.direction", 7)]
    assert (counts["read"], counts["unused"]) == (10, 1)


def test_segments_of_twilio_flex(home: Home) -> None:
    table = (
        "Conversation ID,Segment ID,Date Time,Channel,Direction,Customer Phone,Queue,Agent,Abandoned,"
        "Transferred To,Queue Time,Talk Time,Hold Time,Wrap Up Time\n"
        "CH1,1,2026-03-02 09:00:00,Call,Inbound,+493012345678,Billing,7,No,Returns,30,200,10,25\n"
        "CH1,2,2026-03-02 09:04:00,Call,Inbound,+493012345678,Returns,8,No,,5,60,0,15\n"
        "CH2,1,2026-03-02 10:00:00,Call,Inbound,+493012345679,Billing,,Yes,,95,,,\n"
    )
    ingest(home, "twilio_flex_segments", table)
    columns = "event_id, occurred_at, coalesce(queue, to_queue), wait_s, talk_s, hold_s, acw_s"
    none = (None, None, None)
    assert home.rows(columns=columns) == [
        ("CH1/1/answered", at(2, 8, 0, 30), "Billing", 30, *none),
        ("CH1/1/ended", at(2, 8, 4), None, None, 200, 10, 25),
        ("CH1/1/queued", at(2, 8), "Billing", None, *none),
        ("CH1/1/transferred", at(2, 8, 4), "Returns", None, *none),
        ("CH1/2/answered", at(2, 8, 4, 5), "Returns", 5, *none),
        ("CH1/2/ended", at(2, 8, 5, 5), None, None, 60, 0, 15),
        ("CH1/2/queued", at(2, 8, 4), "Returns", None, *none),
        ("CH1/started", at(2, 8), "Billing", None, *none),
        ("CH2/1/abandoned", at(2, 9, 1, 35), "Billing", 95, *none),
        ("CH2/1/queued", at(2, 9), "Billing", None, *none),
        ("CH2/started", at(2, 9), "Billing", None, *none),
    ]
    assert home.reasons() == []


def test_contact_records_of_amazon_connect(home: Home) -> None:
    head = (
        "contact_id,initial_contact_id,channel,initiation_method,customer_endpoint_address,queue_name,"
        "agent_routing_profile_name,initiation_timestamp,queue_enqueue_timestamp,queue_duration_ms,"
        "agent_connected_to_agent_timestamp,agent_interaction_duration_ms,"
        "agent_customer_hold_duration_ms,agent_after_contact_work_duration_ms,disconnect_timestamp,"
        "disconnect_reason\n"
    )
    table = head + (
        "c1,,VOICE,INBOUND,+493012345678,Billing,Team A,2026-03-02T09:00:00Z,2026-03-02T09:00:20Z,30400,"
        "2026-03-02T09:00:51Z,180600,12000,20000,2026-03-02T09:04:00Z,CONTACT_FLOW_DISCONNECT\n"
        "c2,c1,VOICE,QUEUE_TRANSFER,+493012345678,Returns,Team B,2026-03-02T09:04:00Z,2026-03-02T09:04:00Z,5000,"
        "2026-03-02T09:04:05Z,60000,0,null,2026-03-02T09:05:05Z,CUSTOMER_DISCONNECT\n"
        "c3,,VOICE,INBOUND,+493012345679,Billing,,2026-03-02T10:00:00Z,2026-03-02T10:00:10Z,50000,"
        ",,,,2026-03-02T10:01:00Z,CUSTOMER_DISCONNECT\n"
        "c4,,TASK,API,,,,2026-03-02T11:00:00Z,,,,,,,2026-03-02T11:01:00Z,API\n"
        "c5,,VOICE,INBOUND,+493012345679,Billing,,2026-03-02 25:00:00,,,,,,,2026-03-02T12:01:00Z,OTHER\n"
    )
    counts = ingest(home, "amazon_connect_contacts", table)
    columns = "event_id, contact_id, occurred_at, coalesce(queue, to_queue), wait_s, talk_s, hold_s, acw_s, disconnected_by"
    none = (None, None, None, None)
    assert home.rows(columns=columns) == [
        ("c1/answered", "c1", at(2, 9, 0, 51), "Billing", 30, *none),
        ("c1/ended", "c1", at(2, 9, 4), None, None, 181, 12, 20, "system"),
        ("c1/queued", "c1", at(2, 9, 0, 20), "Billing", None, *none),
        ("c1/started", "c1", at(2, 9), None, None, *none),
        ("c2/answered", "c1", at(2, 9, 4, 5), "Returns", 5, *none),
        ("c2/ended", "c1", at(2, 9, 5, 5), None, None, 60, 0, None, "customer"),
        ("c2/queued", "c1", at(2, 9, 4), "Returns", None, *none),
        ("c2/transferred", "c1", at(2, 9, 4), "Returns", None, *none),
        ("c3/abandoned", "c3", at(2, 10, 1), "Billing", 50, *none),
        ("c3/ended", "c3", at(2, 10, 1), None, None, None, None, None, "customer"),
        ("c3/queued", "c3", at(2, 10, 0, 10), "Billing", None, *none),
        ("c3/started", "c3", at(2, 10), None, None, *none),
        ("c5/ended", "c5", at(2, 12, 1), None, None, None, None, None, "system"),
    ]
    assert home.reasons() == [("bad_time", "time", 6)]
    assert counts["unused"] == 1


def test_conversations_of_genesys_cloud(home: Home) -> None:
    table = (
        "Conversation ID,Date,End Date,Media Type,Initial Direction,Remote,Queue,Wrap-up,Disconnect Type,"
        "Total IVR,Total Queue,Total Talk,Total Hold,Total ACW,Abandoned,Transferred\n"
        "g1,2026-03-29 01:59:00,2026-03-29 03:05:00,voice,Inbound,+493012345678,Billing,refund,peer,"
        "20000,45000,240000,10000,30500,NO,YES\n"
        "g2,2026-03-30 10:00:00,2026-03-30 10:01:10,voice,Inbound,+493012345679,Billing,,peer,"
        "10000,60000,,,,YES,NO\n"
        "g3,2026-03-30 11:00:00,2026-03-30 11:01:10,email,Inbound,anna@example.com,Billing,,,,,,,,NO,NO\n"
        "g4,2026-03-30 12:00:00,2026-03-30 12:01:00,chat,Sideways,,,,,,,x,,,NO,NO\n"
    )
    counts = ingest(home, "genesys_conversations", table)
    columns = "event_id, occurred_at, coalesce(queue, to_queue), wait_s, talk_s, hold_s, acw_s, time_uncertainty_seconds"
    none = (None, None, None, None)
    assert home.rows(columns=columns) == [
        ("g1/answered", at(29, 1, 0, 5), "Billing", 45, *none),
        ("g1/ended", at(29, 1, 5), None, None, 240, 10, 31, None),
        ("g1/queued", at(29, 0, 59, 20), "Billing", None, *none),
        ("g1/started", at(29, 0, 59), "Billing", None, *none),
        ("g1/transferred", at(29, 1, 5), "Billing", None, None, None, None, 3600),
        ("g2/abandoned", at(30, 8, 1, 10), "Billing", 60, *none),
        ("g2/ended", at(30, 8, 1, 10), None, None, None, None, None, None),
        ("g2/queued", at(30, 8, 0, 10), "Billing", None, *none),
        ("g2/started", at(30, 8), "Billing", None, *none),
    ]
    assert home.reasons() == [("enum", "data.direction", 5), ("wrong_type", "data.talk_s", 5)]
    assert counts["unused"] == 1


def test_satisfaction_of_customers(home: Home) -> None:
    table = (
        "survey_id,sent_at,answered_at,email,case_id,trigger_point,score,comment\n"
        "s1,2026-03-02 09:00:00,2026-03-03 09:00:00,anna@example.com,c1,case_solved,4,Sehr gut\n"
        "s2,2026-03-02 09:00:00,,ben@example.com,c2,case_solved,,\n"
        "s3,2026-03-02 09:00:00,2026-03-03 09:00:00,eva@example.com,c3,case_solved,6,\n"
    )
    ingest(home, "survey_csat", table)
    columns = "event_id, survey_kind, score, scale_min, scale_max, higher_is_better, comment_length"
    assert home.rows("feedback", columns) == [
        ("s1/answered", "csat", 4, 1, 5, True, 8),
        ("s1/sent", "csat", None, None, None, None, None),
        ("s2/sent", "csat", None, None, None, None, None),
        ("s3/sent", "csat", None, None, None, None, None),
    ]
    assert home.reasons() == [("score_out_of_scale", "data.score", 4)]
    assert "anna" not in str(home.rows("feedback"))


def test_recommendation_in_german_spelling(home: Home) -> None:
    table = (
        "Umfrage;Versandt am;Beantwortet am;E-Mail;Bestellung;Anlass;Bewertung;Kommentar\n"
        "u1;02.03.2026 10:00;03.03.2026 10:00;anna@example.de;b1;nach_lieferung;10,0;\n"
        "u2;02.03.2026 10:00;03.03.2026 10:00;ben@example.de;b2;nach_lieferung;0;Zu spät\n"
        "u3;2026-03-02;;eva@example.de;b3;nach_lieferung;;\n"
        "u4;02.03.2026 10:00;03.03.2026 10:00;eva@example.de;b4;nach_lieferung;gut;\n"
    )
    ingest(home, "survey_nps", table)
    rows = home.rows("feedback", "event_id, occurred_at, score, scale_max, order_id")
    assert rows == [
        ("u1/answered", at(3, 9), Decimal(10), 10, "b1"),
        ("u1/sent", at(2, 9), None, None, "b1"),
        ("u2/answered", at(3, 9), Decimal(0), 10, "b2"),
        ("u2/sent", at(2, 9), None, None, "b2"),
        ("u4/sent", at(2, 9), None, None, "b4"),
    ]
    assert home.reasons() == [("bad_time", "time", 4), ("wrong_type", "data.score", 5)]


def test_effort_of_customers(home: Home) -> None:
    table = (
        "survey_id,sent_at,answered_at,email,contact_id,trigger_point,score,comment\n"
        "e1,2026-07-01 12:00:00,,anna@example.com,k1,after_call,,\n"
        "e2,2026-04-01 12:00:00,2026-04-01 12:05:00,anna@example.com,k1,after_call,7,\n"
        "e3,2026-04-01 12:00:00,2026-04-01 12:05:00,anna@example.com,k2,after_call,0,\n"
    )
    ingest(home, "survey_ces", table)
    columns = "event_id, survey_kind, scale_id, score, scale_max, contact_id"
    assert home.rows("feedback", columns) == [
        ("e2/answered", "ces", "ces2_1_7", 7, 7, "k1"),
        ("e2/sent", "ces", "ces2_1_7", None, None, "k1"),
        ("e3/sent", "ces", "ces2_1_7", None, None, "k2"),
    ]
    assert home.reasons() == [
        ("recorded_in_future", "recordedtime", 2),
        ("score_out_of_scale", "data.score", 4),
    ]


def test_documents_of_an_erp_system(home: Home) -> None:
    table = (
        "Belegnummer;Belegart;Belegdatum;Fälligkeit;Währung;Netto;Steuer;Brutto;Zahlbetrag;Auftrag;"
        "Kundennummer;E-Mail;Storno am\n"
        "R1;Rechnung;02.03.2026;16.03.2026;EUR;1.000,00;190,00;1.190,00;;A1;4711;anna@example.de;\n"
        "G1;Gutschrift;29.03.2026;;EUR;100,00;19,00;119,00;0,00;A1;4711;anna@example.de;\n"
        "R2;Rechnung;03.03.2026;17.03.2026;EUR;10,00;1,90;12,00;12,00;A2;4712;;04.03.2026\n"
        "R3;Lieferschein;03.03.2026;17.03.2026;EUR;10,00;1,90;11,90;;A2;4712;;\n"
        "R4;Rechnung;31.02.2026;17.03.2026;EUR;10.00;1,90;11,90;;A2;4712;;\n"
    )
    ingest(home, "erp_invoices", table)
    columns = (
        "event_id, type_code, issue_date, due_date, net_minor, tax_minor, gross_minor, "
        "amount_due_minor, gross_currency, occurred_at, time_uncertainty_seconds"
    )
    nothing = (None,) * 8
    assert home.rows("billing", columns) == [
        ("G1/issued", "381", date(2026, 3, 29), date(2026, 3, 29), 10000, 1900, 11900, 0, "EUR",
         at(28, 23), 86400),
        ("R1/issued", "380", date(2026, 3, 2), date(2026, 3, 16), 100000, 19000, 119000, 119000, "EUR",
         at(1, 23), 86400),
        ("R2/voided", *nothing, at(3, 23), 86400),
    ]  # fmt: skip
    assert home.reasons() == [
        ("gross_mismatch", "data.gross", 4),
        ("enum", "data.type_code", 5),
        ("bad_time", "time", 6),
    ]


def test_payments_of_an_erp_system(home: Home) -> None:
    table = (
        "Buchung;Buchungsdatum;Betrag;Währung;Zahlweg;Belegnummer;Kundennummer;Rückgabegrund;Zahlung\n"
        "Z1;10.03.2026;1.190,00;EUR;Überweisung;R1;4711;;\n"
        "Z2;11.03.2026;50,00;EUR;Lastschrift;R5;4713;AM04;\n"
        "Z3;12.03.2026;119,00-;EUR;Überweisung;G1;4711;;Z1\n"
        "Z4;13.03.2026;-20;EUR;Barscheck;G2;4711;;\n"
        "Z5;13.03.2026;;EUR;Barscheck;R6;4711;;\n"
    )
    counts = ingest(home, "erp_payments", table)
    columns = "event_id, event_type, payment_id, amount_minor, method, failure_code"
    assert home.rows("billing", columns) == [
        ("Z1/succeeded", "payment.succeeded", "Z1", 119000, "transfer", None),
        ("Z2/failed", "payment.failed", "Z2", 5000, None, "AM04"),
        ("Z3/refunded", "refund.issued", "Z1", -11900, None, None),
    ]
    assert home.reasons() == [("missing_field", "data.payment_id", 5)]
    assert counts["unused"] == 1


def test_dunning_of_an_erp_system(home: Home) -> None:
    table = (
        "Belegnummer;Mahnstufe;Mahndatum;Mahngebühr;Währung;Kundennummer\n"
        "R1;1;20.03.2026;;EUR;4711\nR1;2;03.04.2026;5,00;EUR;4711\nR2;0;20.03.2026;;EUR;4712\n"
        "R3;1;20.03.2026;fünf;EUR;4713\n"
    )
    counts = ingest(home, "erp_dunning", table)
    columns = "event_id, dunning_level, fee_minor, occurred_at"
    assert home.rows("billing", columns) == [
        ("R1/dunning/1/20.03.2026", 1, None, at(19, 23)),
        ("R1/dunning/2/03.04.2026", 2, 500, at(2, 22, month=4)),
    ]
    assert home.reasons() == [("bad_money", "data.fee", 5)]
    assert counts["unused"] == 1


def test_costs_out_of_the_ledger(home: Home) -> None:
    table = (
        "Buchung;Buchungsdatum;Periode;Kostenstelle;Betrag;Währung\n"
        "L1;31.03.2026;03/2026;4100;12.345,67;EUR\nL2;31.03.2026;03/2026;4100;45,67-;EUR\n"
        "L3;31.03.2026;03/2026;9999;1,00;EUR\nL4;31.03.2026;März;4200;1,00;EUR\n"
    )
    ingest(home, "cost_ledger", table)
    columns = "event_id, cost_center, period, amount_minor"
    assert home.rows("billing", columns) == [
        ("L1", "service", date(2026, 3, 1), 1234567),
        ("L2", "service", date(2026, 3, 1), -4567),
    ]
    assert home.reasons() == [("enum", "data.cost_center", 4), ("bad_date", "data.period", 5)]


def test_rates_of_the_central_bank_one_column_a_currency(home: Home, tmp_path: Path) -> None:
    table = (
        "Date,USD,JPY,CYP,\n2026-03-03,1.0832,162.45,N/A,\n2026-03-02,1.0810,0,N/A,\n"
        "2026-02-30,1.08,,N/A,\n2026-02-28,N/A,N/A,N/A,\n"
    )
    with zipfile.ZipFile(tmp_path / "eurofxref-hist.zip", "w") as archive:
        archive.writestr("eurofxref-hist.csv", table)
    counts = home.ingest(
        tmp_path / "eurofxref-hist.zip", mapping_file=TEMPLATES / "ecb_fx_rates.yaml"
    )
    columns = "event_id, from_currency, to_currency, rate_date, rate, occurred_at, recorded_at"
    assert home.rows("billing", columns) == [
        ("EUR/JPY/2026-03-03", "EUR", "JPY", date(2026, 3, 3), Decimal("162.45"), at(3, 15), at(3, 15)),
        ("EUR/USD/2026-03-02", "EUR", "USD", date(2026, 3, 2), Decimal("1.081"), at(2, 15), at(2, 15)),
        ("EUR/USD/2026-03-03", "EUR", "USD", date(2026, 3, 3), Decimal("1.0832"), at(3, 15), at(3, 15)),
    ]  # fmt: skip
    assert home.reasons() == [("rate_not_positive", "data.rate", 3), ("bad_time", "time", 4)]
    assert (counts["read"], counts["unused"]) == (6, 1)
