-- What goes wrong on the way: deliveries twice, ids used twice, broken records; all of it counted.
create or replace macro redelivered(moment, id) as least(later(getvariable('end_at'), -1),
    days_later(moment, span(id, 'again after', 0.01, 4)));

create or replace temp table delivery as
with

broken_kinds as (
    select
        sound.*,
        broken.kind,
        broken.patch,
        concat(id, '/broken') as broken_id,
    from sound
    inner join broken on broken.type in (sound.type, '*')
    where u(id, 'breaks') < getvariable('broken_share')
    qualify row_number() over (partition by source, id
        order by u(id, concat(kind, patch)) * if(broken.type = '*', 3, 1), kind, patch) = 1
),

broken_lines as (
    select
        *,
        json_merge_patch(line, to_json({
            'id': broken_id,
            'time': case when kind = 'time_without_zone' then strftime(happened_at,
                '%Y-%m-%dT%H:%M:%S')
                when kind = 'occurred_after_recorded' then rfc(days_later(recorded_at, 2))
                else rfc(happened_at) end
        }), patch::json)::varchar as broken_line,
    from broken_kinds
)

select domain, source, type, id, delivered_at, 'sound' as kind, line from sound
union all
select domain, source, type, id, redelivered(delivered_at, id), 'duplicate', line
from sound
where u(id, 'again') < getvariable('duplicate_share')
union all
select domain, source, type, id, days_later(delivered_at, 2), 'conflicting_duplicate',
    json_merge_patch(line, to_json({'time': rfc(later(happened_at, -61))}))::varchar
from sound
where u(id, 'conflicts') < getvariable('conflict_share')
    and delivered_at < days_later(getvariable('end_at'), -3)
union all
select domain, source, type, broken_id, delivered_at, kind,
    case when kind = 'truncated' then left(broken_line, (strlen(broken_line) * 0.7)::bigint)
        else broken_line end
from broken_lines;
