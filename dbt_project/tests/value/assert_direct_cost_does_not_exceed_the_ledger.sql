-- Fails when the loaded rates or fees of the configuration are too high for the ledger.
{{ config(severity='warn') }}
select
    month,
    direct_service_amount,
    residual_service_amount
from {{ ref('monthly_costs') }}
where is_complete_month and residual_service_amount < 0
