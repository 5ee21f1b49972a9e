with solvings as (
    select
        held.*,
        max(case when is_solving then valid_from end) over (
            partition by case_id order by status_number
            rows between unbounded preceding and current row
        ) as solved_before_at,
        min(case when is_solving then valid_from end) over (
            partition by case_id order by status_number
            rows between 1 following and unbounded following
        ) as solved_again_at
    from {{ ref('int_case_statuses_held') }} as held
),

reopenings as (
    select * from solvings
    where is_reopening
),

answered as (
    select
        reopenings.case_id,
        reopenings.status_number,
        count(case
            when
                messages.author_role = 'agent' and not messages.is_automated
                and messages.occurred_at >= reopenings.valid_from then 1
        end) as reply_count,
        count(case
            when
                messages.author_role = 'customer'
                and {{ seconds_between('reopenings.valid_from', 'messages.occurred_at') }}
                <= {{ setting('courtesy_message_seconds', 'bigint') }} then 1
        end) as customer_message_count
    from reopenings
    left join {{ ref('stg_contact__messages') }} as messages
        on
            reopenings.case_id = messages.case_id
            and messages.is_public
            and reopenings.solved_before_at <= messages.occurred_at
            and (
                reopenings.solved_again_at is null
                or reopenings.solved_again_at >= messages.occurred_at
            )
    group by reopenings.case_id, reopenings.status_number
)

select
    reopenings.case_id,
    reopenings.valid_from as reopened_at,
    reopenings.solved_again_at,
    reopenings.solved_again_at is not null
    and answered.reply_count = 0
    and (
        coalesce(reopenings.changed_by = 'customer', false) or answered.customer_message_count > 0
    ) as is_courtesy
from reopenings
inner join answered
    on
        reopenings.case_id = answered.case_id
        and reopenings.status_number = answered.status_number
