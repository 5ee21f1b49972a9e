with lateness as (
    select
        events.source,
        coalesce(seen.is_guest, true) as is_unidentified,
        events.occurred_at,
        events.recorded_at,
        {{ seconds_between('events.occurred_at', 'events.recorded_at') }} as lateness_seconds
    from {{ ref('events') }} as events
    left join {{ ref('int_parties_seen') }} as seen on events.party_id = seen.party_id
)

select
    source,
    count(*) as event_count,
    count(case when is_unidentified then 1 end) as unidentified_count,
    {{ percentile('lateness_seconds', 0.5) }} as p50_lateness_seconds,
    {{ percentile('lateness_seconds', 0.95) }} as p95_lateness_seconds,
    cast(max(lateness_seconds) as double) as max_lateness_seconds,
    max(occurred_at) as last_occurred_at,
    max(recorded_at) as last_recorded_at
from lateness
group by source
