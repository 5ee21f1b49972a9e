select
    rules.failure_kind,
    rules.label_en,
    rules.label_de,
    cast(rules.priority_number as integer) as priority_number,
    cast(rules.threshold_hours as double) as threshold_hours,
    cast(rules.lookback_days as double) as lookback_days
from {{ config_at_as_of('failure_rules', ['failure_kind']) }} as rules
