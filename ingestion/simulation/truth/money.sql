-- Minor units by currency of what was billed, paid and returned.
select concat(type, '/', data -> 'amount' ->> 'currency') as key, count(*) as events,
    sum((data -> 'amount' ->> 'minor')::bigint) as minor
from event
where type in ('payment.succeeded', 'refund.issued') and id in (select id from sound)
group by key
union all
select concat(type, '/', data -> 'gross' ->> 'currency'), count(*),
    sum((data -> 'gross' ->> 'minor')::bigint)
from event
where type = 'invoice.issued' and id in (select id from sound)
group by all
order by key
