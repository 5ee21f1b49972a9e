with recursive amendments as (
    select source, event_id, amends_id, event_key, commit_no, recorded_at
    from {{ ref('log_rows') }} as log_rows
    where
        amends_id is not null
        and recorded_at <= {{ as_of() }}
        and not exists (
            select 1 from {{ ref('replaced_events') }} as replaced
            where
                replaced.domain = log_rows.domain
                and replaced.event_key = log_rows.event_key
                and replaced.commit_no = log_rows.commit_no
        )
),

chains as (
    select source, event_id, amends_id as root_id, 1 as depth from amendments

    union all

    select
        chains.source,
        chains.event_id,
        amendments.amends_id as root_id,
        chains.depth + 1 as depth
    from chains
    inner join amendments
        on chains.source = amendments.source and chains.root_id = amendments.event_id
    where chains.depth < 64
),

roots as (
    select source, event_id, max_by(root_id, depth) as root_id
    from chains
    group by source, event_id
),

ranked as (
    select
        amendments.source,
        amendments.event_id,
        roots.root_id,
        row_number() over (
            partition by amendments.source, roots.root_id
            order by amendments.recorded_at desc, amendments.commit_no desc, amendments.event_key
        ) as latest_number
    from amendments
    inner join roots
        on amendments.source = roots.source and amendments.event_id = roots.event_id
)

select source, event_id from ranked
where latest_number > 1

union

select source, root_id as event_id from ranked
where latest_number = 1
