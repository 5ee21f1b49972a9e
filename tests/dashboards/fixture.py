# ruff: noqa: E501
"""A small warehouse with the marts' columns and generated rows, for pages without a pipeline."""

from __future__ import annotations

from pathlib import Path

import duckdb

SQL = """
create schema marts; create schema log;
create table log.build as select 'build-1' as build_id, timestamptz '2026-06-29 21:59:00+00' as as_of;
create table log.receipts as select 'contact.jsonl' as file_name, 1200 as read, 1180 as appended, 10 as duplicates,
    8 as quarantined, 2 as unused, 0 as refused, timestamptz '2026-06-29 22:00:00+00' as committed_at;
create table log.quarantine as select 'q' || i as quarantine_id, 'k1' as input_key, '/helpdesk/demo' as source,
    i as line_number, 'schema' as stage, case when i % 3 = 0 then 'wrong_type' else 'missing_field' end as code,
    'data.case_id' as path, 'A required field is missing.' as reason, timestamptz '2026-06-01 00:00:00+00' as first_seen_at
    from range(8) r(i);
create table marts.reasons as from read_csv('{reasons}', all_varchar = true);
create table marts.contacts as
with base as (
    select i, (hash(i) % 1000) / 1000.0 as u, (hash(i, 7) % 1000) / 1000.0 as v, (hash(i, 3) % 23)::int as reason_n,
        timestamptz '2026-01-01 08:00:00+00' + to_seconds((i * 15552000 / 6000)::bigint) as started_at
    from range(6000) r(i)
), named as (
    select base.*, rs.* from base inner join (select *, row_number() over (order by reason_code) - 1 as n from marts.reasons) rs
    on rs.n = base.reason_n
)
select 'ct-' || i as contact_id, ['call','chat','thread'][1 + i % 3] as contact_kind, 'p' || (i % 900) as party_id,
    case when i % 3 <> 0 then 'zd-' || (i // 2) end as case_id, 'ep-' || (i // 2) as episode_id,
    1 + i % 2 as contact_number, ['phone','chat','email','web_form'][1 + (i * 7) % 4] as channel, 'in' as direction,
    'reactive' as service_mode, reason_code, reason_family, 'o-' || (i % 2000) as order_id, started_at,
    case when i % 3 = 0 then 30 + 300 * u end as wait_seconds, 300 * v as talk_seconds, 60 * u as hold_seconds, 60.0 as acw_seconds,
    300 * v + 60 * u + 60 as handling_seconds, i % 3 = 2 as is_handling_estimated, i % 40 = 0 as is_abandoned,
    true as is_customer_initiated, i % 11 <> 0 as is_human_handled, i % 2 = 1 as is_repeat,
    ['basic','normal','extended','unknown'][1 + i % 4] as segment,
    ['order.placed','shipment.dispatched','invoice.issued','payment.failed','no_object'][1 + (i * 5) % 5] as journey_step,
    demand_type, 'e-' || i as demand_evidence_event_id, 'late_delivery' as demand_evidence,
    case when customer_value = 'valuable' and company_value = 'valuable' then 'leverage' when customer_value = 'valuable'
        then 'automate' when company_value = 'valuable' then 'simplify' else 'eliminate' end as quadrant,
    customer_value = 'valuable' and company_value = 'valuable' as is_value_creating, owner_department,
    (3 + 9 * v)::decimal(18,2) as service_cost_amount, (2 + 6 * v)::decimal(18,2) as direct_cost_amount,
    (1 + 3 * v)::decimal(18,2) as overhead_amount, i % 3 = 2 as is_cost_estimated, (4 + 10 * u) as customer_minutes,
    date_trunc('month', started_at)::date as month
from named;
create table marts.contact_reason_months as
select month, contacts.reason_code, any_value(r.label_en) as label_en, any_value(r.label_de) as label_de,
    any_value(contacts.reason_family) as reason_family, any_value(contacts.owner_department) as owner_department,
    any_value(quadrant) as quadrant, any_value(r.customer_value) as customer_value, any_value(r.company_value) as company_value,
    count(*) as contact_count, count(*) filter (is_human_handled) as human_contact_count, count(*) filter (is_repeat) as repeat_contact_count,
    sum(service_cost_amount)::decimal(18,2) as service_cost_amount, sum(handling_seconds) as handling_seconds,
    case when any_value(quadrant) in ('leverage', 'simplify') then (count(*) // 3)::bigint else 0 end as offer_count,
    case when any_value(quadrant) in ('leverage', 'simplify') then (count(*) // 8)::bigint else 0 end as accepted_offer_count,
    case when any_value(quadrant) in ('leverage', 'simplify') then (count(*) // 8 * 39.9)::decimal(18,2) else 0 end as accepted_offer_amount,
    (count(*) // 5 * 4.6) as ces_score_sum, (count(*) // 8)::bigint as ces_top_count, (count(*) // 5)::bigint as ces_response_count,
    case when any_value(quadrant) = 'automate' then (sum(service_cost_amount) * any_value(r.automatable_share)::decimal(18,2))::decimal(18,2) else 0 end as automation_gain_amount,
    any_value(quadrant) as data_quadrant, contacts.reason_code = 'after.usage' as is_disagreement
from marts.contacts inner join marts.reasons r on r.reason_code = contacts.reason_code group by all;
drop table marts.reasons;
create table marts.monthly_costs as
select month, 4800 + 40 * month_n as active_customer_count, 900 as contacting_customer_count,
    (sum_cost * 1.25)::decimal(18,2) as service_amount, 21000::decimal(18,2) as marketing_amount, 14000::decimal(18,2) as sales_amount,
    58000::decimal(18,2) as production_amount, 17000::decimal(18,2) as logistics_amount, 4000::decimal(18,2) as billing_amount,
    sum_cost::decimal(18,2) as direct_service_amount, (sum_cost * 0.25)::decimal(18,2) as residual_service_amount,
    n as human_inbound_contact_count, v as value_creating_contact_count, f as failure_contact_count, c as classified_contact_count,
    month < date '2026-06-01' as is_complete_month
from (select month, month(month) as month_n, sum(service_cost_amount * (0.9 + 0.04 * month(month))) as sum_cost,
    count(*) filter (is_human_handled) as n, count(*) filter (is_value_creating and is_human_handled) as v,
    count(*) filter (demand_type = 'failure') as f, count(*) as c from marts.contacts group by all);
create table marts.customer_costs as select party_id, month, segment, count(*) as contact_count,
    sum(service_cost_amount)::decimal(18,2) as service_cost_amount, (10 + hash(party_id) % 50)::decimal(18,2) as margin_amount
    from marts.contacts group by all;
create table marts.cases as select case_id, any_value(party_id) as party_id, any_value(segment) as segment, any_value(channel) as channel,
    'support' as case_type, any_value(reason_code) as reason_code, any_value(reason_family) as reason_family, 'normal' as priority, 'solved' as status,
    any_value(order_id) as order_id, 'https://helpdesk.example/cases/' || case_id as source_url, min(started_at) as opened_at,
    min(started_at) + interval 1 day as resolved_at, 3600.0 as first_reply_seconds, 86400.0 as resolution_seconds, 0 as reopen_count,
    1 as transfer_count, true as is_resolved from marts.contacts where case_id is not null group by case_id;
create table marts.episodes as select episode_id, any_value(party_id) as party_id, any_value(reason_family) as reason_family,
    min(started_at) as started_at, any_value(channel) as first_channel, any_value(segment) as segment, true as is_inbound, count(*) as contact_count, count(*) as customer_contact_count,
    min(started_at) < timestamptz '2026-06-20 00:00:00+00' as is_mature, true as is_resolved, count(*) > 1 as is_repeat,
    hash(episode_id) % 10 < 6 as is_first_contact_resolved from marts.contacts group by episode_id;
create table marts.events as
select 'e-' || i as event_id, '/helpdesk/demo' as source, ['case.opened','contact.started','contact.message_sent','contact.ended'][1 + k] as event_type,
    'contact' as domain, 'p' || (i % 900) as party_id, case when i % 3 <> 0 then 'zd-' || (i // 2) end as case_id, 'ct-' || i as contact_id,
    'o-' || (i % 2000) as order_id, ['phone','chat','email','web_form'][1 + (i * 7) % 4] as channel, 'customer' as actor_type,
    null::bigint as amount_minor, null::varchar as currency, 'https://helpdesk.example/contacts/' || i as source_url, 'native' as derivation, 1 as sequence, 1 as event_type_rank, 'e-' || i || '-' || k as event_key,
    timestamptz '2026-01-01 08:00:00+00' + to_seconds((i * 15552000 / 6000 + k * 300)::bigint) as occurred_at,
    timestamptz '2026-01-01 08:01:00+00' + to_seconds((i * 15552000 / 6000 + k * 300)::bigint) as recorded_at, 1 as commit_no
from range(6000) r(i), range(4) s(k);
create table marts.journey_steps as
with walk as (select j, s, (hash(j, s) % 10)::int as d from range(2500) r(j), range(6) q(s) where s < 2 + hash(j) % 5)
select 'o-' || j as journey_id, 'p' || (j % 900) as party_id, s + 1 as step_number, 'e-' || j as event_id,
    case s when 0 then 'order.placed' when 1 then case when d < 9 then 'invoice.issued' else 'order.cancelled' end
    when 2 then case when d < 7 then 'payment.succeeded' else 'payment.failed' end when 3 then case when d < 8 then 'shipment.dispatched' else 'contact.started' end
    when 4 then case when d < 6 then 'shipment.delivered' else 'contact.started' end else case when d < 5 then 'survey.answered' else 'return.received' end end as step,
    null::varchar as previous_step, d < 9 as is_mature, d in (1, 2) as is_followed_by_contact, 3600.0 * d as seconds_since_previous, timestamptz '2026-01-01 08:00:00+00' + to_days((j % 170)::int) as occurred_at,
    ['basic','normal','extended'][1 + j % 3] as segment from walk;
create or replace table marts.journey_steps as select * replace (lag(step) over (partition by journey_id order by step_number) as previous_step),
    upper(step[1]) || replace(step[2:], '.', ' ') as label_en, upper(step[1]) || replace(step[2:], '.', ' ') as label_de,
    date_trunc('month', occurred_at)::date as month from marts.journey_steps;
create table marts.journey_edges as select previous_step as from_step, step as to_step, count(*) as transition_count, count(distinct journey_id) as journey_count, any_value(previous_step) as from_label_en, any_value(previous_step) as from_label_de, any_value(label_en) as to_label_en, any_value(label_de) as to_label_de, count(*) as mature_transition_count,
    median(seconds_since_previous) as median_seconds, quantile_cont(seconds_since_previous, 0.9) as p90_seconds, 2.5::decimal(18,2) as mean_cost_amount,
    (count(*) * any_value(hash(step) % 40) / 100)::bigint as contact_within_72h_count, any_value(hash(step) % 40) / 100.0 as contact_within_72h_rate
    from marts.journey_steps where previous_step is not null group by all;
create table marts.frictions as select month, journey_step, owner_department, upper(journey_step[1]) || replace(journey_step[2:], '.', ' ') as label_en,
    upper(journey_step[1]) || replace(journey_step[2:], '.', ' ') as label_de, channel, segment, count(*) as contact_count,
    count(*) filter (demand_type = 'failure') as failure_contact_count, sum(customer_minutes) filter (demand_type = 'failure') as customer_minutes,
    sum(coalesce(wait_seconds, 0)) / 3600 as waiting_hours, sum(service_cost_amount) filter (demand_type = 'failure') as service_cost_amount,
    (count(*) * 0.4)::decimal(18,2) as compensation_amount, (count(*) * 0.9)::decimal(18,2) as refund_amount,
    (coalesce(sum(service_cost_amount) filter (demand_type = 'failure'), 0) + count(*) * 1.3)::decimal(18,2) as friction_cost_amount, count(*) * 2 as friction_points,
    count(*) filter (is_repeat) as repeat_contact_count from marts.contacts group by all;
create table marts.triggers as select 'f-' || i as fire_id, ['late_delivery','payment_failed','repeat_contact_risk','unanswered_message','ces_drop'][1 + i % 5] as trigger_id,
    '1' as version, 'p' || i as party_id, 'order' as subject_type, 'o-' || i as subject_id, 'o-' || i as order_id, 'zd-' || i as case_id, null::varchar as invoice_id,
    timestamptz '2026-06-28 08:00:00+00' - to_hours(i::int) as fired_at, ['e-' || i, 'e-' || (i + 1)] as evidence_event_ids, ['e-' || i || '-0', 'e-' || i || '-2'] as evidence_event_keys, 2 as evidence_count, 0.5 as score,
    (400 - 3 * i)::decimal(18,2) as margin_12m_amount, 0.25 as loss_share, ((400 - 3 * i) * 0.25)::decimal(18,2) as value_at_risk_amount,
    'Call the customer and name the new delivery date.' as recommended_action_en, 'Kunden anrufen und neuen Liefertermin nennen.' as recommended_action_de,
    ['Late delivery','Payment failed','Repeat contact likely','Unanswered message','Effort got worse'][1 + i % 5] as label_en,
    ['Lieferung verspätet','Zahlung fehlgeschlagen','Wiederholter Kontakt droht','Unbeantwortete Nachricht','Aufwand gestiegen'][1 + i % 5] as label_de,
    i + 1 as priority_number, ['basic','normal','extended'][1 + i % 3] as segment, 'https://helpdesk.example/cases/zd-' || i as source_url, true as is_open from range(60) r(i);
create table marts.experience_drift as select (date '2026-01-01' + to_months(i::int))::date as month, 'all' as segment, 0.71 - 0.03 * i as ces_rate, 120 as ces_response_count, 110 as nps_response_count, 31 + 0.3 * i as nps, -0.18 as ces_slope,
    0.3 as nps_slope, i >= 4 as is_alert, i >= 2 as is_enough_data from range(6) r(i);
create table marts.source_lateness as select unnest(['/helpdesk/demo','/shop/demo','/billing/demo','/survey/demo']) as source, 12000 as event_count,
    45.0 as p50_lateness_seconds, unnest([320.0, 3600.0, 86400.0, 600.0]) as p95_lateness_seconds, 172800.0 as max_lateness_seconds,
    unnest([timestamptz '2026-06-29 21:59:00+00', timestamptz '2026-06-29 20:00:00+00', timestamptz '2026-06-26 08:00:00+00', timestamptz '2026-06-29 12:00:00+00']) as last_recorded_at,
    timestamptz '2026-06-29 21:00:00+00' as last_occurred_at;
create table marts.customers as select 'p' || i as party_id, ['basic','normal','extended','unknown'][1 + (i % 4)::int] as segment, 'active' as lifecycle_stage,
    true as is_active, true as is_identified, 3 as order_count, 120::decimal(18,2) as margin_12m_amount from range(900) r(i);
"""


def build_warehouse(path: Path, *, reasons: Path) -> Path:
    """Write the warehouse file of the generated demo; returns its path."""
    with duckdb.connect(str(path)) as con:
        con.execute("set timezone = 'UTC'")
        con.execute(SQL.replace("{reasons}", str(reasons)))
    return path
