{#- Working time of each thread: what was logged until its next burst, else the estimate. -#}
with logged as (
    select
        threads.contact_id,
        cast(sum(handling.handling_seconds) as bigint) as logged_seconds,
        bool_or(handling.is_estimated) as is_estimated
    from {{ ref('int_threads') }} as threads
    inner join {{ ref('stg_contact__handling_times') }} as handling
        on
            threads.case_id = handling.case_id
            and handling.contact_id is null
            and (threads.burst_number = 1 or threads.started_at <= handling.occurred_at)
            and (threads.next_started_at is null or threads.next_started_at > handling.occurred_at)
    group by threads.contact_id
)

select
    threads.*,
    coalesce(logged.logged_seconds, threads.estimated_seconds) as handling_seconds,
    coalesce(
        logged.is_estimated, threads.estimated_seconds is not null
    ) as is_handling_estimated,
    threads.public_reply_count > 0
    or logged.logged_seconds is not null
    or (
        threads.burst_number = 1 and cases.is_resolved
        and replied.public_reply_count + replied.customer_message_count = 0
    ) as is_human_handled
from {{ ref('int_threads') }} as threads
inner join {{ ref('int_cases') }} as cases on threads.case_id = cases.case_id
inner join {{ ref('int_cases_replied') }} as replied on threads.case_id = replied.case_id
left join logged on threads.contact_id = logged.contact_id
