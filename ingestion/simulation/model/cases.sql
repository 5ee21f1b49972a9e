-- Cases and their turns: a question, an answer, and what is left to do after it.
create or replace temp table thread as
with

filed as (
    select
        *,
        channel not in ('phone', 'chat') as is_written,
        is_written or (not is_abandoned and u(contact_no, 'files') < case_rate) as has_case,
        n > 1 and u(contact_no, 'same case') < 0.6 as refers_to_earlier,
    from contact
),

begun as (
    select
        *,
        has_case and not (refers_to_earlier and coalesce(bool_or(has_case) over (
            partition by demand_no order by n rows between unbounded preceding and 1 preceding), false))
            as is_opening,
        case
            when channel = 'phone' then case when u(contact_no, 'hides') < 0.06 then 'hidden' else 'phone' end
            when channel = 'chat' and customer_number is not null and u(demand_no, 'logged in') < 0.6
                then 'number'
            when email2 is not null and u(demand_no, 'writes from') < 0.5 then 'mail2'
            when kind = 'business' and u(demand_no, 'signs') < 0.7 then 'mail and number'
            else 'mail'
        end as who,
        u(demand_no, 'is linked') < 0.88 as is_linked,
    from filed
)

select
    *,
    case when has_case then concat('HD', last_value(case when is_opening then contact_no end ignore nulls)
        over (partition by demand_no order by n rows between unbounded preceding and current row)) end
        as case_id,
from begun;

create or replace temp table turn as
with

paced as (
    select
        *,
        case when case_type = 'complaint' then 4 else 8 end as answer_hours,
        is_written and u(contact_no, 'forgotten') < case
            when local_day(started_at) >= getvariable('silent_from') then getvariable('silent_share')
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
        case when is_written then later(started_at, 3600 * around(contact_no, 'answer 1', answer_hours,
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
    dated.* exclude (ready_1, ready_2, ready_3, asked_1, asked_2, asked_3, replied_1, replied_2, replied_3),
    turn_no,
    [asked_1, asked_2, asked_3][turn_no] as asked_at,
    case when not is_forgotten then [replied_1, replied_2, replied_3][turn_no] end as replied_at,
    round(greatest(60, around(contact_no, concat('writes ', turn_no), talk_minutes * 45, 0.4)))::integer
        as write_s,
    turn_no = turn_count as is_last_turn,
    not is_written and u(contact_no, 'back office') < 0.16 as has_back_office,
    case when has_back_office then when_staffed(days_later(ended_at, span(contact_no, 'back', 0.2, 3)),
        contact_no, 'back') end as back_office_at,
from dated
cross join (select unnest([1, 2, 3]) as turn_no) as turns
where turn_no <= turn_count;

create or replace temp table replied as
select contact_no, max(replied_at) as last_replied_at
from turn
group by contact_no;

create or replace temp table cases as
select
    case_id,
    any_value(customer_no) as customer_no,
    any_value(language) as language,
    any_value(reason_code) as reason_code,
    any_value(case_type) as case_type,
    any_value(order_id) as order_id,
    any_value(invoice_id) as invoice_id,
    any_value(subscription_id) as subscription_id,
    any_value(demand_no) as demand_no,
    any_value(is_linked) as is_linked,
    arg_min(who, turn_key) as who,
    arg_max(is_transferred, turn_key) as is_transferred,
    arg_max(next_queue, turn_key) as next_queue,
    arg_max(first_queue, turn_key) as last_first_queue,
    any_value(complaint_rate) as complaint_rate,
    arg_min(channel, turn_key) as channel,
    arg_min(first_queue, turn_key) as queue,
    arg_min(is_written, turn_key) as is_written,
    arg_min(contact_id, turn_key) as first_contact_id,
    arg_max(agent, turn_key) as agent,
    min(asked_at) as opened_at,
    min(replied_at) as first_reply_at,
    max(coalesce(back_office_at, replied_at)) as solved_at,
    max(asked_at) as last_asked_at,
    case any_value(case_type) when 'complaint' then 'high' when 'support' then pick(case_id, 'priority',
        ['normal', 'normal', 'high']) else 'normal' end as priority,
    solved_at > last_asked_at and bool_or(is_written) and u(case_id, 'thanks') < 0.05 as says_thanks,
    later(solved_at, 3600 * span(case_id, 'thanks', 0.5, 7)) as thanked_at,
from (select *, concat(n, turn_no) as turn_key from turn)
group by case_id;
