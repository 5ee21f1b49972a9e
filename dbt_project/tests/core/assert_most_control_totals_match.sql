{#- Fails a source that told enough totals of its own when more of them differ than the settings allow. -#}
select source, count(*) as total_count
from {{ ref('reconciliations') }}
where told_by = 'source'
group by source
having
    count(*) >= {{ setting('reconciliation_minimum', 'integer') }}
    and count(case when not is_matched then 1 end)
    > count(*) * {{ setting('reconciliation_failure_rate') }}
