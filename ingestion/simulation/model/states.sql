-- The states of a case in order, and the merges of a question that was asked twice.
create or replace temp table state as
with

moves as (
    select case_id, case when is_written then later(replied_at, -write_s - 60) else later(asked_at,
        5) end as moved_at,
        'open' as to_status, 'agent' as changed_by, agent
    from turn
    where replied_at is not null and turn_no = 1
    union all
    select case_id, later(asked_at, 1), 'open', 'customer', null
    from turn
    where is_written and (turn_no > 1 or not is_opening)
    union all
    select case_id, later(replied_at, 3), case when not is_last_turn then 'pending'
        when has_back_office then 'on_hold' else 'solved' end, 'agent', agent
    from turn
    where replied_at is not null
    union all
    select case_id, back_office_at, 'solved', 'agent', agent
    from turn
    where back_office_at is not null
    union all
    select case_id, later(thanked_at, 1), 'open', 'customer', null
    from cases
    where says_thanks
    union all
    select case_id, later(thanked_at, 5000), 'solved', 'agent', agent
    from cases
    where says_thanks
    union all
    select case_id, days_later(solved_at, 5), 'closed', 'system', null
    from cases
    where solved_at > last_asked_at
),

followed as (
    select
        *,
        lag(to_status, 1, 'new') over (partition by case_id order by moved_at, to_status)
            as from_status,
    from moves
    where moved_at > (select min(opened_at) from cases where cases.case_id = moves.case_id)
)

select
    *,
    row_number() over (partition by case_id order by moved_at, to_status) as sequence,
from followed
where to_status <> from_status;

create or replace temp table merged as
select
    case_id,
    concat(case_id, 'D') as second_case_id,
    customer_no,
    language,
    channel,
    queue,
    case_type,
    reason_code,
    order_id,
    invoice_id,
    agent,
    later(opened_at, span(case_id, 'asks twice', 600, 9000)) as second_opened_at,
    greatest(later(second_opened_at, 300), later(first_reply_at, -400)) as merged_at,
from cases
where is_written and first_reply_at > later(opened_at, 10000) and u(case_id, 'asks twice') < 0.03;
