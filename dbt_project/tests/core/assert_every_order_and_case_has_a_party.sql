select 'order' as object_type, order_id as object_id from {{ ref('orders') }}
where party_id is null

union all

select 'case' as object_type, case_id as object_id from {{ ref('cases') }}
where party_id is null
