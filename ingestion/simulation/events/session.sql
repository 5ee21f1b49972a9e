-- Bots and help articles, before people are asked or instead of them.
insert into event by name
with

handed_over as (
    select demand_no, contact_id, started_at from thread where n = 1 and not is_abandoned
),

sessions as (
    select attended.*, concat('BT', attended.demand_no) as session_id,
        round(span(attended.demand_no, 'bot time', 50, 260)) as bot_s,
        later(wanted_at, -bot_s - 20) as begun_at,
        case when handed_over.started_at <= later(wanted_at, 3600) then handed_over.contact_id end
            as contact_id,
    from attended
    left join handed_over using (demand_no)
    where has_bot
)

select
    '/helpdesk/demo' as source,
    'bot.session_started' as type,
    concat(session_id, '/started') as id,
    concat('session/', session_id) as subject,
    begun_at as happened_at,
    customer_no,
    'number or mail' as who,
    'bot' as channel,
    'automated' as service_mode,
    language,
    actor_of('bot') as actor,
    concat('https://helpdesk.example.com/bots/', session_id) as source_url,
    to_json({
        'session_id': session_id, 'intents': [split_part(reason_code, '.', 2)],
        'reason_code': reason_code, 'order_id': order_id, 'invoice_id': invoice_id
    }) as data,
from sessions
union all
select '/helpdesk/demo', 'bot.session_ended', concat(session_id, '/ended'),
    concat('session/', session_id), later(begun_at, bot_s), customer_no, 'number or mail', 'bot',
        'automated',
    language, actor_of('bot'), concat('https://helpdesk.example.com/bots/', session_id),
    to_json({
        'session_id': session_id, 'handoff_requested': not is_bot_contained,
        'handoff_completed': contact_id is not null, 'contact_id': contact_id,
        'intents': [split_part(reason_code, '.', 2)]
    })
from sessions
union all
select '/helpdesk/demo', 'selfservice.article_viewed', concat('WB', demand_no, '/article/', page),
    concat('session/WB', demand_no), later(wanted_at, -span(demand_no, concat('reads ', page), 60,
        1500)),
    customer_no, 'number or mail', 'self_service', 'self_service', language, null,
    concat('https://help.example.com/articles/', replace(reason_code, '.', '-')),
    to_json({
        'session_id': concat('WB', demand_no),
        'article_id': concat(replace(reason_code, '.', '-'), '-', page),
        'reason_code': reason_code
    })
from (select *, unnest(range(1, 2 + (u(demand_no, 'second page') < 0.4)::integer))
    as page from attended
    where has_article);
