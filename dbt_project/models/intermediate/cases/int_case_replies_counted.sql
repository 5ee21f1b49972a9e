with messages as (
    select
        messages.case_id,
        messages.author_role,
        messages.occurred_at,
        messages.author_role = 'agent' and not messages.is_automated as is_human,
        messages.occurred_at >= opened.occurred_at as is_after_opening,
        opened.occurred_at as opened_at,
        opened.direction
    from {{ ref('stg_contact__messages') }} as messages
    left join {{ ref('stg_contact__cases_opened') }} as opened
        on messages.case_id = opened.case_id
    where messages.case_id is not null and messages.is_public
)

select
    case_id,
    count(case when is_human then 1 end) as public_reply_count,
    count(case when author_role = 'customer' then 1 end) as customer_message_count,
    min(case when direction = 'in' and is_human and is_after_opening then occurred_at end) as first_reply_at,
    min(case
        when
            direction = 'in' and is_after_opening and not is_human and author_role <> 'customer'
            then occurred_at
    end) as first_automated_reply_at
from messages
group by case_id
