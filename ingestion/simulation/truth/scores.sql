-- Answers by kind and month (Berlin), with the sum of their scores.
select concat(kind, '/', strftime(local_day(answered_at), '%Y-%m')) as key, count(*) as responses,
    sum(score) as score_sum
from answer
where concat(response_id, '/answered') in (select id from sound)
group by key
order by key
