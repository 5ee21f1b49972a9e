with facts as (
    select * from {{ ref('int_failures_of_delivery') }}
    union all
    select * from {{ ref('int_failures_of_promises') }}
    union all
    select * from {{ ref('int_failures_of_invoices') }}
    union all
    select * from {{ ref('int_failures_of_answers') }}
    union all
    select * from {{ ref('int_failures_of_solutions') }}
)

-- One row per failure and object by which a contact can be linked to it.
select
    failure_kind,
    object_type,
    object_id,
    evidence_event_id,
    evidence_event_key,
    failed_at,
    healed_at
from facts
where object_id is not null and failed_at is not null
