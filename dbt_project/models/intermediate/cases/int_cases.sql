{#- Party and reopens beside what is described, with the resolution that merging takes away. -#}
with courtesies as (
    select case_id, count(*) as courtesy_reopen_count
    from {{ ref('int_case_reopens') }}
    where is_courtesy
    group by case_id
)

select
    described.*,
    objects.party_id,
    statuses.status,
    statuses.first_solved_at,
    case when described.into_case_id is null then statuses.resolved_at end as resolved_at,
    coalesce(statuses.company_wait_seconds, 0) as company_wait_seconds,
    coalesce(statuses.customer_wait_seconds, 0) as customer_wait_seconds,
    coalesce(statuses.partner_wait_seconds, 0) as partner_wait_seconds,
    coalesce(statuses.solved_wait_seconds, 0) as solved_wait_seconds,
    coalesce(statuses.reopen_count, 0) as reopen_count,
    coalesce(courtesies.courtesy_reopen_count, 0) as courtesy_reopen_count,
    described.into_case_id is not null as is_merged,
    described.into_case_id is null and statuses.resolved_at is not null as is_resolved,
    coalesce(statuses.reopen_count, 0) > coalesce(courtesies.courtesy_reopen_count, 0) as is_reopened
from {{ ref('int_cases_described') }} as described
left join {{ ref('int_case_statuses_summed') }} as statuses
    on described.case_id = statuses.case_id
left join courtesies on described.case_id = courtesies.case_id
left join {{ ref('int_objects_identified') }} as objects
    on objects.object_type = 'case' and described.case_id = objects.object_id
