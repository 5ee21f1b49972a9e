"""Templates of telephone systems: calls as contacts with their queues, waits, talks and ends."""

from __future__ import annotations

from tests.ingestion.conftest import Home
from tests.ingestion.sources.templates import at, ingest


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
