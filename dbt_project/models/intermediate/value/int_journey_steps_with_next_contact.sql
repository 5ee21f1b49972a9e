with contacts as (
    select
        party_id,
        contact_id,
        service_cost_amount,
        started_at,
        row_number() over (partition by party_id order by started_at, contact_id)
            as party_contact_number
    from {{ ref('contacts') }}
    where is_customer_initiated and party_id is not null
),

-- Steps and contact starts of a party on one time line; a contact of the same instant counts as
-- already begun, so that only a later one can be the consequence of a step.
time_line as (
    select
        event_key,
        party_id,
        occurred_at,
        0 as is_contact,
        journey_id,
        event_id,
        step,
        step_number,
        previous_step,
        previous_occurred_at
    from {{ ref('int_journey_steps_ordered') }}

    union all

    select
        null as event_key,
        party_id,
        started_at as occurred_at,
        1 as is_contact,
        null as journey_id,
        null as event_id,
        null as step,
        null as step_number,
        null as previous_step,
        null as previous_occurred_at
    from contacts
),

counted as (
    select
        time_line.*,
        sum(is_contact) over (
            partition by party_id
            order by occurred_at, is_contact desc
            rows between unbounded preceding and current row
        ) as contacts_so_far
    from time_line
)

select
    counted.event_key,
    counted.event_id,
    counted.journey_id,
    counted.party_id,
    counted.step,
    counted.step_number,
    counted.previous_step,
    counted.occurred_at,
    counted.previous_occurred_at,
    contacts.contact_id as next_contact_id,
    contacts.started_at as next_contact_at,
    contacts.service_cost_amount as next_contact_cost_amount
from counted
left join contacts
    on
        counted.party_id = contacts.party_id
        and counted.contacts_so_far + 1 = contacts.party_contact_number
where counted.is_contact = 0
