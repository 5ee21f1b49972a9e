with resolved as (
    select
        held.*,
        max(case when valid_to is null then status end) over (partition by case_id) as last_status,
        max(case when is_solving then valid_from end) over (partition by case_id) as last_solved_at
    from {{ ref('int_case_statuses_held') }} as held
),

bounded as (
    select
        resolved.*,
        case when last_status in ('solved', 'closed') then last_solved_at end as resolved_at,
        {{ microseconds_between('valid_from', 'coalesce(valid_to, ' ~ as_of() ~ ')') }}
            as held_microseconds
    from resolved
)

select
    case_id,
    max(last_status) as status,
    max(resolved_at) as resolved_at,
    coalesce(
        min(case when status = 'solved' then valid_from end),
        min(case when status = 'closed' then valid_from end)
    ) as first_solved_at,
    count(case when is_reopening then 1 end) as reopen_count,
    {%- for holder, name in [
        ('company', 'company'), ('customer', 'customer'), ('partner', 'partner'), ('none', 'solved')
    ] %}
    cast(floor(coalesce(sum(
        case
            when holder = '{{ holder }}' and (resolved_at is null or valid_from < resolved_at)
                then held_microseconds
        end
    ), 0) / 1000000) as bigint) as {{ name }}_wait_seconds{{ ',' if not loop.last }}
    {%- endfor %}
from bounded
group by case_id
