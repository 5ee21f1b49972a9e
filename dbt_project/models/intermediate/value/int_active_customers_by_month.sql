with settings as (
    select cast(active_customer_days as integer) as active_days
    from {{ ref('int_value_settings') }}
),

build as (
    select {{ local_date('as_of') }} as as_of_date
    from {{ source('log', 'build') }}
),

-- The day at which a month's active customers are counted: its last day, or as_of if that is earlier.
months as (
    select
        service_months.month,
        least({{ add_days(add_months('service_months.month', 1), -1) }}, build.as_of_date) as count_date
    from {{ ref('int_service_months') }} as service_months
    cross join build
)

select
    months.month,
    count(distinct activity.party_id) as active_customer_count
from months
cross join settings
inner join {{ ref('int_customer_activity_months') }} as activity
    on
        activity.month <= months.month
        and activity.last_active_date > {{ add_days('months.count_date', '-settings.active_days') }}
group by months.month
