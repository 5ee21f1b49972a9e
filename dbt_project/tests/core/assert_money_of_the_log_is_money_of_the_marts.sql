{#- Native minor units by currency, from the log's own columns to the mart, to the cent. -#}
with in_log as (
    select 'order' as kind, currency, sum(amount_minor) as total_minor
    from {{ ref('event_log') }}
    where event_type = 'order.placed'
    group by currency

    union all

    select 'refund' as kind, currency, sum(amount_minor) as total_minor
    from {{ ref('event_log') }}
    where event_type = 'refund.issued'
    group by currency

    union all

    select 'payment' as kind, currency, sum(amount_minor) as total_minor
    from {{ ref('event_log') }}
    where event_type = 'payment.succeeded'
    group by currency

    union all

    select 'invoice' as kind, currency, sum(abs(amount_minor)) as total_minor
    from {{ ref('event_log') }}
    where event_type = 'invoice.issued'
    group by currency
),

in_marts as (
    select 'order' as kind, currency, sum(total_minor) as total_minor
    from {{ ref('orders') }}
    group by currency

    union all

    select 'refund' as kind, currency, sum(amount_minor) as total_minor
    from {{ ref('refunds') }}
    group by currency

    union all

    select 'payment' as kind, currency, sum(amount_minor) as total_minor
    from {{ ref('payments') }}
    where status = 'succeeded'
    group by currency

    union all

    select 'invoice' as kind, currency, sum(abs(gross_minor)) as total_minor
    from {{ ref('invoices') }}
    group by currency
)

select
    in_log.kind,
    in_log.currency,
    in_log.total_minor as log_minor,
    in_marts.total_minor as mart_minor
from in_log
left join in_marts on in_log.kind = in_marts.kind and in_log.currency = in_marts.currency
where in_marts.total_minor is null or in_log.total_minor <> in_marts.total_minor
