with counted as (
    select
        (select count(*) from {{ ref('log_rows') }}) as row_count,
        (select count(*) from {{ ref('event_log') }}) as projected_count,
        (select count(*) from {{ ref('excluded_events') }}) as excluded_count,
        (select count(*) from {{ ref('events') }}) as event_count
)

select * from counted
where row_count <> projected_count + excluded_count or event_count <> projected_count
