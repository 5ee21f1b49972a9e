with links as (
    select * from {{ ref('int_contact_links') }}
    where object_type <> 'case'
),

object_events as (
    select * from {{ ref('int_object_events') }}
),

earlier_events as (
    select
        links.contact_id,
        object_events.step,
        object_events.event_id,
        object_events.event_key,
        row_number() over (
            partition by links.contact_id
            order by
                object_events.occurred_at desc,
                coalesce(object_events.sequence, 0) desc,
                object_events.event_type_rank desc,
                object_events.event_key desc
        ) as recency_number
    from links
    inner join object_events
        on
            links.object_type = object_events.object_type
            and links.object_id = object_events.object_id
            and links.started_at > object_events.occurred_at
)

select
    contact_id,
    step as journey_step,
    event_id as linked_event_id,
    event_key as linked_event_key
from earlier_events
where recency_number = 1
