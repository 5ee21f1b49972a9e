with compared as (
    select
        (select coalesce(sum(transition_count), 0) from {{ ref('journey_edges') }}) as edge_count,
        (
            select count(*) from {{ ref('journey_steps') }}
where previous_step is not null
        ) as step_count,
        (
            select count(*) from {{ ref('journey_edges') }}
            where contact_within_72h_count > mature_transition_count
                or mature_transition_count > transition_count
                or median_seconds > p90_seconds
        ) as broken_count
)

select * from compared
where edge_count <> step_count or broken_count > 0
