with counted as (
    select
        survey_kind,
        scale_id,
        survey_scope,
        segment,
        scale_min,
        scale_max,
        sum(case when is_counted and is_scored then 1 else 0 end) as response_count,
        count(*) as all_response_count,
        sum(case when is_counted then is_top else 0 end) as top_count,
        sum(case when is_counted then is_bottom else 0 end) as bottom_count,
        {{ exact_sum('case when is_counted and is_scored then score else 0 end') }} as score_sum,
        month
    from {{ ref('int_survey_responses_counted') }}
    group by survey_kind, scale_id, survey_scope, segment, scale_min, scale_max, month
),

rated as (
    select
        counted.*,
        cast(nullif(response_count, 0) as double) as answers,
        top_count / cast(nullif(response_count, 0) as double) as rate
    from counted
),

-- Wilson: 1.96 is the normal quantile of a two-sided 95 % interval, 3.8416 its square.
intervals as (
    select
        rated.*,
        rate + 1.9208 / answers as centre,
        1.96 * sqrt((rate * (1 - rate) + 0.9604 / answers) / answers) as spread
    from rated
)

select
    survey_kind,
    scale_id,
    survey_scope,
    segment,
    scale_min,
    scale_max,
    cast(response_count as bigint) as response_count,
    cast(all_response_count as bigint) as all_response_count,
    cast(top_count as bigint) as top_count,
    cast(bottom_count as bigint) as bottom_count,
    cast(score_sum as double) as score_sum,
    round(rate, 6) as score_rate,
    round((centre - spread) / (1 + 3.8416 / answers), 6) as wilson_low_rate,
    round((centre + spread) / (1 + 3.8416 / answers), 6) as wilson_high_rate,
    case when survey_kind = 'nps' then round(100 * (top_count - bottom_count) / answers, 6) end as nps,
    month
from intervals
