with timed as (
    select
        cases.*,
        replied.first_reply_at,
        replied.unanswered_since_at,
        replied.next_reply_seconds,
        replied.next_reply_count,
        replied.public_reply_count,
        replied.customer_message_count,
        replied.transfer_count,
        replied.bounce_count,
        replied.is_misrouted,
        {{ seconds_between('cases.opened_at', 'replied.first_reply_at') }} as first_reply_seconds,
        {{ seconds_between('cases.opened_at', 'replied.first_automated_reply_at') }}
            as first_automated_reply_seconds,
        {{ local_date('cases.opened_at') }} as opened_date
    from {{ ref('int_cases') }} as cases
    inner join {{ ref('int_cases_replied') }} as replied on cases.case_id = replied.case_id
)

select
    timed.case_id,
    timed.party_id,
    timed.order_id,
    timed.invoice_id,
    timed.subscription_id,
    timed.into_case_id,
    coalesce(segments.segment, 'unknown') as segment,
    timed.channel,
    timed.direction,
    timed.case_type,
    timed.reason_code,
    reasons.reason_family,
    timed.priority,
    timed.brand,
    timed.status,
    timed.team,
    coalesce(timed.source_url, links.source_url) as source_url,
    timed.first_reply_seconds,
    timed.first_automated_reply_seconds,
    timed.next_reply_seconds,
    timed.next_reply_count,
    {{ seconds_between('timed.opened_at', 'timed.first_solved_at') }} as first_resolution_seconds,
    {{ seconds_between('timed.opened_at', 'timed.resolved_at') }} as resolution_seconds,
    timed.company_wait_seconds,
    timed.customer_wait_seconds,
    timed.partner_wait_seconds,
    timed.solved_wait_seconds,
    timed.reopen_count,
    timed.courtesy_reopen_count,
    timed.transfer_count,
    timed.bounce_count,
    timed.public_reply_count,
    timed.customer_message_count,
    timed.source_reopen_count,
    timed.source_reassignment_count,
    timed.source_sla_made,
    timed.is_resolved,
    timed.is_reopened,
    timed.is_resolved and timed.public_reply_count = 1 and not timed.is_reopened as is_one_touch,
    timed.is_misrouted,
    timed.is_merged,
    coalesce(timed.direction = 'in' and timed.first_reply_at is null, false) as is_unreplied,
    timed.is_orphan,
    timed.opened_at,
    timed.first_reply_at,
    timed.first_solved_at,
    timed.resolved_at,
    timed.unanswered_since_at
from timed
left join {{ ref('int_customers_segmented') }} as segments on timed.party_id = segments.party_id
left join {{ ref('reasons') }} as reasons
    on timed.reason_code = reasons.reason_code and {{ holds_on('reasons', 'timed.opened_date') }}
left join {{ ref('int_record_links') }} as links
    on links.object_type = 'case' and timed.case_id = links.object_id
