-- What the helpdesk reports of its cases.
insert into event by name
with

linked as (
    select *, concat('case/', case_id) as subject, helpdesk_url(case_id) as url,
        case when is_written then later(opened_at, 0) else later(opened_at, 2) end as filed_at,
        case when is_transferred then coalesce(
            greatest(later(first_reply_at, -200), later(filed_at, 20)), later(opened_at, 900)) end
            as moved_at,
    from cases
)

select
    '/helpdesk/demo' as source,
    'case.opened' as type,
    concat(case_id, '/opened') as id,
    subject,
    filed_at as happened_at,
    customer_no,
    if(who = 'hidden', 'number or mail', who) as who,
    channel,
    language,
    null::json as actor,
    url as source_url,
    to_json({
        'case_id': case_id,
        'direction': 'in',
        'case_type': case_type,
        'priority': priority,
        'reason_code': case when u(case_id, 'knows reason') < 0.35 then reason_code end,
        'brand': 'main',
        'queue': queue,
        'order_id': case when is_linked then order_id end,
        'invoice_id': case when is_linked then invoice_id end
    }) as data,
from linked
union all
select '/helpdesk/demo', 'case.assigned', concat(case_id, '/assigned/1'), subject, later(filed_at,
    15),
    null, null, null, null, actor_of('system'), url,
    to_json({'case_id': case_id, 'to_group': queue, 'assigned_by': 'rule'})
from linked
union all
select '/helpdesk/demo', 'case.assigned', concat(case_id, '/assigned/2'), subject, moved_at, null,
    null,
    null, null, agent_of(agent), url,
    to_json({
        'case_id': case_id, 'to_group': next_queue, 'from_group': queue, 'to_agent': agent,
        'assigned_by': 'human'
    })
from linked
where moved_at is not null and next_queue <> queue
union all
select '/helpdesk/demo', 'case.classified', concat(case_id, '/classified/1'), subject,
    coalesce(later(first_reply_at, 2), later(filed_at, 30)), null, null, null, null, null, url,
    to_json({
        'case_id': case_id,
        'reason_code': reason_code,
        'taxonomy_version': '2026-01',
        'classified_by': case when u(case_id, 'classifier') < 0.55 then 'human' else 'rule' end,
        'confidence': case when u(case_id, 'classifier') < 0.55 then 1
            else round(span(case_id, 'confidence', 0.6, 0.99), 2) end
    })
from linked
where u(case_id, 'is classified') < 0.97
union all
select '/helpdesk/demo', 'case.linked', concat(case_id, '/linked/1'), subject, later(filed_at, 400),
    null,
    null, null, null, agent_of(agent), url,
    to_json({
        'case_id': case_id,
        'object_type': case when subscription_id is not null then 'subscription'
            when invoice_id is not null then 'invoice' else 'order' end,
        'object_id': coalesce(subscription_id, invoice_id, order_id),
        'qualifier': 'about'
    })
from linked
where subscription_id is not null
    or (not is_linked and coalesce(order_id, invoice_id) is not null and u(case_id, 'links') < 0.6)
union all
select '/helpdesk/demo', 'sla.target_applied', concat(case_id, '/sla/', metric), subject,
    later(filed_at, 5), null, null, null, null, actor_of('system'), url,
    to_json({
        'case_id': case_id, 'metric': metric, 'target_s': target_h * 3600, 'clock': 'calendar',
        'policy_id': concat('policy-', priority), 'priority_applied': priority
    })
from (
    select *, 'first_reply' as metric, case priority when 'high' then 8 else 24 end as target_h
    from linked
    where is_written
    union all
    select *, 'resolution', case priority when 'high' then 48 else 96 end
    from linked
);
