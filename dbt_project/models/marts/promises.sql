with facts as (
    select
        promises.*,
        row_number() over (partition by promise_id order by {{ event_order() }}) as fact_number
    from {{ ref('stg_contact__promises') }} as promises
),

described as (
    select
        promise_id,
        {{ max_by('case_id', 'fact_number') }} as case_id,
        {{ max_by('contact_id', 'fact_number') }} as contact_id,
        {{ max_by('order_id', 'fact_number') }} as order_id,
        {{ max_by('promise_kind', 'fact_number') }} as promise_kind,
        min(case when event_type = 'promise.made' then occurred_at end) as made_at,
        {{ max_by('due_at', 'fact_number') }} as due_at,
        min(case when event_type = 'promise.fulfilled' then occurred_at end) as fulfilled_at,
        min(case when event_type = 'promise.cancelled' then occurred_at end) as cancelled_at
    from facts
    group by promise_id
),

judged as (
    select
        described.*,
        coalesce(cancelled_at <= due_at, false) as is_withdrawn,
        coalesce(fulfilled_at, {{ as_of() }}) as reached_at
    from described
)

select
    judged.promise_id,
    coalesce(own.party_id, cases.party_id) as party_id,
    judged.case_id,
    judged.contact_id,
    judged.order_id,
    judged.promise_kind,
    case when not judged.is_withdrawn then {{ seconds_between('judged.due_at', 'judged.reached_at') }} end
        as late_seconds,
    case
        when judged.is_withdrawn or (judged.fulfilled_at is null and judged.due_at > {{ as_of() }}) then null
        else coalesce(judged.fulfilled_at <= judged.due_at, false)
    end as is_kept,
    coalesce(not judged.is_withdrawn and judged.reached_at > judged.due_at, false) as is_silent_break,
    judged.made_at,
    judged.due_at,
    judged.fulfilled_at,
    judged.cancelled_at
from judged
left join {{ ref('int_objects_identified') }} as own
    on own.object_type = 'promise' and judged.promise_id = own.object_id
left join {{ ref('int_cases') }} as cases on judged.case_id = cases.case_id
