with first_requesters as (
    select ticket_id, arg_min(requester_id, since_at) as requester_id
    from zendesk_requesters
    group by ticket_id
)

select
    ticket.row_of_file,
    to_json({
        id: ticket.id,
        url: ticket.url,
        created_at: ticket.created_at,
        requester_id: coalesce(first_requesters.requester_id, ticket.requester_id),
        submitter_id: ticket.submitter_id,
        updated_at: ticket.updated_at,
        status: ticket.status,
        priority: ticket.priority,
        group_id: ticket.group_id,
        assignee_id: ticket.assignee_id,
        via: {
            channel: ticket.via_channel,
            source: {
                rel: ticket.via_source_rel, "from": {ticket_id: ticket.via_followup_source_id}
            }
        }
    })::varchar as told
from zendesk_ticket as ticket
left join first_requesters on ticket.id = first_requesters.ticket_id
order by ticket.row_of_file
