with stages as (
    select party_id, stage, valid_from from {{ ref('int_lifecycle_stages_replayed') }}

    union all

    select seen.party_id, 'prospect' as stage, seen.first_seen_at as valid_from
    from {{ ref('int_parties_seen') }} as seen
    left join (
        select party_id, min(purchased_at) as first_purchased_at
        from {{ ref('int_purchases') }}
        group by party_id
    ) as bought on seen.party_id = bought.party_id
    where
        not seen.is_guest
        and (bought.first_purchased_at is null or seen.first_seen_at < bought.first_purchased_at)
),

compared as (
    select
        stages.*,
        lag(stage) over (partition by party_id order by valid_from) as previous_stage
    from stages
),

changes as (
    select * from compared
    where previous_stage is null or previous_stage <> stage
)

select
    party_id,
    stage,
    row_number() over (partition by party_id order by valid_from) as stage_number,
    valid_from,
    lead(valid_from) over (partition by party_id order by valid_from) as valid_to
from changes
