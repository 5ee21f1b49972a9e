-- The turns of a case: a question, an answer, and what is left to do after it.
create or replace temp table turn as
with

paced as (
    select
        *,
        case when case_type = 'complaint' then 4 else 8 end as answer_hours,
        is_written and u(contact_no, 'forgotten') < case
            when local_day(started_at) >= getvariable('silent_from')
                then getvariable('silent_share')
            else 0.012 end as is_forgotten,
        case when is_written and not is_forgotten then 1 + (u(contact_no, 'turn 2') < 0.26)::integer
            + (u(contact_no, 'turn 3') < 0.07)::integer else 1 end as turn_count,
    from thread
    where has_case
),

turn_1 as (
    select
        *,
        case when is_written then started_at else answered_at end as asked_1,
        case when is_written then later(started_at, 3600 * around(contact_no, 'answer 1',
            answer_hours,
            0.75)) else ended_at end as ready_1,
    from paced
),

turn_2 as (
    select
        *,
        case when is_written then when_staffed(ready_1, contact_no, 'answer 1') else ready_1 end
            as replied_1,
        later(replied_1, 3600 * span(contact_no, 'asks again 2', 0.3, 20)) as asked_2,
        later(asked_2, 3600 * around(contact_no, 'answer 2', answer_hours, 0.6)) as ready_2,
    from turn_1
),

turn_3 as (
    select
        *,
        when_staffed(ready_2, contact_no, 'answer 2') as replied_2,
        later(replied_2, 3600 * span(contact_no, 'asks again 3', 0.3, 20)) as asked_3,
        later(asked_3, 3600 * around(contact_no, 'answer 3', answer_hours, 0.6)) as ready_3,
    from turn_2
),

dated as (
    select *, when_staffed(ready_3, contact_no, 'answer 3') as replied_3 from turn_3
)

select
    dated.* exclude (ready_1, ready_2, ready_3, asked_1, asked_2, asked_3, replied_1, replied_2,
        replied_3),
    turn_no,
    [asked_1, asked_2, asked_3][turn_no] as asked_at,
    case when not is_forgotten then [replied_1, replied_2, replied_3][turn_no] end as replied_at,
    round(greatest(60, around(contact_no, concat('writes ', turn_no), talk_minutes * 45,
        0.4)))::integer
        as write_s,
    turn_no = turn_count as is_last_turn,
    not is_written and u(contact_no, 'back office') < 0.16 as has_back_office,
    case when has_back_office then when_staffed(days_later(ended_at, span(contact_no, 'back', 0.2,
        3)),
        contact_no, 'back') end as back_office_at,
from dated
cross join (select unnest([1, 2, 3]) as turn_no) as turns
where turn_no <= turn_count;
