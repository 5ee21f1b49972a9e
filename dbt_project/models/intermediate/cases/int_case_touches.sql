{#- When a person first worked on a case. -#}
with touches as (
    select case_id, occurred_at from {{ ref('stg_contact__case_assignments') }}
    where to_agent is not null

    union all

    select case_id, occurred_at from {{ ref('stg_contact__messages') }}
    where case_id is not null and author_role = 'agent' and not is_automated

    union all

    select case_id, occurred_at from {{ ref('stg_contact__case_statuses') }}
    where changed_by = 'agent'

    union all

    select case_id, occurred_at from {{ ref('stg_contact__handling_times') }}
)

select case_id, min(occurred_at) as first_touched_at
from touches
group by case_id
