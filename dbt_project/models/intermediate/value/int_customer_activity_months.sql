select
    party_id,
    {{ local_month('occurred_at') }} as month,
    max({{ local_date('occurred_at') }}) as last_active_date
from {{ ref('events') }}
where
    party_id is not null
    and event_type in (
        'order.placed', 'invoice.issued', 'subscription.started', 'subscription.changed'
    )
group by 1, 2
