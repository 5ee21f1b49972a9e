with contacts as (
    select * from {{ ref('int_contacts') }}
),

valued as (
    select * from {{ ref('int_contacts_valued') }}
),

customers as (
    select
        party_id,
        segment,
        is_guest
    from {{ ref('customers') }}
),

labels as (
    select
        step,
        owner_department
    from {{ ref('int_journey_labels') }}
)

select
    contacts.contact_id,
    contacts.party_id,
    contacts.case_id,
    contacts.episode_id,
    contacts.order_id,
    contacts.invoice_id,
    contacts.subscription_id,
    valued.linked_event_id,
    valued.linked_event_key,
    valued.demand_evidence_event_id,
    valued.demand_evidence_event_key,
    contacts.contact_kind,
    coalesce(customers.segment, 'unknown') as segment,
    contacts.channel,
    contacts.direction,
    contacts.service_mode,
    contacts.team,
    coalesce(contacts.reason_code, 'unclassified') as reason_code,
    contacts.reason_family,
    valued.journey_step,
    valued.demand_type,
    valued.demand_evidence,
    valued.quadrant,
    coalesce(valued.reason_owner_department, labels.owner_department, 'service')
        as owner_department,
    contacts.source_url,
    contacts.contact_number,
    contacts.customer_message_count,
    contacts.public_reply_count,
    contacts.transfer_count,
    contacts.wait_seconds,
    contacts.talk_seconds,
    contacts.hold_seconds,
    contacts.acw_seconds,
    contacts.handling_seconds,
    valued.direct_cost_amount,
    valued.overhead_amount,
    valued.service_cost_amount,
    valued.customer_minutes,
    valued.waiting_hours,
    contacts.is_handling_estimated,
    valued.is_cost_estimated,
    contacts.is_abandoned,
    contacts.is_short_abandon,
    coalesce(customers.is_guest, false) as is_guest,
    contacts.is_customer_initiated,
    contacts.is_human_handled,
    contacts.is_repeat,
    contacts.is_forced_switch,
    contacts.is_reopening,
    valued.is_value_creating,
    valued.has_broken_promise,
    valued.month,
    contacts.started_at,
    contacts.answered_at,
    contacts.ended_at
from contacts
inner join valued on contacts.contact_id = valued.contact_id
left join customers on contacts.party_id = customers.party_id
left join labels on valued.journey_step = labels.step
