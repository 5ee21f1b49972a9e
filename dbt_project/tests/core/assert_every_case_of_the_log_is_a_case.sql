select distinct event_log.case_id
from {{ ref('event_log') }} as event_log
left join {{ ref('cases') }} as cases on event_log.case_id = cases.case_id
where event_log.event_type in ('case.opened', 'case.status_changed') and cases.case_id is null
