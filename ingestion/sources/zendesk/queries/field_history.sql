-- One audit for each moment at which a ticket's fields changed.
with changed as (
    select
        history.*,
        try_cast(updated as timestamp) as changed_at,
        lag(value) over (
            partition by ticket_id, field_name order by try_cast(updated as timestamp), row_of_file
        ) as previous_value
    from zendesk_ticket_field_history as history
),

told as (
    -- a repeated row tells no change
    select * from changed
    where previous_value is distinct from value
),

audits as (
    select
        min(row_of_file) as row_of_file,
        ticket_id,
        updated,
        changed_at,
        max(user_id) as author_id,
        list({
            'type': 'Change', field_name: field_name, previous_value: previous_value, 'value': value
        } order by row_of_file) as events
    from told
    group by ticket_id, updated, changed_at
)

select
    audits.row_of_file,
    to_json({
        ticket_id: audits.ticket_id, created_at: audits.updated, author_id: audits.author_id,
        events: audits.events
    })::varchar as told,
    users.role as author_role,
    (
        select arg_max(requesters.requester_id, requesters.since_at)
        from zendesk_requesters as requesters
        where
            requesters.ticket_id = audits.ticket_id and requesters.since_at <= audits.changed_at
    ) as requester_id
from audits
left join (select id, arg_max(role, row_of_file) as role from zendesk_user group by id) as users
    on audits.author_id = users.id
order by audits.row_of_file
