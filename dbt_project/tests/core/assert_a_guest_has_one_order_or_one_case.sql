select
    customers.party_id,
    count(distinct orders.order_id) as order_count,
    count(distinct cases.case_id) as case_count
from {{ ref('customers') }} as customers
left join {{ ref('orders') }} as orders on customers.party_id = orders.party_id
left join {{ ref('cases') }} as cases on customers.party_id = cases.party_id
where customers.is_guest
group by customers.party_id
having count(distinct orders.order_id) + count(distinct cases.case_id) > 1
