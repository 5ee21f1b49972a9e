-- Messages: questions and answers of cases, automatic receipts, and the lines of chats.
insert into event by name
with

written as (
    select *, concat(contact_no, '-', turn_no) as turn_key, helpdesk_url(case_id) as url
    from turn
    where is_written
),

chat_lines as (
    select *, unnest(range(1, 3 + least(5, talk_s // 90))) as line_no from live
    where channel = 'chat' and not is_abandoned
),

sent as (
    select concat('MS', turn_key, 'q') as message_id, case_id, null as contact_id, asked_at
        as sent_at,
        'customer' as author_role, false as is_automated, null as template_id,
        round(around(turn_key, 'length', 420, 0.7))::integer as text_length, customer_no, who,
            language,
        channel, actor_of('customer') as actor, url
    from written
    union all
    select concat('MS', turn_key, 'a'), case_id, null, replied_at, 'agent', false,
        case when u(turn_key, 'template') < 0.5 then replace(reason_code, '.', '_') end,
        round(around(turn_key, 'answer', 650, 0.5))::integer, null, null, language, channel,
        agent_of(agent), url
    from written
    where replied_at is not null
    union all
    select concat('MS', turn_key, 'r'), case_id, null, later(asked_at, 20), 'system', true,
        'receipt', 310,
        null, null, language, channel, actor_of('system'), url
    from written
    where turn_no = 1 and is_opening and channel in ('email', 'web_form')
    union all
    select concat('MS', case_id, 't'), case_id, null, thanked_at, 'customer', false, null, 24,
        customer_no,
        who, language, channel, actor_of('customer'), helpdesk_url(case_id)
    from cases
    where says_thanks
    union all
    select concat('MS', contact_no, '-', line_no), null, contact_id,
        later(answered_at, talk_s * (line_no - 1) / (3 + least(5, talk_s // 90))),
        case when line_no % 2 = 1 then 'customer' else 'agent' end, false, null,
        round(around(concat(contact_no, line_no), 'chat', 90, 0.6))::integer,
        case when line_no % 2 = 1 then customer_no end, who, language, channel,
        case when line_no % 2 = 1 then actor_of('customer') else agent_of(agent) end, url
    from chat_lines
)

select
    '/helpdesk/demo' as source,
    'contact.message_sent' as type,
    concat(message_id, '/sent') as id,
    concat('message/', message_id) as subject,
    sent_at as happened_at,
    customer_no,
    case when customer_no is not null then who end as who,
    channel,
    language,
    actor,
    url as source_url,
    to_json({
        'message_id': message_id, 'author_role': author_role, 'is_public': true,
        'is_automated': is_automated, 'contact_id': contact_id, 'case_id': case_id,
        'text_length': text_length, 'template_id': template_id,
        'suggestion_used': case when author_role = 'agent' and not is_automated
            then u(message_id, 'suggested') < 0.25 end
    }) as data,
from sent;

insert into event by name
select
    '/helpdesk/demo' as source,
    'contact.handling_logged' as type,
    concat(case_id, '/handling/', contact_no, '-', turn_no) as id,
    concat('case/', case_id) as subject,
    later(coalesce(back_office_at, replied_at), 30) as happened_at,
    agent_of(agent) as actor,
    helpdesk_url(case_id) as source_url,
    to_json({
        'case_id': case_id,
        'seconds': write_s,
        'is_estimated': u(contact_no, 'by hand') < 0.1,
        'contact_id': case when not is_written then contact_id end
    }) as data,
from turn
where (is_written and replied_at is not null and u(contact_no, 'logs') < 0.92)
    or back_office_at is not null;
