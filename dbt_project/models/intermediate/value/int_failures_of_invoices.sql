with issues as (
    select
        invoice_id,
        min(event_id) as event_id,
        min(event_key) as event_key
    from {{ ref('events') }}
    where event_type = 'invoice.issued'
    group by invoice_id
)

-- An invoice that was voided later was wrong from the day it was issued.
select
    'wrong_invoice' as failure_kind,
    'invoice' as object_type,
    invoices.invoice_id as object_id,
    issues.event_id as evidence_event_id,
    issues.event_key as evidence_event_key,
    invoices.issued_at as failed_at,
    invoices.voided_at as healed_at
from {{ ref('invoices') }} as invoices
inner join issues on invoices.invoice_id = issues.invoice_id
where invoices.is_voided
