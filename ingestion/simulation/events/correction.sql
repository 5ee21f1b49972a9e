-- Corrections: a few handling times were booked wrong and are amended two days later.
insert into event by name
select
    * exclude (id, recorded_at, amends, data),
    concat(id, '/corrected') as id,
    days_later(happened_at, 2) as recorded_at,
    id as amends,
    json_merge_patch(data, to_json({'seconds': (data ->> 'seconds')::bigint // 2 + 30})) as data,
from event
where type = 'contact.handling_logged' and u(id, 'is corrected') < 0.01;
