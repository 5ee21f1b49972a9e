"""What Zendesk measures itself: surveys with their scales, service levels, counters."""

from __future__ import annotations

from ingestion.sources.adapter import Unused
from tests.ingestion.sources.zendesk_outcomes import TIME, audit, outcomes, told


def test_ratings_and_audits_tell_one_survey() -> None:
    rating = {"id": 1, "ticket_id": 7, "requester_id": 10, "assignee_id": 20, "group_id": 5}
    page = {
        "satisfaction_ratings": [
            {**rating, "score": "offered", "created_at": TIME, "updated_at": TIME},
            {**rating, "score": "good_with_comment", "comment": "Danke!", "created_at": TIME,
             "updated_at": "2026-03-03T08:00:00Z"},
        ]
    }  # fmt: skip
    offered = {"type": "Change", "field_name": "satisfaction_score", "value": "offered"}
    rated = [
        {"type": "Change", "field_name": "satisfaction_score", "value": "good"},
        {"type": "Change", "field_name": "satisfaction_comment", "value": "Danke!"},
    ]
    answered = audit(rated, created_at="2026-03-03T08:00:00Z")
    by_rating = told(page)
    assert by_rating == told({"audits": [audit([offered]), answered]})
    assert by_rating["ticket/7/survey/offered"]["type"] == "survey.sent"
    good = by_rating["ticket/7/survey/good"]
    assert (good["score"], good["scale_min"], good["scale_max"]) == (1, 0, 1)
    assert good["comment_length"] == 6
    bad = {**rating, "score": "bad", "created_at": TIME}
    assert told(bad, "satisfaction_ratings")["ticket/7/survey/bad"]["score"] == 0


def test_a_survey_response_keeps_its_scale() -> None:
    response = {"id": "01H", "survey_id": "S1", "responder_id": 10,
                "subjects": [{"type": "ticket", "zrn": "zen:ticket:7", "id": "7"}],
                "answers": [{"type": "rating_scale", "rating": 4, "created_at": TIME},
                            {"type": "open_ended", "value": "Gut"}]}  # fmt: skip
    (event,) = told({"survey_responses": [response]}).values()
    assert (event["score"], event["scale_min"], event["scale_max"]) == (4, 1, 5)
    assert (event["case_id"], event["comment_length"]) == ("zd-7", 3)


def test_metric_events_become_targets_and_breaches() -> None:
    base = {"id": 1, "ticket_id": 7, "metric": "reply_time", "instance_id": 1, "time": TIME}
    sla = {"target": 480, "business_hours": True, "policy": {"id": 31, "title": "Gold"}}
    page = {
        "ticket_metric_events": [
            {**base, "type": "activate"},
            {**base, "type": "apply_sla", "sla": sla},
            {**base, "type": "apply_sla", "instance_id": 2, "sla": {**sla, "target": 60}},
            {**base, "type": "breach", "metric": "requester_wait_time"},
            {**base, "type": "breach", "deleted": True},
            {**base, "type": "apply_sla", "metric": "periodic_update_time", "sla": sla},
            {**base, "type": "pause"}, {**base, "type": "fulfill"},
            {**base, "type": "update_status", "status": {"calendar": 5, "business": 0}},
        ]
    }  # fmt: skip
    found = told(page)
    first = found[f"ticket/7/sla/first_reply/{TIME}"]
    assert (first["target_s"], first["clock"], first["policy_id"]) == (28_800, "business", "31")
    assert found[f"ticket/7/sla/next_reply/{TIME}"]["target_s"] == 3_600
    assert found[f"ticket/7/sla/requester_wait/{TIME}/breached"]["sla_made"] is False
    assert len(found) == 3
    assert sum(isinstance(o, Unused) for o in outcomes(page)) == 6


def test_ticket_metrics_are_the_sources_own_counters() -> None:
    metric = {"id": 1, "ticket_id": 7, "reopens": 2, "assignee_stations": 3, "group_stations": 2,
              "created_at": TIME, "updated_at": TIME}  # fmt: skip
    (event,) = told({"ticket_metrics": [metric]}).values()
    assert (event["reopen_count"], event["reassignment_count"]) == (2, 2)
