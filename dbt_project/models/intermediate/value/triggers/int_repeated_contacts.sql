with rule as (
    select * from {{ ref('int_trigger_rules') }}
    where trigger_id = 'repeat_contact_risk'
),

standing as (
    select
        episodes.episode_id,
        episodes.party_id,
        episodes.customer_contact_count
    from {{ ref('episodes') }} as episodes
    cross join rule
    where
        episodes.customer_contact_count >= rule.threshold_value
        and not episodes.is_resolved
        and {{ seconds_between('episodes.ended_at', as_of()) }} <= rule.horizon_days * 86400
),

episode_contacts as (
    select
        contacts.episode_id,
        contacts.contact_id,
        contacts.case_id,
        contacts.order_id,
        contacts.invoice_id,
        contacts.source_url,
        contacts.started_at
    from {{ ref('contacts') }} as contacts
    inner join standing on contacts.episode_id = standing.episode_id
    where contacts.is_customer_initiated
),

facts as (
    select
        episode_id,
        max(case_id) as case_id,
        max(order_id) as order_id,
        max(invoice_id) as invoice_id,
        max(source_url) as source_url,
        max(started_at) as fired_at
    from episode_contacts
    group by episode_id
),

-- A contact is proved by the event with which it began: of its session, else of its case.
evidence as (
    select
        episode_contacts.episode_id,
        {{ ordered_list('events.event_id', 'events.occurred_at') }} as evidence_event_ids,
        {{ ordered_list('events.event_key', 'events.occurred_at') }} as evidence_event_keys,
        count(*) as evidence_count
    from episode_contacts
    inner join {{ ref('events') }} as events
        on
            episode_contacts.started_at = events.occurred_at
            and (
                episode_contacts.contact_id = events.contact_id
                or episode_contacts.contact_id = events.subject_id
                or (
                    episode_contacts.case_id = events.case_id
                    and events.event_type = 'contact.message_sent'
                )
            )
    group by episode_contacts.episode_id
)

select
    'repeat_contact_risk' as trigger_id,
    standing.party_id,
    'episode' as subject_type,
    standing.episode_id as subject_id,
    facts.order_id,
    facts.case_id,
    facts.invoice_id,
    evidence.evidence_event_ids,
    evidence.evidence_event_keys,
    evidence.evidence_count,
    cast(standing.customer_contact_count as double) as score,
    facts.source_url,
    facts.fired_at
from standing
inner join facts on standing.episode_id = facts.episode_id
inner join evidence on standing.episode_id = evidence.episode_id
