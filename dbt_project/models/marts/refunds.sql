select
    refunds.refund_id,
    refunds.payment_id,
    refunds.invoice_id,
    refunds.order_id,
    coalesce(objects.party_id, payments.party_id) as party_id,
    refunds.reason,
    refunds.currency,
    refunds.amount_minor,
    refunds.amount,
    refunds.fx_rate,
    refunds.is_partial,
    refunds.fx_rate_date,
    refunds.refunded_at
from {{ ref('int_refunds') }} as refunds
left join {{ ref('payments') }} as payments on refunds.payment_id = payments.payment_id
left join {{ ref('int_objects_identified') }} as objects
    on objects.object_type = 'refund' and refunds.refund_id = objects.object_id
