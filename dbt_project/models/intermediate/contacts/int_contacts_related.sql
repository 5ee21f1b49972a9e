{#- Person, reason and objects of each contact: its own, else those of its case. -#}
with related as (
    select
        contacts.*,
        coalesce(objects.party_id, cases.party_id) as party_id,
        coalesce(contacts.reason_code, cases.reason_code) as known_reason_code,
        coalesce(contacts.order_id, cases.order_id) as known_order_id,
        coalesce(contacts.invoice_id, cases.invoice_id) as known_invoice_id,
        coalesce(contacts.subscription_id, cases.subscription_id) as known_subscription_id,
        coalesce(contacts.team, cases.team) as known_team,
        coalesce(contacts.source_url, cases.source_url) as known_source_url,
        cases.is_merged,
        cases.first_solved_at,
        coalesce(cases.is_resolved, contacts.is_human_handled or contacts.contact_kind = 'bot') as is_served,
        {{ local_date('contacts.started_at') }} as started_date
    from {{ ref('int_contacts_collected') }} as contacts
    left join {{ ref('int_cases') }} as cases on contacts.case_id = cases.case_id
    left join {{ ref('int_objects_identified') }} as objects
        on contacts.object_type = objects.object_type and contacts.object_id = objects.object_id
)

select
    related.contact_id,
    related.contact_kind,
    related.party_id,
    related.case_id,
    related.known_order_id as order_id,
    related.known_invoice_id as invoice_id,
    related.known_subscription_id as subscription_id,
    coalesce(
        'order/' || related.known_order_id,
        'invoice/' || related.known_invoice_id,
        'subscription/' || related.known_subscription_id
    ) as object_id,
    related.channel,
    related.direction,
    coalesce(
        related.service_mode,
        case when related.is_customer_initiated then 'reactive' else 'proactive' end
    ) as service_mode,
    related.known_reason_code as reason_code,
    reasons.reason_family,
    related.known_team as team,
    related.known_source_url as source_url,
    related.wait_seconds,
    related.talk_seconds,
    related.hold_seconds,
    related.acw_seconds,
    related.handling_seconds,
    related.customer_message_count,
    related.public_reply_count,
    related.transfer_count,
    related.is_handling_estimated,
    related.is_abandoned,
    related.is_short_abandon,
    related.is_customer_initiated,
    related.is_human_handled,
    related.is_handed_off,
    coalesce(related.is_merged, false) as is_merged,
    related.is_served,
    related.is_customer_initiated
    and not related.is_short_abandon
    and not related.is_handed_off
    and related.contact_kind <> 'article' as is_counted,
    related.first_solved_at,
    related.started_at,
    related.answered_at,
    related.ended_at
from related
left join {{ ref('reasons') }} as reasons
    on
        related.known_reason_code = reasons.reason_code
        and {{ holds_on('reasons', 'related.started_date') }}
