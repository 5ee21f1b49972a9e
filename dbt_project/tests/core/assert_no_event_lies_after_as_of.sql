select event_key from {{ ref('event_log') }}
where recorded_at > {{ as_of() }} or occurred_at > {{ as_of() }}
