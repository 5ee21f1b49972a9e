with numbered as (
    select
        payments.*,
        event_type = 'payment.succeeded' as is_success,
        row_number() over (partition by payment_id order by {{ event_order() }}) as attempt_number
    from {{ ref('stg_billing__payments') }} as payments
)

select
    payment_id,
    {{ max_by('invoice_id', 'attempt_number') }} as invoice_id,
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
