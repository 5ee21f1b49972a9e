-- An invoice that was voided, or credited without a return of goods, was wrong from the day it was
-- issued until the day it was put right.
with invoices as (
    select
        invoices.*,
        coalesce('order/' || order_id, 'subscription/' || subscription_id) as billed_for
    from {{ ref('invoices') }} as invoices
),

returned as (
    select distinct order_id from {{ ref('events') }}
    where event_type = 'return.received'
),

credited as (
    select
        credits.invoice_id as credit_id,
        invoices.invoice_id,
        invoices.issued_at,
        credits.issued_at as corrected_at,
        row_number() over (
            partition by credits.invoice_id order by invoices.issued_at desc, invoices.invoice_id
        ) as recency_number
    from invoices as credits
    inner join invoices
        on
            credits.billed_for = invoices.billed_for
            and invoices.type_code <> '381'
            and credits.issued_at > invoices.issued_at
    left join returned on credits.order_id = returned.order_id
    where credits.type_code = '381' and returned.order_id is null
),

wrong as (
    select invoice_id, issued_at, voided_at as corrected_at from invoices
    where is_voided

    union

    select invoice_id, issued_at, corrected_at from credited
    where recency_number = 1
),

issues as (
    select
        invoice_id,
        min(event_id) as event_id,
        min(event_key) as event_key
    from {{ ref('events') }}
    where event_type = 'invoice.issued'
    group by invoice_id
)

select
    'wrong_invoice' as failure_kind,
    'invoice' as object_type,
    wrong.invoice_id as object_id,
    issues.event_id as evidence_event_id,
    issues.event_key as evidence_event_key,
    wrong.issued_at as failed_at,
    wrong.corrected_at as healed_at
from wrong
inner join issues on wrong.invoice_id = issues.invoice_id
