-- A month's active customers are counted at its last day, or at as_of if that is earlier.
with months as (
    select
        month,
        least({{ last_day_of('month') }}, {{ local_date(as_of()) }}) as count_date
    from {{ ref('int_service_months') }}
)

select
    months.month,
    count(distinct activity.party_id) as active_customer_count
from months
inner join {{ ref('int_customer_activity_months') }} as activity
    on
        months.month >= activity.month
        and activity.last_active_date
        > {{ days_before('months.count_date', setting('activity_window_days')) }}
group by months.month
