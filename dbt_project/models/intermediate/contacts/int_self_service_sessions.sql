with facts as (
    select
        session_id, event_type, reason_code, order_id, invoice_id, language, source_url, 'bot' as contact_kind,
        contact_id, is_handoff_completed, occurred_at, "sequence", event_type_rank, event_key
    from {{ ref('stg_contact__bot_sessions') }}

    union all

    select
        session_id, 'selfservice.article_viewed' as event_type, reason_code, null as order_id,
        null as invoice_id, language, source_url, 'article' as contact_kind,
        null as contact_id, null as is_handoff_completed, occurred_at, "sequence", event_type_rank, event_key
    from {{ ref('stg_contact__article_views') }}
)

select
    session_id,
    max(contact_kind) as contact_kind,
    case when max(contact_kind) = 'bot' then 'bot' else 'self_service' end as channel,
    {{ min_by('reason_code', event_position()) }} as reason_code,
    {{ min_by('order_id', event_position()) }} as order_id,
    {{ min_by('invoice_id', event_position()) }} as invoice_id,
    max(source_url) as source_url,
    max(contact_id) as handoff_contact_id,
    coalesce(bool_or(is_handoff_completed), false) as is_handed_off,
    min(occurred_at) as started_at,
    max(occurred_at) as ended_at
from facts
group by session_id
