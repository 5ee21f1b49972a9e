-- Tickets merged into another: when they were closed, else somewhere before its last update.
with listed as (
    select
        row_of_file,
        id as into_ticket_id,
        created_at,
        updated_at,
        unnest(try_cast(nullif(merged_ticket_ids, '[]') as bigint[]))::varchar as ticket_id
    from zendesk_ticket
),

closed as (
    select ticket_id, min(updated) as closed_at
    from zendesk_ticket_field_history
    where field_name = 'status' and value = 'closed'
    group by ticket_id
)

select
    listed.row_of_file,
    to_json({
        ticket_ids: [listed.ticket_id],
        into_ticket_id: listed.into_ticket_id,
        closed_at: closed.closed_at,
        after_at: listed.created_at,
        before_at: listed.updated_at
    })::varchar as told
from listed
left join closed on listed.ticket_id = closed.ticket_id
order by listed.row_of_file
