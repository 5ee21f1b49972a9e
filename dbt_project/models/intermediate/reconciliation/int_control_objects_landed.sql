{#- A build of the past compares nothing with the landing: what was delivered after as_of would be
    missing there by definition. -#}
with newest as (
    select max(recorded_at) as recorded_at from {{ ref('log_rows') }}
),

told as (
    select
        controls.*,
        row_number() over (
            partition by controls.source, controls.measure, controls.object_id
            order by
                case when controls.is_withdrawn then 1 else 0 end desc,
                controls.committed_at desc,
                controls.occurred_at
        ) as telling_number
    from {{ source('log', 'controls') }} as controls
    cross join newest
    where
        controls.occurred_at <= {{ as_of() }}
        and newest.recorded_at <= {{ as_of() }}
)

select
    source,
    measure,
    object_id,
    currency,
    amount_minor,
    occurred_at
from told
where telling_number = 1 and not is_withdrawn
