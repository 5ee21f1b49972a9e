select
    transfers.case_id,
    count(*) as transfer_count,
    count(case when transfers.is_bounce then 1 end) as bounce_count,
    min(transfers.transferred_at) as first_transferred_at
from {{ ref('int_case_transfers') }} as transfers
group by transfers.case_id
