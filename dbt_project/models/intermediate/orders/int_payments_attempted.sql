{#- The invoice of a payment: its own word, else where it, or what it was an attempt of, was booked. -#}
with allocated as (
    select
        payment_id as allocated_payment_id,
        {{ max_by('invoice_id', 'occurred_at') }} as allocated_invoice_id
    from {{ ref('stg_billing__payment_allocations') }}
    group by payment_id
),

numbered as (
    select
        payments.*,
        coalesce(
            payments.invoice_id, own.allocated_invoice_id, intended.allocated_invoice_id
        ) as paid_invoice_id,
        event_type = 'payment.succeeded' as is_success,
        row_number() over (partition by payment_id order by {{ event_order() }}) as attempt_number
    from {{ ref('stg_billing__payments') }} as payments
    left join allocated as own on payments.payment_id = own.allocated_payment_id
    left join allocated as intended on payments.payment_intent_id = intended.allocated_payment_id
)

select
    payment_id,
    {{ max_by('paid_invoice_id', 'attempt_number') }} as invoice_id,
    {{ max_by('order_id', 'attempt_number') }} as order_id,
    case when bool_or(is_success) then 'succeeded' else 'failed' end as status,
    {{ max_by('failure_code', 'attempt_number') }} as failure_code,
    {{ max_by('method', 'attempt_number') }} as method,
    max_by(currency, attempt_number) as currency,
    coalesce(
        max_by(amount_minor, attempt_number) filter (where is_success),
        max_by(amount_minor, attempt_number)
    ) as amount_minor,
    count(*) as attempt_count,
    count(case when not is_success then 1 end) as failed_attempt_count,
    min(occurred_at) as attempted_at,
    min(case when not is_success then occurred_at end) as failed_at,
    min(case when is_success then occurred_at end) as succeeded_at
from numbered
group by payment_id
