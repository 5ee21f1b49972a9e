{{ config(severity='warn') }}
select source, told_by, measure, currency, total_date, difference_value
from {{ ref('reconciliations') }}
where not is_matched
