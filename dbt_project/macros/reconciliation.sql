{#- Control totals of objects, by source and local day: how many there are, and, of invoices and
    refunds, their sum in minor units of each currency (empty for a count). -#}
{% macro control_totals(objects) -%}
    with dated as (
        select
            source,
            case measure
                when 'opened' then 'tickets_opened'
                when 'placed' then 'orders_placed'
                when 'invoiced' then 'invoices_issued'
                else 'refunds_issued'
            end as counted,
            case measure
                when 'invoiced' then 'gross_invoiced' when 'refunded' then 'refunded'
            end as summed,
            coalesce(currency, '') as currency,
            amount_minor,
            {{ local_date('occurred_at') }} as total_date
        from {{ objects }}
    )

    select
        source,
        counted as measure,
        '' as currency,
        cast(count(*) as bigint) as total_minor,
        total_date
    from dated
    group by source, counted, total_date

    union all

    select
        source,
        summed as measure,
        currency,
        cast(coalesce(sum(amount_minor), 0) as bigint) as total_minor,
        total_date
    from dated
    where summed is not null
    group by source, summed, currency, total_date
{%- endmacro %}
