with lateness as (
    select
        source,
        party_id,
        occurred_at,
        recorded_at,
        {{ seconds_between('occurred_at', 'recorded_at') }} as lateness_seconds
    from {{ ref('events') }}
)

select
    source,
    count(*) as event_count,
    count(case when party_id is null then 1 end) as unidentified_count,
    {{ percentile('lateness_seconds', 0.5) }} as p50_lateness_seconds,
    {{ percentile('lateness_seconds', 0.95) }} as p95_lateness_seconds,
    cast(max(lateness_seconds) as double) as max_lateness_seconds,
    max(occurred_at) as last_occurred_at,
    max(recorded_at) as last_recorded_at
from lateness
group by source
