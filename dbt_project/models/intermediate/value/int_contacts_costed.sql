-- Ids last: those of an erased person change, and the cents of the others must not.
with running as (
    select
        priced.*,
        months.is_complete_month,
        cast(months.direct_amount as double) as month_direct,
        cast(months.residual_amount as double) * 100 as residual_minor,
        sum(priced.direct_cost_amount) over (
            partition by priced.month
            order by priced.contact_date, priced.direct_cost_amount, priced.contact_id
            rows between unbounded preceding and current row
        ) as direct_so_far
    from {{ ref('int_contacts_priced_directly') }} as priced
    inner join {{ ref('int_service_months') }} as months on priced.month = months.month
),

-- The share of one contact is the difference of two rounded running shares, so that the shares of
-- a month add up to its residual to the cent, whatever the number of contacts.
shared as (
    select
        *,
        case
            when month_direct = 0 then 0
            else
                round(residual_minor * cast(direct_so_far as double) / month_direct)
                - round(
                    residual_minor
                    * cast(direct_so_far - direct_cost_amount as double) / month_direct
                )
        end as overhead_minor
    from running
),

valued as (
    select
        shared.*,
        cast(cast(overhead_minor as bigint) * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
            as overhead_amount
    from shared
)

select
    contact_id,
    direct_cost_amount,
    overhead_amount,
    cast(direct_cost_amount + overhead_amount as decimal(18, 2)) as service_cost_amount,
    is_handling_estimated or not is_complete_month as is_cost_estimated,
    contact_date,
    month
from valued
