"""Templates of surveys: sent and answered, on their scale or refused."""

from __future__ import annotations

from decimal import Decimal

from tests.ingestion.conftest import Home
from tests.ingestion.sources.templates import at, ingest


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
