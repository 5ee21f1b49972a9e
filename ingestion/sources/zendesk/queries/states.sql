-- Tickets of which the export has no history: only their last state is known.
select
    row_of_file,
    to_json({
        id: id, created_at: created_at, updated_at: updated_at, status: status, group_id: group_id,
        assignee_id: assignee_id, priority: priority, requester_id: requester_id
    })::varchar as told
from zendesk_ticket
where
    id not in (
        select ticket_id from zendesk_ticket_field_history
        where ticket_id is not null and field_name = 'status'
    )
order by row_of_file
