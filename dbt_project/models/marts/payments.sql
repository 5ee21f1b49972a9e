select
    payments.payment_id,
    payments.invoice_id,
    payments.order_id,
    coalesce(objects.party_id, orders.party_id, invoices.party_id) as party_id,
    payments.status,
    payments.failure_code,
    payments.method,
    payments.currency,
    payments.amount_minor,
    payments.amount,
    payments.fx_rate,
    payments.attempt_count,
    payments.failed_attempt_count,
    payments.fx_rate_date,
    payments.attempted_at,
    payments.failed_at,
    payments.succeeded_at,
    payments.recovered_at
from {{ ref('int_payments') }} as payments
left join {{ ref('int_objects_identified') }} as objects
    on objects.object_type = 'payment' and payments.payment_id = objects.object_id
left join {{ ref('int_orders') }} as orders on payments.order_id = orders.order_id
left join {{ ref('invoices') }} as invoices on payments.invoice_id = invoices.invoice_id
