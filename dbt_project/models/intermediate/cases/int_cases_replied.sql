{#- Replies, turns and transfers of each case. -#}
select
    cases.case_id,
    replies.first_reply_at,
    replies.first_automated_reply_at,
    turns.unanswered_since_at,
    turns.next_reply_seconds,
    coalesce(turns.next_reply_count, 0) as next_reply_count,
    coalesce(replies.public_reply_count, 0) as public_reply_count,
    coalesce(replies.customer_message_count, 0) as customer_message_count,
    coalesce(transfers.transfer_count, 0) as transfer_count,
    coalesce(transfers.bounce_count, 0) as bounce_count,
    transfers.first_transferred_at is not null
    and (
        replies.first_reply_at is null or transfers.first_transferred_at < replies.first_reply_at
    ) as is_misrouted
from {{ ref('int_cases_described') }} as cases
left join {{ ref('int_case_replies_counted') }} as replies on cases.case_id = replies.case_id
left join {{ ref('int_case_turns_summed') }} as turns on cases.case_id = turns.case_id
left join {{ ref('int_case_transfers_counted') }} as transfers
    on cases.case_id = transfers.case_id
