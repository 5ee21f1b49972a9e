{{ config(severity='warn') }}
select payments.payment_id
from {{ ref('payments') }} as payments
inner join {{ ref('refunds') }} as refunds on payments.payment_id = refunds.payment_id
group by payments.payment_id, payments.amount_minor
having -sum(refunds.amount_minor) > payments.amount_minor
