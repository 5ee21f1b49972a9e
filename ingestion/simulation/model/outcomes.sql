-- What else a contact leaves behind: offers and complaints.
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
