-- Who asked in each ticket, from when on: the history of the field, else the ticket itself.
create or replace view zendesk_requesters as
select distinct ticket_id, value as requester_id, try_cast(updated as timestamp) as since_at
from zendesk_ticket_field_history
where field_name = 'requester_id' and value is not null

union all

select id as ticket_id, requester_id, try_cast(created_at as timestamp) as since_at
from zendesk_ticket
where
    requester_id is not null
    and id not in (
        select ticket_id from zendesk_ticket_field_history
        where field_name = 'requester_id' and value is not null and ticket_id is not null
    )
