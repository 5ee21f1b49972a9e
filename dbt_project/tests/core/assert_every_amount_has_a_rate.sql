select 'order' as kind, order_id as object_id, currency from {{ ref('orders') }}
where total_minor is not null and total_amount is null

union all

select 'invoice' as kind, invoice_id as object_id, currency from {{ ref('invoices') }}
where gross_minor is not null and gross_amount is null

union all

select 'payment' as kind, payment_id as object_id, currency from {{ ref('payments') }}
where amount_minor is not null and amount is null

union all

select 'refund' as kind, refund_id as object_id, currency from {{ ref('refunds') }}
where amount_minor is not null and amount is null
