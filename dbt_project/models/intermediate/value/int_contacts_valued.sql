with costs as (
    select * from {{ ref('int_contacts_costed') }}
),

efforts as (
    select * from {{ ref('int_contacts_with_effort') }}
),

demand as (
    select * from {{ ref('int_contacts_classified') }}
),

places as (
    select * from {{ ref('int_contacts_placed_in_journey') }}
)

select
    costs.contact_id,
    coalesce(places.journey_step, 'no object') as journey_step,
    places.linked_event_id,
    places.linked_event_key,
    demand.demand_type,
    demand.demand_evidence,
    demand.demand_evidence_event_id,
    demand.demand_evidence_event_key,
    demand.quadrant,
    demand.owner_department as reason_owner_department,
    costs.direct_cost_amount,
    costs.overhead_amount,
    costs.service_cost_amount,
    cast(efforts.customer_minutes as double) as customer_minutes,
    cast(efforts.waiting_hours as double) as waiting_hours,
    costs.is_cost_estimated,
    demand.is_value_creating,
    demand.has_broken_promise,
    costs.month
from costs
inner join efforts on costs.contact_id = efforts.contact_id
inner join demand on costs.contact_id = demand.contact_id
left join places on costs.contact_id = places.contact_id
