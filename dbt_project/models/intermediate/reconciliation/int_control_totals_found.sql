{#- Totals of the log under the name that was expected: a source `/stripe` also stands for
    `/stripe/acct_1`. -#}
with scopes as (
    select distinct source as scope from {{ ref('int_control_totals_expected') }}
),

found as (
    {{ control_totals(ref('int_control_objects_found')) }}
)

select
    scopes.scope as source,
    found.measure,
    found.currency,
    cast(sum(found.total_minor) as bigint) as total_minor,
    found.total_date
from found
inner join scopes
    on
        found.source = scopes.scope
        or substr(found.source, 1, length(scopes.scope) + 1) = concat(scopes.scope, '/')
group by scopes.scope, found.measure, found.currency, found.total_date
