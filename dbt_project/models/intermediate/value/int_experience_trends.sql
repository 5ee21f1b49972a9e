with settings as (
    select * from {{ ref('int_value_settings') }}
),

scores as (
    select * from {{ ref('int_experience_values') }}
),

-- Every pair of months among the last periods that end with a month.
pairs as (
    select
        ends.metric,
        ends.segment,
        ends.month,
        round((later.score - earlier.score) / (later.month_number - earlier.month_number), 6) as slope,
        sign(later.score - earlier.score) as direction
    from scores as ends
    cross join settings
    inner join scores as earlier
        on
            ends.metric = earlier.metric
            and ends.segment = earlier.segment
            and earlier.month_number > ends.month_number - settings.drift_period_count
            and ends.month_number > earlier.month_number
    inner join scores as later
        on
            ends.metric = later.metric
            and ends.segment = later.segment
            and earlier.month_number < later.month_number
            and ends.month_number >= later.month_number
),

ranked as (
    select
        pairs.*,
        row_number() over (partition by metric, segment, month order by slope) as slope_number
    from pairs
),

slopes as (
    select
        metric,
        segment,
        month,
        count(*) as pair_count,
        {{ percentile('slope', 0.5) }} as slope,
        max(case when slope_number = 3 then slope end) as slope_low,
        max(case when slope_number = 13 then slope end) as slope_high,
        sum(direction) as direction_sum
    from ranked
    group by metric, segment, month
),

periods as (
    select
        ends.metric,
        ends.segment,
        ends.month,
        max(ends.score) as score,
        max(ends.response_count) as response_count,
        count(*) = max(settings.drift_period_count)
        and min(windows.response_count) >= max(settings.drift_minimum_count) as is_enough_data
    from scores as ends
    cross join settings
    inner join scores as windows
        on
            ends.metric = windows.metric
            and ends.segment = windows.segment
            and windows.month_number > ends.month_number - settings.drift_period_count
            and ends.month_number >= windows.month_number
    group by ends.metric, ends.segment, ends.month
)

select
    periods.*,
    round(slopes.slope, 6) as slope,
    case when slopes.pair_count = 15 then slopes.slope_low end as slope_low,
    case when slopes.pair_count = 15 then slopes.slope_high end as slope_high,
    slopes.direction_sum
from periods
left join slopes
    on
        periods.metric = slopes.metric
        and periods.segment = slopes.segment
        and periods.month = slopes.month
