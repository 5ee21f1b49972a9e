with contact_costs as (
    select
        month,
        sum(service_cost_amount) as contact_amount
    from {{ ref('contacts') }}
    group by month
)

select
    ledger.month,
    ledger.service_amount as ledger_amount,
    costs.service_amount,
    contact_costs.contact_amount,
    costs.unallocated_service_amount
from {{ ref('int_ledger_months') }} as ledger
inner join {{ ref('monthly_costs') }} as costs on ledger.month = costs.month
left join contact_costs on ledger.month = contact_costs.month
where
    ledger.is_complete_month
    and (
        costs.service_amount <> ledger.service_amount
        or coalesce(contact_costs.contact_amount, 0) + costs.unallocated_service_amount
        <> ledger.service_amount
    )
