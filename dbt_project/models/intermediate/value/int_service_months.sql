with direct_costs as (
    select
        month,
        sum(direct_cost_amount) as direct_amount,
        count(*) as contact_count
    from {{ ref('int_contacts_priced_directly') }}
    group by month
),

ledger as (
    select
        month,
        service_amount as ledger_amount,
        is_complete_month
    from {{ ref('int_ledger_months') }}
),

months as (
    select
        coalesce(ledger.month, direct_costs.month) as month,
        coalesce(direct_costs.contact_count, 0) as contact_count,
        cast(coalesce(direct_costs.direct_amount, 0) as decimal(18, 2)) as direct_amount,
        ledger.ledger_amount,
        coalesce(ledger.is_complete_month, false) as is_complete_month
    from ledger
    full outer join direct_costs on ledger.month = direct_costs.month
),

last_complete as (
    select
        months.month,
        max(earlier.month) as rate_month
    from months
    inner join months as earlier
        on
            months.month > earlier.month
            and earlier.is_complete_month
            and earlier.direct_amount > 0
    group by months.month
)

select
    months.month,
    months.contact_count,
    months.direct_amount,
    months.ledger_amount,
    cast(
        case
            when months.direct_amount = 0 then 0
            when months.is_complete_month then months.ledger_amount - months.direct_amount
            else {{ round_money(
                'cast(months.direct_amount as double)'
                ~ ' * coalesce(cast(rated.ledger_amount as double)'
                ~ ' / cast(rated.direct_amount as double) - 1, 0)'
            ) }}
        end as decimal(18, 2)
    ) as residual_amount,
    cast(
        case
            when months.is_complete_month and months.direct_amount = 0 then months.ledger_amount
            else 0
        end as decimal(18, 2)
    ) as unallocated_amount,
    months.is_complete_month
from months
left join last_complete on months.month = last_complete.month
left join months as rated on last_complete.rate_month = rated.month
