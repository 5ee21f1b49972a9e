with postings as (
    select
        event_key,
        cost_center,
        currency,
        amount_minor,
        {{ local_date('occurred_at') }} as posted_date,
        cast(date_trunc('month', cost_month) as date) as month
    from {{ ref('stg_billing__ledger_costs') }}
)

select
    postings.event_key,
    postings.cost_center,
    postings.currency,
    postings.amount_minor,
    {{ to_reporting('postings.amount_minor') }} as amount,
    postings.month
from postings
left join {{ ref('exchange_rates') }} as exchange_rates
    on {{ rate_holds('postings.currency', 'postings.posted_date') }}
