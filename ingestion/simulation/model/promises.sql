-- Promises made in contacts: kept when the parcel or the money comes, else by chance.
create or replace temp table promise as
with

spoken as (
    select thread.*, coalesce(last_replied_at, ended_at) as talked_at
    from thread
    left join replied using (contact_no)
    where not is_abandoned and not (is_written and last_replied_at is null)
),

kinds as (
    select concat('PR', contact_no, 'c') as promise_id, 'callback' as kind, spoken.*,
        when_staffed(later(talked_at, 3600 * span(contact_no, 'calls back', 18, 30)), contact_no,
            'due')
            as due_at
    from spoken
    where channel = 'phone' and u(contact_no, 'callback') < 0.05
    union all
    select concat('PR', contact_no, 'd'), 'delivery', spoken.*, days_later(talked_at, 2)
    from spoken
    where reason_code = 'during.delivery_status' and u(contact_no, 'promises parcel') < 0.55
    union all
    select concat('PR', contact_no, 'r'), 'refund', spoken.*, days_later(talked_at, 7)
    from spoken
    where reason_code in ('after.return', 'after.refund_status', 'after.invoice_wrong')
        and u(contact_no, 'promises money') < 0.4
    union all
    select concat('PR', contact_no, 'p'), 'reply', spoken.*, days_later(talked_at, 2)
    from spoken
    where case_id is not null and not is_written and u(contact_no, 'promises reply') < 0.06
    union all
    select concat('PR', contact_no, 'x'), 'repair', spoken.*, days_later(talked_at, 10)
    from spoken
    where reason_code = 'after.repair'
),

returns as (
    select order_id, min(refunded_at) as refunded_at
    from refund
    where order_id is not null
    group by order_id
),

fated as (
    select
        kinds.*,
        later(talked_at, -20) as made_at,
        case kinds.kind
            when 'delivery' then shipment.delivered_at
            when 'refund' then returns.refunded_at
        end as happened_at,
        u(promise_id, 'fate') as fate,
    from kinds
    left join shipment using (order_id)
    left join returns using (order_id)
),

intended as (
    select
        *,
        case
            when happened_at is not null or fate >= 0.90 then null
            when fate < 0.80
                then later(made_at, epoch(due_at - made_at) * span(promise_id, 'kept', 0.3, 0.9))
            else later(due_at, 3600 * span(promise_id, 'kept late', 2, 60))
        end as intended_at,
    from fated
)

select
    *,
    coalesce(case when happened_at > made_at then happened_at end,
        when_staffed(intended_at, promise_id, 'kept')) as fulfilled_at,
    case when fulfilled_at is null and fate > 0.95 then later(due_at, -3600) end as cancelled_at,
from intended;
