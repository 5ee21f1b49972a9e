{#- Money that came in and went back for each invoice: by its own number, else by its order. -#}
with flows as (
    select invoice_id, order_id, amount_minor, succeeded_at
    from {{ ref('int_payments_attempted') }}
    where status = 'succeeded'

    union all

    select invoice_id, order_id, amount_minor, null as succeeded_at from {{ ref('int_refunds') }}
),

of_invoices as (
    select invoice_id, amount_minor, succeeded_at from flows
    where invoice_id is not null

    union all

    select invoices.invoice_id, flows.amount_minor, flows.succeeded_at
    from flows
    inner join {{ ref('int_invoices_issued') }} as invoices
        on flows.order_id = invoices.order_id and invoices.invoice_of_order_number = 1
    where flows.invoice_id is null
)

select
    invoice_id,
    cast(coalesce(sum(case when succeeded_at is not null then amount_minor end), 0) as bigint)
        as received_minor,
    cast(coalesce(sum(case when succeeded_at is null then amount_minor end), 0) as bigint)
        as refund_minor,
    max(succeeded_at) as last_paid_at
from of_invoices
group by invoice_id
