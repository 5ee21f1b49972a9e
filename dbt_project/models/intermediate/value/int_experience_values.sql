with counted as (
    select
        survey_kind as metric,
        segment,
        month,
        case when survey_kind = 'ces' then is_top else is_top - is_bottom end as points,
        case when survey_kind = 'ces' then 1 else 100 end as factor
    from {{ ref('int_survey_responses_counted') }}
    where
        is_counted
        and is_scored
        and is_higher_better
        and survey_kind in ('ces', 'nps')
),

by_segment as (
    select metric, segment, month, points, factor from counted
    union all
    select metric, 'all' as segment, month, points, factor from counted
)

select
    metric,
    segment,
    month,
    year(month) * 12 + month(month) as month_number,
    count(*) as response_count,
    round(max(factor) * avg(cast(points as double)), 6) as score
from by_segment
group by metric, segment, month
