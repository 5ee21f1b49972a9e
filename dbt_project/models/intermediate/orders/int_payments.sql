with dated as (
    select
        attempted.*,
        coalesce('invoice/' || invoice_id, 'order/' || order_id, 'payment/' || payment_id) as payable,
        {{ local_date('coalesce(succeeded_at, attempted_at)') }} as fx_rate_date
    from {{ ref('int_payments_attempted') }} as attempted
),

recovered as (
    select failed.payment_id, min(succeeded.succeeded_at) as recovered_at
    from dated as failed
    inner join dated as succeeded
        on failed.payable = succeeded.payable and failed.failed_at < succeeded.succeeded_at
    where failed.failed_at is not null
    group by failed.payment_id
)

select
    dated.*,
    {{ to_reporting('dated.amount_minor') }} as amount,
    exchange_rates.fx_rate,
    recovered.recovered_at
from dated
left join recovered on dated.payment_id = recovered.payment_id
left join {{ ref('exchange_rates') }} as exchange_rates
    on {{ rate_holds('dated.currency', 'dated.fx_rate_date') }}
