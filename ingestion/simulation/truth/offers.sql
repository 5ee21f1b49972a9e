-- Offers made and accepted in contacts, by reason.
select reason_code as key, count(*) as made,
    count(*) filter (where is_accepted and concat(offer_id, '/accepted') in (select id from sound))
        as accepted
from offer
where concat(offer_id, '/made') in (select id from sound)
group by reason_code
order by reason_code
