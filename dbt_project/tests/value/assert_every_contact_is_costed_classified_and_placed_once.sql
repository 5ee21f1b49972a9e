with counted as (
    select
        (select count(*) from {{ ref('int_contacts') }}) as contacts_in,
        (select count(*) from {{ ref('contacts') }}) as contacts_out,
        (select count(*) from {{ ref('contacts') }}
where is_customer_initiated) as inbound_count,
        (select sum(contact_count) from {{ ref('contact_reason_months') }}) as reason_count,
        (select sum(contact_count) from {{ ref('frictions') }}) as friction_count
)

select * from counted
where
    contacts_in <> contacts_out
    or inbound_count <> coalesce(reason_count, 0)
    or inbound_count <> coalesce(friction_count, 0)
