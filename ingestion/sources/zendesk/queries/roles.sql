-- Roles of staff and customers with the times from which they held, out of the account's audit log.
create or replace view zendesk_role_changes as
with descriptions as (
    select
        source_id as user_id,
        try_cast(created_at as timestamp) as changed_at,
        regexp_extract(
            lower(change_description),
            'support role changed from (.+?) to ([a-z -]+?)(\\+n|\n|$)',
            ['from_role', 'to_role']
        ) as roles
    from zendesk_audit_log
    where lower(source_type) = 'user'
)

select user_id, changed_at, trim(roles.from_role) as from_role, trim(roles.to_role) as to_role
from descriptions
where roles.to_role <> '' and changed_at is not null
