with issued as (
    select
        refunds.*,
        {{ local_date('occurred_at') }} as fx_rate_date,
        row_number() over (partition by refund_id order by {{ event_order() }}) as issue_number
    from {{ ref('stg_billing__refunds') }} as refunds
)

select
    issued.refund_id,
    issued.payment_id,
    coalesce(issued.invoice_id, payments.invoice_id) as invoice_id,
    coalesce(issued.order_id, payments.order_id) as order_id,
    issued.reason,
    issued.currency,
    issued.amount_minor,
    {{ to_reporting('issued.amount_minor') }} as amount,
    exchange_rates.fx_rate,
    issued.is_partial,
    issued.fx_rate_date,
    issued.occurred_at as refunded_at
from issued
left join {{ ref('int_payments_attempted') }} as payments
    on issued.payment_id = payments.payment_id
left join {{ ref('exchange_rates') }} as exchange_rates
    on {{ rate_holds('issued.currency', 'issued.fx_rate_date') }}
where issued.issue_number = 1
