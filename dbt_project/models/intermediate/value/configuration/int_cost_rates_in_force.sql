select
    spans.team,
    cast(spans.rate_per_hour_amount as decimal(18, 2)) as rate_per_hour_amount,
    spans.valid_from,
    spans.valid_to
from {{ in_force(ref('cost_rates'), ['team']) }} as spans
