select
    source,
    'opened' as measure,
    cast(null as varchar) as currency,
    cast(null as bigint) as amount_minor,
    occurred_at
from {{ ref('stg_contact__cases_opened') }}

union all

select source, 'placed', null, null, occurred_at
from {{ ref('stg_order__orders_placed') }}

union all

select source, 'invoiced', currency, gross_minor, occurred_at
from {{ ref('stg_billing__invoices_issued') }}
where type_code <> '381'

union all

select source, 'refunded', currency, amount_minor, occurred_at
from {{ ref('stg_billing__refunds') }}
