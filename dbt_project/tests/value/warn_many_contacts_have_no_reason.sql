-- Above a tenth of unclassified contacts the shares of value and failure demand are uncertain.
{{ config(severity='warn') }}
with counted as (
    select
        count(*) as contact_count,
        count(case when demand_type = 'unclassified' then 1 end) as unclassified_count
    from {{ ref('contacts') }}
    where is_customer_initiated
)

select * from counted
where unclassified_count > 0.1 * contact_count
