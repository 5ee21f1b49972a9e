-- Which contacts are filed, and in which case; by what the caller is known there.
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
            partition by demand_no order by n rows between unbounded preceding and 1 preceding),
                false))
            as is_opening,
        case
            when channel = 'phone' then case when u(contact_no, 'hides') < 0.06 then 'hidden'
                else 'phone' end
            when channel = 'chat' and customer_number is not null and u(demand_no,
                'logged in') < 0.6
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
    case when has_case then concat('HD', last_value(case when is_opening
        then contact_no end ignore nulls)
        over (partition by demand_no order by n rows between unbounded preceding
            and current row)) end
        as case_id,
from begun;
