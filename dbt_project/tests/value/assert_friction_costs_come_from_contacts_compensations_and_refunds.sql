with compared as (
    select
        (select sum(service_cost_amount) from {{ ref('frictions') }}) as friction_service_amount,
        (
            select sum(service_cost_amount) from {{ ref('contacts') }}
            where demand_type = 'failure' and is_customer_initiated
        ) as failure_amount,
        (select sum(compensation_amount) from {{ ref('frictions') }}) as friction_compensation_amount,
        (
            select sum(amount) from {{ ref('int_goodwill') }}
where goodwill_kind = 'compensation'
        ) as compensation_amount,
        (select sum(refund_amount) from {{ ref('frictions') }}) as friction_refund_amount,
        (select -sum(amount) from {{ ref('refunds') }}) as refund_amount,
        (select sum(friction_cost_amount) from {{ ref('frictions') }}) as friction_cost_amount
)

select * from compared
where
    coalesce(friction_service_amount, 0) <> coalesce(failure_amount, 0)
    or coalesce(friction_compensation_amount, 0) > coalesce(compensation_amount, 0)
    or coalesce(friction_refund_amount, 0) > coalesce(refund_amount, 0)
    or friction_cost_amount
    <> friction_service_amount + friction_compensation_amount + friction_refund_amount
