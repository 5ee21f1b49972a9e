-- One chat with all its events; a chat that several tickets name belongs to the first.
with tickets as (
    select
        chat_id,
        min(row_of_file) as row_of_file,
        arg_min(channel, try_cast(ticket_id as bigint)) as channel,
        arg_min(ticket_id, try_cast(ticket_id as bigint)) as ticket_id,
        arg_min(user_id, try_cast(ticket_id as bigint)) as user_id,
        arg_min(visitor_id, try_cast(ticket_id as bigint)) as visitor_id
    from zendesk_ticket_chat
    where chat_id is not null
    group by chat_id
),

histories as (
    select
        chat_id,
        min(row_of_file) as row_of_file,
        list({
            timestamp: created_at, actor_id: actor_id, chat_index: chat_index, message: message,
            message_id: message_id, original_message: original_message, 'type': "type"
        } order by row_of_file) as history
    from zendesk_ticket_chat_event
    where chat_id is not null
    group by chat_id
)

select
    coalesce(tickets.row_of_file, histories.row_of_file) as row_of_file,
    to_json({
        id: coalesce(tickets.chat_id, histories.chat_id),
        channel: tickets.channel,
        ticket_id: tickets.ticket_id,
        user_id: tickets.user_id,
        visitor_id: tickets.visitor_id,
        history: histories.history
    })::varchar as told
from tickets
full join histories on tickets.chat_id = histories.chat_id
order by tickets.row_of_file, histories.row_of_file
