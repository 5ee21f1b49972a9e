with trends as (
    select * from {{ ref('int_experience_trends') }}
),

p_values as (
    select
        minimum_s,
        min(cast(p_value as double)) as p_value
    from {{ config_at_as_of('mann_kendall', ['period_count', 'minimum_s']) }} as mann_kendall
    group by minimum_s
),

ces as (
    select
        trends.segment,
        trends.month,
        max(trends.score) as ces_rate,
        max(trends.response_count) as ces_response_count,
        max(trends.slope) as ces_slope,
        coalesce(bool_or(trends.is_enough_data), false) as is_enough_data,
        case when bool_or(trends.is_enough_data) then min(p_values.p_value) end as ces_p_value
    from trends
    left join p_values on abs(trends.direction_sum) >= p_values.minimum_s
    where trends.metric = 'ces'
    group by trends.segment, trends.month
)

select
    ces.segment,
    ces.ces_rate,
    ces.ces_response_count,
    nps.score as nps,
    nps.response_count as nps_response_count,
    ces.ces_slope,
    ces.ces_p_value,
    nps.slope as nps_slope,
    nps.slope_low as nps_slope_low,
    nps.slope_high as nps_slope_high,
    coalesce(
        ces.is_enough_data
        and nps.is_enough_data
        and ces.ces_slope < 0
        and ces.ces_p_value < settings.drift_p_value
        and nps.slope_high >= 0,
        false
    ) as is_alert,
    coalesce(ces.is_enough_data and nps.is_enough_data, false) as is_enough_data,
    ces.month
from ces
cross join {{ ref('int_value_settings') }} as settings
left join trends as nps
    on nps.metric = 'nps' and ces.segment = nps.segment and ces.month = nps.month
