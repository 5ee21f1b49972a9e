select
    fire_id,
    count(*) as action_count,
    min(occurred_at) as first_acted_at
from {{ ref('stg_proactive__actions') }}
group by fire_id
