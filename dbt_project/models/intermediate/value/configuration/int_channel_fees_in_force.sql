select
    spans.channel,
    cast(spans.fee_amount as decimal(18, 2)) as fee_amount,
    cast(spans.concurrency as double) as concurrency,
    spans.valid_from,
    spans.valid_to
from {{ in_force(ref('channel_fees'), ['channel']) }} as spans
