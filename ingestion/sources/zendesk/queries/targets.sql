-- Targets of the policy version and priority that were in force when the policy was applied.
with applied as (
    select
        policy.*,
        try_cast(policy_applied_at as timestamp) as applied_at
    from zendesk_ticket_sla_policy as policy
),

priorities as (
    select
        applied.row_of_file,
        arg_max(history.value, try_cast(history.updated as timestamp)) as priority
    from applied
    inner join zendesk_ticket_field_history as history
        on
            applied.ticket_id = history.ticket_id
            and history.field_name = 'priority'
            and try_cast(history.updated as timestamp) <= applied.applied_at
    group by applied.row_of_file
),

versions as (
    select
        applied.row_of_file,
        max(try_cast(history.sla_policy_updated_at as timestamp)) as version_at
    from applied
    inner join zendesk_sla_policy_metric_history as history
        on
            applied.sla_policy_id = history.sla_policy_id
            and try_cast(history.sla_policy_updated_at as timestamp) <= applied.applied_at
    group by applied.row_of_file
),

targets as (
    select
        applied.row_of_file, history.metric, history.target, history.business_hours
    from applied
    inner join versions on applied.row_of_file = versions.row_of_file
    left join priorities on applied.row_of_file = priorities.row_of_file
    left join zendesk_ticket as ticket on applied.ticket_id = ticket.id
    inner join zendesk_sla_policy_metric_history as history
        on
            applied.sla_policy_id = history.sla_policy_id
            and versions.version_at = try_cast(history.sla_policy_updated_at as timestamp)
            and history.priority = coalesce(priorities.priority, ticket.priority)
)

select
    applied.row_of_file,
    to_json({
        ticket_id: applied.ticket_id,
        "time": applied.policy_applied_at,
        "type": 'apply_sla',
        metric: coalesce(targets.metric, 'first_reply_time'),
        sla: {
            target: targets.target,
            business_hours: targets.business_hours,
            policy: {id: applied.sla_policy_id}
        }
    })::varchar as told
from applied
left join targets on applied.row_of_file = targets.row_of_file
order by applied.row_of_file, targets.metric
