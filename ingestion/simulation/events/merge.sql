-- Questions that were asked twice, and the counters that the helpdesk itself keeps.
insert into event by name
select
    '/helpdesk/demo' as source,
    'case.opened' as type,
    concat(second_case_id, '/opened') as id,
    concat('case/', second_case_id) as subject,
    second_opened_at as happened_at,
    customer_no,
    'mail' as who,
    channel,
    language,
    null::json as actor,
    helpdesk_url(second_case_id) as source_url,
    to_json({
        'case_id': second_case_id, 'direction': 'in', 'case_type': case_type, 'priority': 'normal',
        'reason_code': reason_code, 'brand': 'main', 'queue': queue, 'order_id': order_id,
        'invoice_id': invoice_id
    }) as data,
from merged
union all
select '/helpdesk/demo', 'contact.message_sent', concat('MS', second_case_id, 'q/sent'),
    concat('message/MS', second_case_id, 'q'), second_opened_at, customer_no, 'mail', channel,
        language,
    actor_of('customer'), helpdesk_url(second_case_id),
    to_json({
        'message_id': concat('MS', second_case_id, 'q'), 'author_role': 'customer',
            'is_public': true,
        'is_automated': false, 'case_id': second_case_id, 'text_length': 180
    })
from merged
union all
select '/helpdesk/demo', 'case.merged', concat(second_case_id, '/merged'),
    concat('case/', second_case_id), merged_at, null, null, null, null, agent_of(agent),
    helpdesk_url(second_case_id),
    to_json({'case_id': second_case_id, 'into_case_id': case_id})
from merged
union all
select '/helpdesk/demo', 'case.status_changed', concat(second_case_id, '/status/1'),
    concat('case/', second_case_id), later(merged_at, 1), null, null, null, null,
        actor_of('system'),
    helpdesk_url(second_case_id),
    to_json({
        'case_id': second_case_id, 'from_status': 'new', 'to_status': 'closed',
            'changed_by': 'system'
    })
from merged;

insert into event by name
with

counted as (
    select
        case_id,
        count(*) filter (where from_status in ('solved', 'closed') and to_status <> 'closed')
            as reopens,
        max(moved_at) as closed_at,
        arg_max(to_status, sequence) as last_status,
    from state
    group by case_id
)

select
    '/helpdesk/demo' as source,
    'case.counters_reported' as type,
    concat(case_id, '/counters') as id,
    concat('case/', case_id) as subject,
    later(closed_at, 60) as happened_at,
    helpdesk_url(case_id) as source_url,
    to_json({
        'case_id': case_id,
        'reopen_count': reopens,
        'reassignment_count': (is_transferred and next_queue <> queue)::integer,
        'sla_made': epoch(solved_at - opened_at) <= case priority when 'high' then 48 else 96 end
            * 3600
    }) as data,
from cases
inner join counted using (case_id)
where last_status = 'closed';
