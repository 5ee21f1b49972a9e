{#- Payment, cancellation and dunning of each invoice. -#}
with voided as (
    select invoice_id, min(occurred_at) as voided_at
    from {{ ref('stg_billing__invoices_voided') }}
    group by invoice_id
),

dunned as (
    select invoice_id, max(dunning_level) as dunning_level
    from {{ ref('stg_billing__dunning_notices') }}
    group by invoice_id
),

flowed as (
    select
        issued.*,
        coalesce(
            case when issued.gross_minor < 0 then paid.refund_minor else paid.received_minor end, 0
        ) as paid_minor,
        coalesce(paid.refund_minor, 0) as refund_minor,
        case when paid.received_minor >= issued.gross_minor then paid.last_paid_at end as paid_at
    from {{ ref('int_invoices_issued') }} as issued
    left join {{ ref('int_invoices_paid') }} as paid on issued.invoice_id = paid.invoice_id
)

select
    flowed.*,
    {{ to_reporting('flowed.paid_minor', 'flowed') }} as paid_amount,
    coalesce(dunned.dunning_level, 0) as dunning_level,
    voided.voided_at is not null as is_voided,
    voided.voided_at
from flowed
left join voided on flowed.invoice_id = voided.invoice_id
left join dunned on flowed.invoice_id = dunned.invoice_id
