with contacts as (
    select * from {{ ref('int_contacts') }}
)

select
    contact_id,
    'order' as object_type,
    order_id as object_id,
    started_at
from contacts
where order_id is not null

union all

select
    contact_id,
    'invoice' as object_type,
    invoice_id as object_id,
    started_at
from contacts
where invoice_id is not null

union all

select
    contact_id,
    'subscription' as object_type,
    subscription_id as object_id,
    started_at
from contacts
where subscription_id is not null

union all

select
    contact_id,
    'case' as object_type,
    case_id as object_id,
    started_at
from contacts
where case_id is not null
