-- What the phone system and the chat report of each contact.
create or replace temp table live as
select
    *,
    case channel when 'phone' then '/telephony/demo' else '/helpdesk/demo' end as source,
    concat('contact/', contact_id) as subject,
    concat(case channel when 'phone' then 'https://telephony.example.com/calls/'
        else 'https://helpdesk.example.com/chats/' end, contact_id) as url,
    later(answered_at, 0.4 * talk_s) as transferred_at,
from thread
where not is_written;

insert into event by name
select
    source,
    'contact.started' as type,
    concat(contact_id, '/started') as id,
    subject,
    started_at as happened_at,
    customer_no,
    who,
    channel,
    'reactive' as service_mode,
    language,
    null::json as actor,
    url as source_url,
    to_json({
        'contact_id': contact_id,
        'direction': 'in',
        'case_id': case_id,
        'entry_point': case channel when 'phone' then case language when 'de' then 'hotline_de'
            else 'hotline_en' end else 'chat_widget' end,
        'queue': first_queue,
        'reason_code': case when u(contact_no, 'told') < 0.95 then reason_code end,
        'order_id': case when is_linked then order_id end,
        'invoice_id': case when is_linked then invoice_id end
    }) as data,
    case when channel = 'phone' then to_json({
        'trunk': concat('tk-', 1 + floor(u(contact_no, 'trunk') * 6)::integer),
        'ivr_steps': 1 + floor(u(contact_no, 'ivr') * 4)::integer
    }) else to_json({'page': pick(contact_no, 'page', ['account', 'checkout', 'help',
        'orders'])}) end
        as extra,
from live
union all
select source, 'contact.queued', concat(contact_id, '/queued'), subject, later(started_at, 1), null,
    null, channel, null, null, null, url,
    to_json({'contact_id': contact_id, 'queue': first_queue}), null
from live
union all
select source, 'contact.answered', concat(contact_id, '/answered'), subject, answered_at, null,
    null,
    channel, null, null, agent_of(agent), url,
    to_json({'contact_id': contact_id, 'queue': first_queue, 'wait_s': wait_s}), null
from live
where not is_abandoned
union all
select source, 'contact.abandoned', concat(contact_id, '/abandoned'), subject, answered_at, null,
    null,
    channel, null, null, null, url,
    to_json({'contact_id': contact_id, 'queue': first_queue, 'wait_s': wait_s}), null
from live
where is_abandoned
union all
select source, 'contact.transferred', concat(contact_id, '/transferred/1'), subject, transferred_at,
    null, null, channel, null, null, null, url,
    to_json({
        'contact_id': contact_id, 'to_queue': next_queue, 'from_queue': first_queue,
        'kind': case when u(contact_no, 'warm') < 0.4 then 'consult' else 'blind' end
    }), null
from live
where is_transferred
union all
select source, 'contact.ended', concat(contact_id, '/ended'), subject, ended_at, customer_no, who,
    channel, null, null, agent_of(agent), url,
    to_json({
        'contact_id': contact_id, 'talk_s': talk_s, 'hold_s': hold_s, 'acw_s': acw_s,
        'disconnected_by': pick(contact_no, 'hangs up', ['customer', 'customer', 'agent']),
        'wrapup_code': replace(reason_code, '.', '_')
    }),
    case when u(contact_no, 'rated') < 0.1 then to_json({'line_quality': round(
        span(contact_no, 'quality', 3.2, 4.5), 1)}) end
from live
where not is_abandoned;
