-- What a contact leaves behind: promises, offers, complaints.
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
)

select
    kinds.*,
    later(talked_at, -20) as made_at,
    case kinds.kind
        when 'delivery' then shipment.delivered_at
        when 'refund' then refunds.refunded_at
    end as happened_at,
    u(promise_id, 'fate') as fate,
    case
        when happened_at is not null then case when happened_at > made_at then happened_at end
        when fate < 0.80 then when_staffed(later(made_at, epoch(due_at - made_at)
            * span(promise_id, 'kept', 0.3, 0.9)), promise_id, 'kept')
        when fate < 0.90 then when_staffed(later(due_at, 3600 * span(promise_id, 'kept late', 2,
            60)),
            promise_id, 'kept late')
    end as fulfilled_at,
    case when fulfilled_at is null and fate > 0.95 then later(due_at, -3600) end as cancelled_at,
from kinds
left join shipment using (order_id)
left join (select order_id, min(refunded_at) as refunded_at from refund where order_id is not null
    group by order_id) as refunds using (order_id);

create or replace temp table offer as
select
    thread.*,
    concat('OF', contact_no) as offer_id,
    coalesce(has_accepted_offer, u(contact_no, 'says yes') < accept_rate) as is_accepted,
    round(offer_minor * price_factor * coalesce(seats, 1))::bigint as value_minor,
    later(ended_at, -90) as made_at,
    later(ended_at, -30) as accepted_at,
from thread
left join (select subscription_id, seats from subscription) as seats_of using (subscription_id)
where not is_abandoned and n = 1 and not is_written and u(contact_no, 'offers') < offer_rate;

create or replace temp table complaint as
select
    cases.*,
    concat('CP', substr(case_id, 3)) as complaint_id,
    later(opened_at, 120) as registered_at,
    when_staffed(days_later(coalesce(solved_at, opened_at), span(case_id, 'settles', 0.5, 9)),
        case_id,
        'settles') as settled_at,
    case when u(case_id, 'goodwill') < 0.45 then pick(case_id, 'goodwill kind',
        ['voucher', 'voucher', 'credit', 'replacement', 'refund', 'other']) end as goodwill,
    pick(case_id, 'goodwill value', [500, 1000, 1000, 1500, 2500]) as goodwill_minor,
    currency,
    split_part(reason_code, '.', 2) as cause_code,
from cases
inner join (select customer_no, currency from customer) as currencies using (customer_no)
where u(case_id, 'complains') < complaint_rate;
