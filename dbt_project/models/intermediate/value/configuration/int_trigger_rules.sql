select
    rules.trigger_id,
    cast(rules.version as varchar) as version,
    rules.label_en,
    rules.label_de,
    rules.action_en as recommended_action_en,
    rules.action_de as recommended_action_de,
    rules.owner_department,
    cast(rules.threshold_value as double) as threshold_value,
    cast(rules.horizon_days as double) as horizon_days,
    cast(rules.loss_share as decimal(9, 4)) as loss_share,
    cast(rules.action_cost_amount as decimal(18, 2)) as action_cost_amount
from {{ config_at_as_of('trigger_rules', ['trigger_id']) }} as rules
