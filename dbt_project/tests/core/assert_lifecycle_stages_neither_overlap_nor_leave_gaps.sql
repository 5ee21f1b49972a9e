with followed as (
    select
        lifecycle_stages.*,
        lead(valid_from) over (partition by party_id order by stage_number) as next_from,
        lead(stage) over (partition by party_id order by stage_number) as next_stage
    from {{ ref('lifecycle_stages') }} as lifecycle_stages
)

select * from followed
where
    valid_to is distinct from next_from
    or valid_to <= valid_from
    or stage = next_stage
