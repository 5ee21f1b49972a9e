with placed as (
    select
        comments.*,
        try_cast(created as timestamp) as created_at
    from zendesk_ticket_comment as comments
),

roles as (
    -- the last change before the comment, else what the first one after it came from
    select
        placed.id,
        coalesce(
            arg_max(changes.to_role, changes.changed_at)
            filter (where changes.changed_at <= placed.created_at),
            arg_min(changes.from_role, changes.changed_at)
            filter (where changes.changed_at > placed.created_at)
        ) as author_role
    from placed
    inner join zendesk_role_changes as changes on placed.user_id = changes.user_id
    group by placed.id
),

requesters as (
    select
        placed.id,
        coalesce(
            arg_max(known.requester_id, known.since_at)
            filter (where known.since_at <= placed.created_at),
            arg_min(known.requester_id, known.since_at)
        ) as requester_id
    from placed
    inner join zendesk_requesters as known on placed.ticket_id = known.ticket_id
    group by placed.id
)

select
    placed.row_of_file,
    to_json({
        id: placed.id,
        ticket_id: placed.ticket_id,
        author_id: placed.user_id,
        author_role: roles.author_role,
        "public": placed."public",
        body: placed.body,
        created_at: placed.created,
        "type": case when lower(placed.voice_comment) = 'true' then 'VoiceComment' else 'Comment' end
    })::varchar as told,
    users.role as author_role,
    requesters.requester_id
from placed
left join roles on placed.id = roles.id
left join requesters on placed.id = requesters.id
left join (select id, arg_max(role, row_of_file) as role from zendesk_user group by id) as users
    on placed.user_id = users.id
order by placed.row_of_file
