with evidence as (
    select
        fire_id,
        {{ exploded('evidence_event_keys') }}
    from {{ ref('triggers') }}
)

select evidence.fire_id
from evidence
left join {{ ref('events') }} as events on evidence.item = events.event_key
where events.event_key is null

union all

select fire_id
from {{ ref('triggers') }}
where evidence_count = 0 or evidence_count is null or value_at_risk_amount < 0
