with contacts as (
    select
        contacts.contact_id,
        contacts.team,
        contacts.channel,
        contacts.reason_code,
        contacts.handling_seconds,
        contacts.is_human_handled,
        contacts.is_handling_estimated,
        {{ local_date('contacts.started_at') }} as contact_date
    from {{ ref('int_contacts') }} as contacts
)

-- Where the source tells no working time, the reference minutes of the reason stand in for it.
select
    contacts.contact_id,
    contacts.team,
    contacts.channel,
    case
        when contacts.is_human_handled
            then coalesce(contacts.handling_seconds, reasons.reference_handling_minutes * 60, 0)
        else 0
    end as handling_seconds,
    coalesce(
        contacts.is_human_handled
        and (contacts.is_handling_estimated or contacts.handling_seconds is null),
        false
    ) as is_handling_estimated,
    contacts.contact_date
from contacts
left join {{ ref('reasons') }} as reasons
    on
        contacts.reason_code = reasons.reason_code
        and {{ holds_on('reasons', 'contacts.contact_date') }}
