select
    case_id,
    count(case when is_after_first_reply then reply_seconds end) as next_reply_count,
    cast(sum(case when is_after_first_reply then reply_seconds end) as bigint) as next_reply_seconds,
    max(case when ended_by is null then requested_at end) as unanswered_since_at
from {{ ref('int_case_turns') }}
group by case_id
