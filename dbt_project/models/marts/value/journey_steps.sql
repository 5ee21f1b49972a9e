with steps as (
    select * from {{ ref('int_journey_steps_with_next_contact') }}
),

horizon as (
    select
        settings.contact_after_step_hours * 3600 as horizon_seconds,
        build.as_of
    from {{ ref('int_value_settings') }} as settings
    cross join {{ source('log', 'build') }} as build
),

labels as (
    select * from {{ ref('int_journey_labels') }}
),

customers as (
    select
        party_id,
        segment
    from {{ ref('customers') }}
)

select
    steps.event_key,
    steps.event_id,
    steps.journey_id,
    steps.party_id,
    steps.next_contact_id,
    coalesce(customers.segment, 'unknown') as segment,
    steps.step,
    labels.label_en,
    labels.label_de,
    steps.previous_step,
    cast(steps.step_number as bigint) as step_number,
    {{ seconds_between('steps.previous_occurred_at', 'steps.occurred_at') }} as seconds_since_previous,
    {{ seconds_between('steps.occurred_at', 'steps.next_contact_at') }} as seconds_to_next_contact,
    steps.next_contact_cost_amount,
    {{ seconds_between('steps.occurred_at', 'horizon.as_of') }} >= horizon.horizon_seconds as is_mature,
    coalesce(
        {{ seconds_between('steps.occurred_at', 'steps.next_contact_at') }} <= horizon.horizon_seconds,
        false
    ) as is_followed_by_contact,
    {{ local_month('steps.occurred_at') }} as month,
    steps.occurred_at
from steps
cross join horizon
left join labels on steps.step = labels.step
left join customers on steps.party_id = customers.party_id
