with mentioned as (
    select {{ exploded('party_refs') }}, recorded_at, commit_no
    from {{ ref('int_party_references_collected') }}
),

by_commit as (
    select
        item.id_hash,
        item.id_type,
        min(item.id_class) as id_class,
        commit_no,
        min(recorded_at) as recorded_at
    from mentioned
    where item.id_hash is not null
    group by item.id_hash, item.id_type, commit_no
),

first_commits as (
    select
        by_commit.*,
        min(id_class) over (partition by id_hash) as known_class,
        row_number() over (partition by id_hash order by recorded_at, commit_no, id_type) as mention_number
    from by_commit
)

select
    row_number() over (order by recorded_at, commit_no, id_hash) as identifier_number,
    id_hash,
    id_type,
    known_class as id_class,
    commit_no as first_commit_no,
    recorded_at as first_recorded_at
from first_commits
where mention_number = 1
