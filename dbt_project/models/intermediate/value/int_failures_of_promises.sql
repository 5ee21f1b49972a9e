with makings as (
    select
        subject_id as promise_id,
        min(event_id) as event_id,
        min(event_key) as event_key
    from {{ ref('events') }}
    where event_type = 'promise.made'
    group by subject_id
),

broken as (
    select
        promises.case_id,
        promises.order_id,
        makings.event_id,
        makings.event_key,
        promises.due_at,
        coalesce(promises.fulfilled_at, promises.cancelled_at) as healed_at
    from {{ ref('promises') }} as promises
    inner join makings on promises.promise_id = makings.promise_id
    where not promises.is_kept
)

select
    'broken_promise' as failure_kind,
    'case' as object_type,
    case_id as object_id,
    event_id as evidence_event_id,
    event_key as evidence_event_key,
    due_at as failed_at,
    healed_at
from broken

union all

select
    'broken_promise' as failure_kind,
    'order' as object_type,
    order_id as object_id,
    event_id as evidence_event_id,
    event_key as evidence_event_key,
    due_at as failed_at,
    healed_at
from broken
