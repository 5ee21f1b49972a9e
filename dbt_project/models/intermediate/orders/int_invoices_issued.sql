with issued as (
    select
        invoices.*,
        case when type_code = '381' and gross_minor > 0 then -1 else 1 end as sign,
        {{ local_date('occurred_at') }} as fx_rate_date,
        row_number() over (partition by invoice_id order by {{ event_order() }}) as issue_number
    from {{ ref('stg_billing__invoices_issued') }} as invoices
)

select
    issued.invoice_id,
    issued.order_id,
    issued.subscription_id,
    issued.number,
    issued.type_code,
    issued.currency,
    issued.sign * issued.net_minor as net_minor,
    issued.sign * issued.tax_minor as tax_minor,
    issued.sign * issued.gross_minor as gross_minor,
    {{ to_reporting('issued.sign * issued.net_minor') }} as net_amount,
    {{ to_reporting('issued.sign * issued.gross_minor') }} as gross_amount,
    exchange_rates.minor_unit,
    exchange_rates.fx_rate,
    issued.issue_date,
    issued.due_date,
    issued.fx_rate_date,
    issued.occurred_at as issued_at,
    row_number() over (
        partition by issued.order_id order by issued.sign desc, issued.occurred_at, issued.invoice_id
    ) as invoice_of_order_number
from issued
left join {{ ref('exchange_rates') }} as exchange_rates
    on {{ rate_holds('issued.currency', 'issued.fx_rate_date') }}
where issued.issue_number = 1
