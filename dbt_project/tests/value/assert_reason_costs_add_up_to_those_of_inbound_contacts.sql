with compared as (
    select
        (select coalesce(sum(service_cost_amount), 0) from {{ ref('contact_reason_months') }}) as reason_amount,
        (
            select coalesce(sum(service_cost_amount), 0) from {{ ref('contacts') }}
            where is_customer_initiated
        ) as contact_amount
)

select * from compared
where reason_amount <> contact_amount
