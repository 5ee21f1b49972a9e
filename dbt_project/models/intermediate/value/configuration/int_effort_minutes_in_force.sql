select
    spans.channel,
    cast(spans.minutes_per_message as double) as minutes_per_message,
    spans.valid_from,
    spans.valid_to
from {{ in_force(ref('customer_effort_minutes'), ['channel']) }} as spans
