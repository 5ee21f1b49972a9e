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
)

select
    issued.*,
    coalesce(paid.paid_minor, 0) as paid_minor,
    {{ to_reporting('coalesce(paid.paid_minor, 0)', 'issued') }} as paid_amount,
    coalesce(dunned.dunning_level, 0) as dunning_level,
    voided.voided_at is not null as is_voided,
    case when paid.received_minor >= issued.gross_minor then paid.last_paid_at end as paid_at,
    voided.voided_at
from {{ ref('int_invoices_issued') }} as issued
left join {{ ref('int_invoices_paid') }} as paid on issued.invoice_id = paid.invoice_id
left join voided on issued.invoice_id = voided.invoice_id
left join dunned on issued.invoice_id = dunned.invoice_id
