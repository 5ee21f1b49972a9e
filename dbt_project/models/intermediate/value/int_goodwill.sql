with compensations as (
    select
        {{ hex_text('compensations.event_key') }} as goodwill_id,
        compensations.case_id,
        {{ to_reporting('compensations.value_minor') }} as amount,
        compensations.occurred_at as granted_at
    from {{ ref('stg_contact__compensations') }} as compensations
    left join {{ ref('exchange_rates') }} as exchange_rates
        on {{ rate_holds('compensations.value_currency', local_date('compensations.occurred_at')) }}
),

refunds as (
    select * from {{ ref('refunds') }}
)

select
    goodwill_id,
    'compensation' as goodwill_kind,
    'case' as object_type,
    case_id as object_id,
    amount,
    granted_at
from compensations

union all

select
    refund_id as goodwill_id,
    'refund' as goodwill_kind,
    'order' as object_type,
    order_id as object_id,
    -amount as amount,
    refunded_at as granted_at
from refunds
where order_id is not null

union all

select
    refund_id as goodwill_id,
    'refund' as goodwill_kind,
    'invoice' as object_type,
    invoice_id as object_id,
    -amount as amount,
    refunded_at as granted_at
from refunds
where invoice_id is not null
