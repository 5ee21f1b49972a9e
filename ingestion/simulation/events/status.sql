-- The states of cases as the helpdesk reports them.
insert into event by name
select
    '/helpdesk/demo' as source,
    'case.status_changed' as type,
    concat(case_id, '/status/', sequence) as id,
    concat('case/', case_id) as subject,
    moved_at as happened_at,
    sequence + 10 as sequence,
    case when agent is not null then agent_of(agent) else actor_of(changed_by) end as actor,
    helpdesk_url(case_id) as source_url,
    to_json({
        'case_id': case_id, 'from_status': from_status, 'to_status': to_status,
            'changed_by': changed_by
    }) as data,
from state;
