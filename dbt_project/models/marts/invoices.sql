select
    settled.invoice_id,
    coalesce(objects.party_id, orders.party_id) as party_id,
    settled.order_id,
    settled.subscription_id,
    settled.number,
    settled.type_code,
    settled.currency,
    settled.net_minor,
    settled.tax_minor,
    settled.gross_minor,
    settled.paid_minor,
    settled.refund_minor,
    case when settled.is_voided then 0 else settled.gross_minor - settled.paid_minor end as open_minor,
    settled.net_amount,
    cast(settled.gross_amount - settled.net_amount as decimal(18, 2)) as tax_amount,
    settled.gross_amount,
    settled.paid_amount,
    cast(
        case when settled.is_voided then 0 else settled.gross_amount - settled.paid_amount end
        as decimal(18, 2)
    ) as open_amount,
    settled.fx_rate,
    settled.dunning_level,
    settled.is_voided,
    settled.issue_date,
    settled.due_date,
    settled.fx_rate_date,
    settled.issued_at,
    settled.paid_at,
    settled.voided_at
from {{ ref('int_invoices_settled') }} as settled
left join {{ ref('int_objects_identified') }} as objects
    on objects.object_type = 'invoice' and settled.invoice_id = objects.object_id
left join {{ ref('int_orders') }} as orders on settled.order_id = orders.order_id
