with found as (
    select * from {{ ref('int_late_deliveries') }}
    union all
    select * from {{ ref('int_failed_payments') }}
    union all
    select * from {{ ref('int_repeated_contacts') }}
    union all
    select * from {{ ref('int_unanswered_messages') }}
    union all
    select * from {{ ref('int_effort_drops') }}
),

valued as (
    select
        found.*,
        rules.version,
        rules.label_en,
        rules.label_de,
        rules.recommended_action_en,
        rules.recommended_action_de,
        rules.owner_department,
        rules.loss_share,
        rules.action_cost_amount,
        coalesce(customers.segment, 'unknown') as segment,
        coalesce(customers.margin_12m_amount, 0) as margin_12m_amount,
        {{ round_money(
            'greatest(coalesce(customers.margin_12m_amount, 0), 0) * rules.loss_share'
        ) }} as value_at_risk_amount,
        md5(
            found.trigger_id || '|' || rules.version || '|' || found.subject_type || '|'
            || found.subject_id || '|' || cast({{ epoch_seconds('found.fired_at') }} as varchar)
        ) as fire_id
    from found
    inner join {{ ref('int_trigger_rules') }} as rules on found.trigger_id = rules.trigger_id
    left join {{ ref('customers') }} as customers on found.party_id = customers.party_id
),

acted as (
    select distinct fire_id from {{ ref('int_trigger_actions') }}
)

select
    valued.fire_id,
    valued.trigger_id,
    valued.version,
    valued.party_id,
    valued.subject_type,
    valued.subject_id,
    valued.order_id,
    valued.case_id,
    valued.invoice_id,
    valued.evidence_event_ids,
    valued.evidence_event_keys,
    valued.label_en,
    valued.label_de,
    valued.recommended_action_en,
    valued.recommended_action_de,
    valued.owner_department,
    valued.segment,
    coalesce(valued.source_url, links.source_url) as source_url,
    valued.evidence_count,
    row_number() over (
        order by
            valued.value_at_risk_amount - valued.action_cost_amount desc,
            valued.fired_at,
            valued.fire_id
    ) as priority_number,
    cast(valued.score as double) as score,
    cast(valued.margin_12m_amount as decimal(18, 2)) as margin_12m_amount,
    valued.loss_share,
    valued.value_at_risk_amount,
    valued.action_cost_amount,
    acted.fire_id is null as is_open,
    valued.fired_at
from valued
left join acted on valued.fire_id = acted.fire_id
left join {{ ref('int_record_links') }} as links
    on valued.subject_type = links.object_type and valued.subject_id = links.object_id
