with repeated_keys as (
    select event_key from {{ ref('log_rows') }}
    group by event_key
    having count(*) > 1
),

numbered as (
    select
        log_rows.event_key,
        log_rows.commit_no,
        row_number() over (
            partition by log_rows.event_key order by log_rows.commit_no desc
        ) as latest_number
    from {{ ref('log_rows') }} as log_rows
    inner join repeated_keys on log_rows.event_key = repeated_keys.event_key
)

select event_key, commit_no from numbered
where latest_number > 1
