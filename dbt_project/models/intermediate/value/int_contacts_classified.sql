with contacts as (
    select
        contacts.*,
        {{ local_date('contacts.started_at') }} as contact_date
    from {{ ref('int_contacts') }} as contacts
),

reasons as (
    select * from {{ ref('int_contact_reasons_in_force') }}
),

evidence as (
    select * from {{ ref('int_contacts_with_failure_evidence') }}
)

select
    contacts.contact_id,
    case
        when evidence.demand_evidence is not null then 'failure'
        else coalesce(reasons.demand_type, 'unclassified')
    end as demand_type,
    evidence.demand_evidence,
    evidence.demand_evidence_event_id,
    evidence.demand_evidence_event_key,
    coalesce(reasons.quadrant, 'unclassified') as quadrant,
    reasons.owner_department,
    coalesce(evidence.has_broken_promise, false) as has_broken_promise,
    coalesce(
        reasons.quadrant = 'leverage'
        and contacts.is_human_handled
        and contacts.is_customer_initiated,
        false
    ) as is_value_creating
from contacts
left join reasons
    on
        contacts.reason_code = reasons.reason_code
        and {{ holds_on('reasons', 'contacts.contact_date') }}
left join evidence on contacts.contact_id = evidence.contact_id
