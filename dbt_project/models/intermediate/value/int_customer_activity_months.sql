select
    events.party_id,
    {{ local_month('events.occurred_at') }} as month,
    max({{ local_date('events.occurred_at') }}) as last_active_date
from {{ ref('events') }} as events
inner join {{ ref('int_parties_seen') }} as seen on events.party_id = seen.party_id
where
    not seen.is_guest
    and events.event_type in (
        'order.placed', 'invoice.issued', 'subscription.started', 'subscription.changed'
    )
group by 1, 2
