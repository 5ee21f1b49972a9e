with known as (
    select domain, event_key, commit_no from {{ ref('log_rows') }}
    where recorded_at <= {{ as_of() }}
),

repeated_keys as (
    select event_key from known
    group by event_key
    having count(*) > 1
),

numbered as (
    select
        known.domain,
        known.event_key,
        known.commit_no,
        row_number() over (
            partition by known.domain, known.event_key order by known.commit_no desc
        ) as latest_number
    from known
    inner join repeated_keys on known.event_key = repeated_keys.event_key
)

select domain, event_key, commit_no from numbered
where latest_number > 1
