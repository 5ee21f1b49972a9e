{#- Fails a source of which more totals differ than the settings allow, once it told enough. -#}
select source, told_by, count(*) as total_count
from {{ ref('reconciliations') }}
group by source, told_by
having
    count(*) >= {{ setting('reconciliation_minimum', 'integer') }}
    and count(case when not is_matched then 1 end)
    > count(*) * {{ setting('reconciliation_failure_rate') }}
