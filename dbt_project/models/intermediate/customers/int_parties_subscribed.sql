with running as (
    select subscription_id
    from {{ ref('stg_billing__subscriptions') }}
    group by subscription_id
    having count(case when event_type = 'subscription.ended' then 1 end) = 0
)

select distinct objects.party_id
from running
inner join {{ ref('int_objects_identified') }} as objects
    on objects.object_type = 'subscription' and running.subscription_id = objects.object_id
